package com.amplihack.auth.config.webauthn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebauthnSettingsTest {
    private static final Path HOME = Path.of("/nowhere");
    private static final String ID = "auth.webauthn.rp.id";
    private static final String NAME = "auth.webauthn.rp.name";
    private static final String ORIGINS = "auth.webauthn.origins";
    private static final String URL = "auth.public.url";

    private static Optional<RelyingParty> production(Map<String, String> settings) {
        return TestSettings.production(HOME, settings).webauthn().relyingParty(Optional.of("http://localhost:8080"));
    }

    @Test
    void thePublicUrlSaysForWhomPasskeysAre() {
        assertEquals(
                new RelyingParty("login.example.com", "Amplihack Auth", Set.of("https://login.example.com:8443")),
                production(Map.of(URL, "https://login.example.com:8443/sso")).orElseThrow());
    }

    @Test
    void everyNameIsRead() {
        assertEquals(
                new RelyingParty("example.com", "Example", Set.of("https://example.com", "https://app.example.com")),
                production(Map.of(
                                URL,
                                "https://login.example.com",
                                ID,
                                "Example.COM",
                                NAME,
                                " Example ",
                                ORIGINS,
                                "https://example.com:443, https://APP.example.com"))
                        .orElseThrow());
    }

    @Test
    void inProductionThereIsNoneWithoutAnAddress() {
        assertEquals(Optional.empty(), production(Map.of()));
        assertEquals(Optional.empty(), production(Map.of(URL, "http://login.example.com")), "browsers have none there");
        assertEquals(Optional.empty(), production(Map.of(URL, "https://192.0.2.1")));
        assertEquals(Optional.empty(), production(Map.of(URL, "https://[2001:db8::1]")));
    }

    @Test
    void inDevelopmentTheyAreForThisMachine() {
        WebauthnSettings settings = TestSettings.dev(HOME, Map.of()).webauthn();

        assertEquals(
                Optional.of(new RelyingParty("localhost", "Amplihack Auth", Set.of("http://localhost:8081"))),
                settings.relyingParty(Optional.of("http://localhost:8081")));
        for (String foreign : new String[] {
            "http://127.0.0.1:8081", "http://localhost.evil.example", "https://localhost", "http://evil.example"
        }) {
            assertEquals(Optional.empty(), settings.relyingParty(Optional.of(foreign)), foreign);
        }
        assertEquals(Optional.empty(), settings.relyingParty(Optional.empty()));
        assertEquals(
                "example.com",
                TestSettings.dev(HOME, Map.of(URL, "https://example.com"))
                        .webauthn()
                        .relyingParty(Optional.of("http://localhost:8081"))
                        .orElseThrow()
                        .id());
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, https://example.com",
        "example.com, https://a.b.example.com:8443",
        "localhost, http://localhost:8080",
        "intranet, https://intranet"
    })
    void theseBelongTogether(String id, String origin) {
        assertEquals(
                Set.of(origin),
                production(Map.of(ID, id, ORIGINS, origin)).orElseThrow().origins());
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, https://example.org",
        "example.com, https://badexample.com",
        "app.example.com, https://example.com",
        "com, https://example.com"
    })
    void aDomainThatAPageCannotUseStopsTheStart(String id, String origin) {
        String message = refusal(Map.of(ID, id, ORIGINS, origin));

        assertTrue(message.startsWith(ID + " must be the host of each of " + ORIGINS), message);
        assertTrue(message.contains(id) && message.contains(origin), message);
        assertTrue(refusal(Map.of(ID, id, URL, origin)).startsWith(ID));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com",
                "example.com:8443",
                "192.0.2.1",
                "[::1]",
                "exämple.com",
                "a..b",
                "-a.example",
                "*.example.com"
            })
    void whatIsNoDomainIsRefused(String id) {
        String message = refusal(Map.of(ID, id, ORIGINS, "https://example.com"));

        assertTrue(message.startsWith(ID + " must be a domain such as example.com"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://example.com", "https://example.com/sso", "*", "null", "http://127.0.0.1:8080"})
    void whatIsNoSecureOriginIsRefused(String origin) {
        String message = refusal(Map.of(ID, "example.com", ORIGINS, origin));

        assertTrue(message.startsWith(ORIGINS + " must be exact origins with https"), message);
    }

    @Test
    void halfASettingIsRefusedByName() {
        assertTrue(refusal(Map.of(ID, "example.com")).startsWith(ID + " must not be set without " + ORIGINS));
        assertTrue(
                refusal(Map.of(ORIGINS, "https://example.com")).startsWith(ORIGINS + " must not be set without " + ID));
    }

    @Test
    void aNameIsShort() {
        Map<String, String> settings = new HashMap<>(Map.of(URL, "https://example.com", NAME, "x".repeat(64)));
        assertEquals(64, production(settings).orElseThrow().name().length());
        settings.put(NAME, "x".repeat(65));
        assertTrue(refusal(settings).startsWith(NAME + " must be text of 1 to 64 characters"));
        settings.put(NAME, "a\u0007b");
        assertTrue(refusal(settings).startsWith(NAME));
    }

    private static String refusal(Map<String, String> settings) {
        return assertThrows(InvalidSettingException.class, () -> production(settings))
                .getMessage();
    }
}

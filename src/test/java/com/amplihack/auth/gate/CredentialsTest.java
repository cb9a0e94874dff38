package com.amplihack.auth.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.SessionHandle;
import com.amplihack.auth.web.TestRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
    private final SessionHandle handle = new SessionHandle("h".repeat(42) + "A");

    @ParameterizedTest
    @ValueSource(strings = {"Bearer t.o.k", "bearer t.o.k", "BEARER   t.o.k ", "bEaReR \tt.o.k"})
    void theSchemesCaseAndBlanksAroundTheTokenDoNotMatter(String value) {
        assertEquals(Optional.of("t.o.k"), bearer(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Bearer", "Bearer ", "Bearer \t", "Basic t.o.k", "Bearert.o.k", "t.o.k", " Bearer t.o.k", ""})
    void anotherSchemeOrNothingIsNoToken(String value) {
        assertEquals(Optional.empty(), bearer(value));
    }

    @Test
    void ofTwoHeadersNeitherIsChosen() {
        var request = TestRequest.of("GET", "/api/user")
                .header("Authorization", "Bearer a", "Bearer a")
                .build();
        AuthException refused = assertThrows(AuthException.class, () -> Credentials.bearer(request));
        assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
    }

    @Test
    void everyCookieAndHeaderOfTheNameIsLookedAt() {
        var request = TestRequest.of("GET", "/")
                .cookie("session_id", "tossed")
                .cookie("session_id", "s".repeat(42) + "A")
                .cookie("session_id", handle.value())
                .cookie("refresh_token", "a")
                .cookie("refresh_token", "b")
                .cookie("device", "d")
                .build();
        Credentials credentials = credentials("false");
        assertTrue(credentials.proof(request).handleOf(handle.sid()).isPresent());
        assertEquals(List.of("a", "b"), credentials.refreshCookies(request));
        assertEquals(List.of("d"), credentials.deviceCookies(request));

        var byHeader = TestRequest.of("GET", "/")
                .header("Session-Handle", handle.value())
                .build();
        assertTrue(credentials.proof(byHeader).handleOf(handle.sid()).isPresent());
        assertTrue(credentials.proof(TestRequest.of("GET", "/").build()).isAbsent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "theme=\"dark; %s",
                "p={\"a\":\"b; c\"}; %s",
                "a=b,c; %s",
                "a=\"x\\\"; %s",
                "=; ; novalue; =x; %s",
                "{(\"=: ; %s",
                "$Version=1; %s; $Path=/",
                "city=Z\u00c3\u00bcrich; %s",
                "%s; theme=\"dark",
                "a=1;%s;b=2",
                "\t%s\t"
            })
    void nobodyElsesCookieHidesOurs(String header) {
        var request = TestRequest.of("GET", "/")
                .header("Cookie", header.formatted("session_id=" + handle.value()))
                .build();
        assertTrue(credentials("false").proof(request).handleOf(handle.sid()).isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=\"b, %s\"",
                "a=b,%s",
                "a=(%s",
                "x%s",
                "SESSION_ID=%2$s",
                "session_id =%2$s",
                "\"session_id\"=%2$s",
                "session_id%2$s",
                "session_id=\"%2$s\""
            })
    void nobodyElsesCookieMakesOneOfOurs(String header) {
        var request = TestRequest.of("GET", "/")
                .header("Cookie", header.formatted("session_id=" + handle.value(), handle.value()))
                .build();
        assertTrue(credentials("false").proof(request).isAbsent());
    }

    @Test
    void withPrefixesNoOtherNameCounts() {
        Credentials credentials = credentials("true");
        assertTrue(credentials.prefixed());
        var plain =
                TestRequest.of("GET", "/").cookie("session_id", handle.value()).build();
        assertTrue(credentials.proof(plain).isAbsent());
        var prefixed = TestRequest.of("GET", "/")
                .cookie("__Host-session_id", handle.value())
                .cookie("__Secure-refresh_token", "r")
                .cookie("__Secure-device", "d")
                .build();
        assertFalse(credentials.proof(prefixed).isAbsent());
        assertEquals(List.of("r"), credentials.refreshCookies(prefixed));
        assertEquals(List.of("d"), credentials.deviceCookies(prefixed));
        assertFalse(credentials("false").prefixed());
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization, Basic x, true",
        "Session-Handle, , true",
        "X-API-Key, x, true",
        "Cookie, __Host-session_id=, true",
        "Cookie, a=b; __Secure-refresh_token=x, true",
        "Cookie, __Secure-device=x; a=b, true",
        "Cookie, session_id=x; a=__Host-session_id=x, false",
        "X-Forwarded-Proto, https, false"
    })
    void whateverCarriesACredentialIsSeen(String header, String value, boolean there) {
        var request = TestRequest.of("GET", "/").header(header, value == null ? "" : value);
        assertEquals(there, credentials("true").isPresent(request.build()));
    }

    private static Credentials credentials(String prefix) {
        return new Credentials(
                new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of("auth.cookie.prefix", prefix))));
    }

    private static Optional<String> bearer(String value) {
        return Credentials.bearer(TestRequest.of("GET", "/api/user")
                .header("Authorization", value)
                .build());
    }
}

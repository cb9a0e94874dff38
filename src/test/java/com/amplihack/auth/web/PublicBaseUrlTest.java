package com.amplihack.auth.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.WebSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicBaseUrlTest {
    private static final String PROXY = "10.0.0.1";

    private static final WebSettings BEHIND_A_PROXY = settings(Map.of("auth.trusted.proxies", PROXY));
    private static final WebSettings CONFIGURED =
            settings(Map.of("auth.trusted.proxies", PROXY, "auth.public.url", "https://auth.example/sso"));

    @Test
    void theRequestItselfTellsWhetherItCameByTls() {
        assertEquals(
                new PublicBaseUrl(false, Optional.empty(), ""),
                PublicBaseUrl.of(request().build(), BEHIND_A_PROXY));
        assertEquals(
                new PublicBaseUrl(true, Optional.empty(), ""),
                PublicBaseUrl.of(request().secure().build(), BEHIND_A_PROXY));
    }

    @Test
    void aTrustedProxyIsBelievedAndNobodyElse() {
        assertEquals(
                new PublicBaseUrl(true, Optional.of("https://auth.example"), "/sso"),
                PublicBaseUrl.of(forwarded().from(PROXY).build(), BEHIND_A_PROXY));
        assertEquals(
                new PublicBaseUrl(true, Optional.of("https://auth.example"), "/sso"),
                PublicBaseUrl.of(forwarded().from("::ffff:" + PROXY).build(), BEHIND_A_PROXY));
        assertEquals(
                new PublicBaseUrl(false, Optional.empty(), ""),
                PublicBaseUrl.of(forwarded().build(), BEHIND_A_PROXY));
        assertEquals(
                new PublicBaseUrl(false, Optional.empty(), ""),
                PublicBaseUrl.of(forwarded().from(null).build(), BEHIND_A_PROXY));
    }

    @Test
    void whatIsConfiguredWins() {
        TestRequest contradicted = request()
                .from(PROXY)
                .header("X-Forwarded-Proto", "http")
                .header("X-Forwarded-Host", "evil.example")
                .header("X-Forwarded-Prefix", "/evil");
        PublicBaseUrl address = PublicBaseUrl.of(contradicted.build(), CONFIGURED);

        assertEquals(new PublicBaseUrl(true, Optional.of("https://auth.example"), "/sso"), address);
        assertEquals("https://auth.example/sso/admin/api/users/1", address.locate("/admin/api/users/1"));
    }

    @Test
    void withoutAHostAPlaceIsAPath() {
        PublicBaseUrl address = PublicBaseUrl.of(
                request().from(PROXY).header("X-Forwarded-Prefix", "/a/b/").build(), BEHIND_A_PROXY);

        assertEquals("/a/b/x", address.locate("/x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https, http", "http,https", "", "wss"})
    void onlyPlainHttpsIsHttps(String proto) {
        assertFalse(PublicBaseUrl.of(
                        request().from(PROXY).header("X-Forwarded-Proto", proto).build(), BEHIND_A_PROXY)
                .https());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-Forwarded-Proto | https                         | true",
                "X-Forwarded-Proto | https, HTTPS                  | true",
                "Forwarded         | for=192.0.2.1;proto=https     | true",
                "Forwarded         | proto=\"https\", for=127.0.0.1 | true",
                "Forwarded         | proto=https, proto=http       | false",
                "Forwarded         | for=\"a;proto=https\"         | false",
                "Forwarded         | proto=https;proto=https       | false",
                "Forwarded         | for=192.0.2.1                 | false",
                "X-Forwarded-Ssl   | on                            | false",
                "X-Forwarded-For   | 192.0.2.1                     | false"
            })
    void aTrustedProxySaysThatTlsProtectedTheRequest(String header, String value, boolean tls) {
        var request = request().header(header, value);
        assertEquals(tls, PublicBaseUrl.isTls(request.from(PROXY).build(), CONFIGURED));
        assertFalse(PublicBaseUrl.isTls(request.from("192.0.2.9").build(), CONFIGURED));
        assertFalse(PublicBaseUrl.isTls(
                request.from(PROXY).header("X-Forwarded-Proto", "http").build(), CONFIGURED));
        assertTrue(PublicBaseUrl.isTls(request.secure().build(), CONFIGURED), "whatever is said about it");
    }

    @Test
    void tlsThatAnybodyCanClaimIsNone() {
        assertTrue(PublicBaseUrl.isTls(request().secure().build(), BEHIND_A_PROXY));
        assertFalse(PublicBaseUrl.isTls(
                request().secure().header("Proxy-keysize", "256").build(), BEHIND_A_PROXY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a", "//a", "/a//b", "/a;b", "/a b", "/a,/b", "/..", "/a/../b", "/.", "/%41", "/a?b", "/a#b", "/\u00e9"
            })
    void aPrefixThatIsNoPlainPathIsNone(String prefix) {
        assertEquals(
                "",
                PublicBaseUrl.of(
                                request()
                                        .from(PROXY)
                                        .header("X-Forwarded-Prefix", prefix)
                                        .build(),
                                BEHIND_A_PROXY)
                        .prefix());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a b", "user@a", "a:x", "a,b", "a\\b", "", "a:99999"})
    void aHostThatIsNoneIsIgnored(String host) {
        assertEquals(
                Optional.empty(),
                PublicBaseUrl.of(
                                request()
                                        .from(PROXY)
                                        .header("X-Forwarded-Host", host)
                                        .build(),
                                BEHIND_A_PROXY)
                        .origin());
    }

    @ParameterizedTest
    @CsvSource({
        "auth.example, https://auth.example, true",
        "auth.example:443, https://auth.example, true",
        "auth.example:80, http://auth.example, true",
        "AUTH.example, http://auth.example, true",
        "my_host:3000, http://my_host:3000, true",
        "[::1]:8080, http://[::1]:8080, true",
        "auth.example:80, https://auth.example, false",
        "auth.example:8080, https://auth.example, false",
        "auth.example.evil, https://auth.example, false",
        "localhost, capacitor://localhost, false",
        "auth.example/, https://auth.example, false"
    })
    void aPageOfTheHostThatTheRequestNamesIsOurs(String host, String origin, boolean ours) {
        var request = request().header("Host", host).build();
        assertEquals(ours, PublicBaseUrl.of(request, BEHIND_A_PROXY).isOrigin(origin, request));
    }

    @Test
    void aPageOfThePublicAddressIsOursWhateverTheHost() {
        var request = request().header("Host", "backend:8080").build();
        PublicBaseUrl address = PublicBaseUrl.of(request, CONFIGURED);
        assertTrue(address.isOrigin("https://auth.example", request));
        assertTrue(address.isOrigin("http://backend:8080", request));
        assertFalse(address.isOrigin("http://auth.example", request));
        assertFalse(PublicBaseUrl.of(request, BEHIND_A_PROXY).isOrigin("https://auth.example", request));
    }

    private static TestRequest forwarded() {
        return request()
                .header("X-Forwarded-Proto", "HTTPS")
                .header("X-Forwarded-Host", "Auth.Example:443")
                .header("X-Forwarded-Prefix", "/sso");
    }

    private static TestRequest request() {
        return TestRequest.of("POST", "/auth/login");
    }

    private static WebSettings settings(Map<String, String> overrides) {
        return TestSettings.dev(Path.of("/nowhere"), overrides).web();
    }
}

package com.amplihack.auth.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientResolverTest {
    private static final String PROXY = "10.0.0.1";

    private final ClientResolver clients = new ClientResolver(
            new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of("auth.trusted.proxies", "10.0.0.0/8"))));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-Forwarded-For | 203.0.113.1 | 203.0.113.1",
                "X-Forwarded-For | 198.51.100.1, 203.0.113.2 | 203.0.113.2",
                "X-Forwarded-For | 198.51.100.1, 203.0.113.2, 10.3.3.3 | 203.0.113.2",
                "X-Forwarded-For | 10.4.4.4, 10.3.3.3 | 10.4.4.4",
                "X-Forwarded-For | 203.0.113.3:4711 | 203.0.113.3",
                "X-Forwarded-For | [2001:db8::1]:4711 | 2001:db8::1",
                "X-Forwarded-For | 2001:db8::2 | 2001:db8::2",
                "X-Forwarded-For | [2001:db8::3 | 10.0.0.1",
                "X-Forwarded-For | unknown | 10.0.0.1",
                "X-Forwarded-For | 203.0.113.4, | 203.0.113.4",
                "X-Forwarded-For | 203.0.113.4, ,10.0.0.2 | 203.0.113.4",
                "X-Forwarded-For | , ,, | 10.0.0.1",
                "X-Forwarded-For | example.com | 10.0.0.1",
                "Forwarded | for=203.0.113.5;proto=https | 203.0.113.5",
                "Forwarded | proto=https;FOR=\"203.0.113.6:1\" | 203.0.113.6",
                "Forwarded | for=1.2.3.4, by=10.0.0.2 | 10.0.0.1",
                "Forwarded | for=_secret | 10.0.0.1",
                "Forwarded | for=203.0.113.7;host=\"a,for=127.0.0.1\" | 203.0.113.7",
                "Forwarded | for=203.0.113.7;host=\"a;for=127.0.0.1\" | 203.0.113.7",
                "Forwarded | for=203.0.113.7;host=\"a\\\",for=127.0.0.1\" | 203.0.113.7",
                "Forwarded | for=203.0.113.7;host=\"a,for=127.0.0.1 | 10.0.0.1",
                "Forwarded | for=127.0.0.1;host=\", for=203.0.113.7 | 10.0.0.1",
                "Forwarded | ,for=203.0.113.7, , | 203.0.113.7"
            })
    void aTrustedProxyIsBelievedFromTheRight(String header, String value, String expected) {
        var request =
                TestRequest.of("GET", "/").from(PROXY).header(header, value).build();
        assertEquals(expected, clients.resolve(request).address());
        assertEquals(expected.equals(PROXY), clients.isOriginUnknown(request));
        assertFalse(clients.sawUntrustedProxy());
    }

    @Test
    void emptyHeadersAmongOthersAreIgnored() {
        var request = TestRequest.of("GET", "/")
                .from(PROXY)
                .header("X-Forwarded-For", "203.0.113.1", "")
                .build();
        assertEquals("203.0.113.1", clients.resolve(request).address());
        assertFalse(clients.isOriginUnknown(request));
    }

    @Test
    void aStrangerIsNotBelievedAndNoted() {
        var request = TestRequest.of("GET", "/")
                .from("192.0.2.9")
                .header("X-Forwarded-For", "127.0.0.1")
                .build();
        assertEquals("192.0.2.9", clients.resolve(request).address());
        assertTrue(clients.isOriginUnknown(request));
        assertTrue(clients.sawUntrustedProxy());
    }

    @Test
    void aProxyThatIsTrustedFromNowOnIsNoStrangerAnyMore() {
        Map<String, String> overrides = new HashMap<>();
        Configuration configuration = TestSettings.following(Path.of("/nowhere"), overrides);
        ClientResolver resolver = new ClientResolver(configuration);
        var request = TestRequest.of("GET", "/")
                .from(PROXY)
                .header("X-Forwarded-For", "203.0.113.1")
                .build();
        assertEquals(PROXY, resolver.resolve(request).address());
        assertTrue(resolver.sawUntrustedProxy());

        overrides.put("auth.trusted.proxies", "10.0.0.0/8");
        configuration.refresh();

        assertFalse(resolver.sawUntrustedProxy());
        assertEquals("203.0.113.1", resolver.resolve(request).address());
        assertFalse(resolver.sawUntrustedProxy());
    }

    @Test
    void headersThatContradictEachOtherAreNotBelieved() {
        var contradicting = TestRequest.of("GET", "/")
                .from(PROXY)
                .header("X-Forwarded-For", "203.0.113.1")
                .header("Forwarded", "for=203.0.113.2")
                .build();
        assertEquals(PROXY, clients.resolve(contradicting).address());
        assertTrue(clients.isOriginUnknown(contradicting));
        var agreeing = TestRequest.of("GET", "/")
                .from(PROXY)
                .header("X-Forwarded-For", "203.0.113.1")
                .header("Forwarded", "for=203.0.113.1")
                .build();
        assertEquals("203.0.113.1", clients.resolve(agreeing).address());
        assertFalse(clients.isOriginUnknown(agreeing));
    }

    @Test
    void withoutForwardingThePeerIsTheClient() {
        var request = TestRequest.of("GET", "/").from("192.0.2.9").build();
        ClientContext client = clients.resolve(request);
        assertEquals("192.0.2.9", client.address());
        assertEquals("", client.userAgent());
        assertFalse(clients.isOriginUnknown(request));
    }

    @Test
    void aPeerThatTheServerDoesNotKnowIsNobody() {
        var request = TestRequest.of("GET", "/").from(null).build();
        assertEquals("", clients.resolve(request).address());
        var forwarded = TestRequest.of("GET", "/")
                .from(null)
                .header("X-Forwarded-For", "127.0.0.1")
                .build();
        assertEquals("", clients.resolve(forwarded).address());
        assertTrue(clients.isOriginUnknown(forwarded));
    }

    @ParameterizedTest
    @CsvSource({"12345678, true", "a-b_c.d-e, true", "1234567, false", "with blank in, false", "'', false"})
    void aWellFormedRequestIdIsKept(String id, boolean kept) {
        var request = TestRequest.of("GET", "/")
                .header("X-Request-Id", id)
                .header("User-Agent", "curl/8")
                .build();
        ClientContext client = clients.resolve(request);
        if (kept) {
            assertEquals(id, client.correlationId());
        } else {
            assertNotEquals(id, client.correlationId());
            assertEquals(36, client.correlationId().length());
        }
        assertEquals("curl/8", client.userAgent());
    }
}

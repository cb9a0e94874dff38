package com.amplihack.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.type.ProxyRoutes;
import com.amplihack.auth.config.type.ProxyRoutes.Route;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxySettingsTest {
    private static final Path HOME = Path.of("/srv/auth");

    @Test
    void defaultsAreThoseOfTheContract() {
        ProxySettings proxy = TestSettings.production(HOME, Map.of()).proxy();
        assertEquals(Optional.empty(), proxy.upstream());
        assertFalse(proxy.demo());
        assertEquals(Optional.empty(), proxy.authorization());
        assertEquals(Duration.ofSeconds(120), proxy.timeout());
        assertEquals(10 << 20, proxy.maxBody());
        assertEquals(1_000, proxy.maxExchanges());
        assertEquals(32, proxy.maxExchangesPerSubject());
        assertTrue(TestSettings.dev(HOME, Map.of()).proxy().demo());
    }

    @Test
    void exchangesHaveABoundOfAtLeastOne() {
        assertEquals(7, production("auth.proxy.max.exchanges.per.subject", "7").maxExchangesPerSubject());
        assertEquals(9, production("auth.proxy.max.exchanges", "9").maxExchanges());
        for (String name : new String[] {"auth.proxy.max.exchanges", "auth.proxy.max.exchanges.per.subject"}) {
            for (String value : new String[] {"0", "-1", "100001", "many"}) {
                assertEquals(
                        name + " must be a whole number from 1 to 100000, was '" + value + "'", refusal(name, value));
            }
        }
    }

    @Test
    void productionRefusesTheDemo() {
        assertEquals(
                "auth.proxy.upstream must be a URL in production, was 'demo'", refusal("auth.proxy.upstream", "demo"));
    }

    @Test
    void slashesAtTheEndOfTheUpstreamAreNotDoubled() {
        assertEquals(
                Optional.of(URI.create("https://models.example/v1")),
                production("auth.proxy.upstream", "https://models.example/v1//").upstream());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "models.example",
                "ftp://models.example",
                "https://user:secret@models.example",
                "https://models.example?key=secret",
                "https://models.example#a",
                "https:///v1",
                "http://a b"
            })
    void anUpstreamIsAPlainUrlAndTheMessageDoesNotRepeatIt(String value) {
        assertEquals(
                "auth.proxy.upstream must be http://host:port/path or https://host:port/path, without user, query or"
                        + " fragment",
                refusal("auth.proxy.upstream", value));
    }

    @Test
    void anAuthorizationThatWouldEndItsHeaderIsRefusedAndNotShown() {
        assertEquals(
                "auth.proxy.upstream.authorization must be one line of visible ASCII characters and spaces",
                refusal("auth.proxy.upstream.authorization", "Bearer a\r\nX-Other: b"));
    }

    @Test
    void theLongestPathThatMatchesCounts() {
        ProxyRoutes routes = production("auth.proxy.paths", "/models/**=model:read, /models/tuned/**=model:tuned,/e=x")
                .routes();
        assertEquals("model:read", permission(routes, "/api/models"));
        assertEquals("model:read", permission(routes, "/api/models/a/b"));
        assertEquals("model:tuned", permission(routes, "/api/models/tuned/b"));
        assertEquals("model:read", permission(routes, "/api/models/tunedness"));
        assertEquals("x", permission(routes, "/api/e"));
        assertEquals("chat:write", permission(routes, "/api/chat/completions"));
        for (String none : new String[] {
            "/api/e/f", "/api/modelsx", "/api/user", "/api/chat/completions/1", "/models", "/api/", "/api", "/apimodels"
        }) {
            assertEquals(Optional.empty(), routes.find(none), none);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "models=a",
                "/models",
                "/models=",
                "/**=a",
                "/=a",
                "/a/=a",
                "/a//b=a",
                "/a/../b=a",
                "/./b=a",
                "/a*=a"
            })
    void anEntryThatIsNoPathWithAPermissionIsRefused(String entry) {
        assertEquals(
                "auth.proxy.paths must be a list of /path=permission or /path/**=permission, such as"
                        + " /models/**=model:read, was '" + entry + "'",
                refusal("auth.proxy.paths", entry));
    }

    @Test
    void ourOwnPathsAndDuplicatesAreRefused() {
        assertEquals(
                "auth.proxy.paths must not cover /user, which this service answers itself",
                refusal("auth.proxy.paths", "/user=a"));
        assertEquals(
                "auth.proxy.paths must name each path once, was '/chat/completions' twice",
                refusal("auth.proxy.paths", "/chat/completions=other:permission"));
    }

    @Test
    void onlyProxiedPathsAreOpenWithoutAuthentication() {
        Settings open = TestSettings.production(HOME, Map.of("enable.jwt.auth", "false"));
        assertTrue(open.isOpen("/api/chat/completions"));
        assertFalse(open.isOpen("/api/user"));
        assertFalse(TestSettings.production(HOME, Map.of()).isOpen("/api/chat/completions"));
    }

    private static String permission(ProxyRoutes routes, String path) {
        return routes.find(path).map(Route::permission).orElse("none");
    }

    private static ProxySettings production(String name, String value) {
        return TestSettings.production(HOME, Map.of(name, value)).proxy();
    }

    private static String refusal(String name, String value) {
        return assertThrows(InvalidSettingException.class, () -> production(name, value))
                .getMessage();
    }
}

package com.amplihack.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.type.ProxyRoutes;
import com.amplihack.auth.config.type.ProxyRoutes.Route;
import com.amplihack.auth.config.type.UpstreamTarget;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxySettingsTest {
    private static final Path HOME = Path.of("/srv/auth");

    @Test
    void defaultsAreThoseOfTheContract() {
        ProxySettings proxy = TestSettings.production(HOME, Map.of()).proxy();
        assertEquals(Optional.empty(), proxy.upstream());
        assertEquals(Map.of(), proxy.upstreams());
        assertEquals(Duration.ofSeconds(120), proxy.timeout());
        assertEquals(10 << 20, proxy.maxBody());
        assertEquals(1_000, proxy.maxExchanges());
        assertEquals(32, proxy.maxExchangesPerSubject());
        assertEquals(
                Optional.of(new UpstreamTarget(Optional.empty(), Optional.empty())),
                TestSettings.dev(HOME, Map.of()).proxy().upstream());
    }

    @Test
    void exchangesHaveABoundOfAtLeastOne() {
        assertEquals(7, production("auth.proxy.max.exchanges.per.subject", "7").maxExchangesPerSubject());
        assertEquals(9, production("auth.proxy.max.exchanges", "9").maxExchanges());
        for (String name : new String[] {"auth.proxy.max.exchanges", "auth.proxy.max.exchanges.per.subject"}) {
            for (String value : new String[] {"0", "-1", "100001", "many"}) {
                assertEquals(
                        name + " must be a whole number of requests from 1 to 100000, was '" + value + "'",
                        refusal(name, value));
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
                production("auth.proxy.upstream", "https://models.example/v1//")
                        .upstream()
                        .flatMap(UpstreamTarget::url));
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
            "/api/e/f",
            "/api/modelsx",
            "/api/user",
            "/api/chat/completions/1",
            "/api/responses/resp_1",
            "/api/messages/batches",
            "/models",
            "/api/",
            "/api",
            "/apimodels"
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
                "/a*=a",
                "/a=b@",
                "/a=b@Upper",
                "/a=b@a-b",
                "/a=b@a.b",
                "/a=b@a@b",
                "/a=b@authorization"
            })
    void anEntryThatIsNoPathWithAPermissionIsRefused(String entry) {
        assertEquals(
                "auth.proxy.paths must be a list of /path=permission or /path/**=permission, such as"
                        + " /models/**=model:read, or of /path=permission@name for an upstream of its own, was '"
                        + entry
                        + "'",
                refusal("auth.proxy.paths", entry));
    }

    @Test
    void ourOwnPathsAndDuplicatesAreRefused() {
        assertEquals(
                "auth.proxy.paths must not cover /user, which this service answers itself",
                refusal("auth.proxy.paths", "/user=a"));
        assertEquals(
                "auth.proxy.paths must name each path once, was '/embeddings' twice",
                refusal("auth.proxy.paths", "/embeddings=a,/embeddings/**=b"));
    }

    @Test
    void whatStockClientsCallIsThereByDefault() {
        ProxyRoutes routes = TestSettings.production(HOME, Map.of()).proxy().routes();
        for (String path :
                List.of("/chat/completions", "/responses", "/embeddings", "/messages", "/messages/count_tokens")) {
            assertEquals(
                    Optional.of(new Route(path, false, "chat:write", Set.of("POST"), Optional.empty())),
                    routes.find("/api" + path),
                    path);
        }
        for (String path : List.of("/models", "/models/gpt-9", "/models/org/name")) {
            assertEquals(
                    Optional.of(new Route("/models", true, "chat:write", Set.of("GET"), Optional.empty())),
                    routes.find("/api" + path),
                    path);
        }
    }

    @Test
    void anOperatorsPathReplacesTheDefaultsThereAndBelow() {
        ProxyRoutes routes = production(
                        "auth.proxy.paths",
                        "/messages=claude:write,/models=model:read,/embeddings/**=embed,/responses/x=y")
                .routes();
        assertEquals("claude:write", permission(routes, "/api/messages"));
        assertEquals("none", permission(routes, "/api/messages/count_tokens"));
        assertEquals("model:read", permission(routes, "/api/models"));
        assertEquals("none", permission(routes, "/api/models/a"));
        assertEquals("embed", permission(routes, "/api/embeddings"));
        assertEquals("y", permission(routes, "/api/responses/x"));
        assertEquals("chat:write", permission(routes, "/api/responses"));
    }

    /** The specification names permission and path. */
    @Test
    void chatCompletionsKeepTheirPermission() {
        assertEquals(
                "auth.proxy.paths must ask for chat:write at /chat/completions, was 'other:permission'",
                refusal("auth.proxy.paths", "/chat/completions=other:permission"));
        ProxyRoutes above = production("auth.proxy.paths", "/chat/**=other").routes();
        assertEquals("chat:write", permission(above, "/api/chat/completions"));
        assertEquals("other", permission(above, "/api/chat/rooms"));
        assertEquals(
                "chat:write",
                permission(
                        production("auth.proxy.paths", "/chat/completions=chat:write")
                                .routes(),
                        "/api/chat/completions"));
    }

    @Test
    void theVersionIsNoPartOfAPath() {
        for (String entry : new String[] {"/v1=a", "/v1/models=a", "/v1/**=a"}) {
            assertEquals(
                    "auth.proxy.paths must name paths without /v1: /api/v1 is the same as /api, was '" + entry + "'",
                    refusal("auth.proxy.paths", entry));
        }
        assertEquals("a", permission(production("auth.proxy.paths", "/v12=a").routes(), "/api/v12"));
    }

    @Test
    void aPathMayNameAnUpstreamOfItsOwn() {
        ProxySettings proxy = TestSettings.production(
                        HOME,
                        Map.of(
                                "auth.proxy.upstream", "https://models.example/v1",
                                "auth.proxy.upstream.authorization", "Bearer main",
                                "auth.proxy.paths", "/messages=chat:write@anthropic,/models/**=model:read",
                                "auth.proxy.upstream.anthropic", "https://api.anthropic.example/v1/",
                                "auth.proxy.upstream.anthropic.header", "x-api-key:  secret: 1 "))
                .proxy();
        UpstreamTarget own = target(proxy, "/api/messages").orElseThrow();
        assertEquals(Optional.of(URI.create("https://api.anthropic.example/v1")), own.url());
        assertEquals("x-api-key", own.credential().orElseThrow().header());
        assertEquals("secret: 1", own.credential().orElseThrow().value().reveal());
        assertEquals(proxy.upstream(), target(proxy, "/api/models/x"));
        assertEquals(
                "Bearer main",
                proxy.upstream()
                        .orElseThrow()
                        .credential()
                        .orElseThrow()
                        .value()
                        .reveal());
    }

    /** A request for one upstream must never reach another, whose key it would then use. */
    @Test
    void anUpstreamThatIsNamedMustBeSet() {
        String paths = "/messages=chat:write@anthropic";
        assertEquals("auth.proxy.upstream.anthropic must be set", refusal("auth.proxy.paths", paths));
        assertEquals(
                "auth.proxy.upstream.anthropic must be http://host:port/path or https://host:port/path, without user,"
                        + " query or fragment",
                refusal(Map.of("auth.proxy.paths", paths, "auth.proxy.upstream.anthropic", "ftp://a.example")));
        assertEquals(
                "auth.proxy.upstream.anthropic must be a URL in production, was 'demo'",
                refusal(Map.of("auth.proxy.paths", paths, "auth.proxy.upstream.anthropic", "demo")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "x-api-key",
                "x-api-key:",
                "x-api-key: ",
                ": secret",
                "a b: secret",
                "Host: secret",
                "Content-Length: 3"
            })
    void aHeaderIsANameAndAValueAndTheMessageDoesNotRepeatIt(String header) {
        assertEquals(
                "auth.proxy.upstream.anthropic.header must be a header such as x-api-key: and its value",
                refusal(named(header)));
    }

    @Test
    void aHeaderThatWouldBeginAnotherIsRefused() {
        for (String header : new String[] {"x-api-key: a\r\nX-Other: b", "x-api-key: \u00e4"}) {
            assertEquals(
                    "auth.proxy.upstream.anthropic.header must be one line of visible ASCII characters and spaces",
                    refusal(named(header)));
        }
    }

    private static Map<String, String> named(String header) {
        return Map.of(
                "auth.proxy.paths", "/messages=chat:write@anthropic",
                "auth.proxy.upstream.anthropic", "https://a.example",
                "auth.proxy.upstream.anthropic.header", header);
    }

    private static Optional<UpstreamTarget> target(ProxySettings proxy, String path) {
        return proxy.target(proxy.routes().find(path).orElseThrow());
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
        return refusal(Map.of(name, value));
    }

    private static String refusal(Map<String, String> settings) {
        return assertThrows(InvalidSettingException.class, () -> TestSettings.production(HOME, settings))
                .getMessage();
    }
}

package com.amplihack.auth.proxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlRewriterTest {
    private final UrlRewriter addresses = of("http://models.internal:8000/v1");

    @ParameterizedTest
    @CsvSource({
        "http://models.internal:8000/v1/files/1, /api/files/1",
        "HTTP://Models.Internal:8000/v1/files/1, /api/files/1",
        "http://models.internal.:8000/v1/files/1, /api/files/1",
        "//models.internal:8000/v1/files/1, /api/files/1",
        "http://user:secret@models.internal:8000/v1/files/1, /api/files/1",
        "/v1/files/1, /api/files/1",
        "/v1, /api",
        "b, /api/raw/b",
        "../files/1, /api/files/1",
        "?page=2, /api/raw/a?page=2",
        "http://models.internal:8000/v1/a?b=c%20d#e, /api/a?b=c%20d#e",
        "http://models.internal:8000/v1/raw/../files/1, /api/files/1"
    })
    void theUpstreamsOwnAddressLiesBelowOurs(String reference, String shown) {
        assertEquals(Optional.of(shown), addresses.rewrite(reference));
    }

    @Test
    void aDefaultPortMayBeNamedOrNot() {
        assertEquals(Optional.of("/api/a"), of("http://models.internal/v1").rewrite("http://models.internal:80/v1/a"));
        assertEquals(
                Optional.of("/api/a"), of("https://models.internal:443/v1").rewrite("https://models.internal/v1/a"));
    }

    @Test
    void anUpstreamWithoutAPathIsMappedWhole() {
        UrlRewriter bare = of("https://models.example");
        assertEquals(Optional.of("/api/files/1"), bare.rewrite("https://models.example/files/1"));
        assertEquals(Optional.of("/api"), bare.rewrite("https://models.example"));
        assertEquals(Optional.empty(), bare.rewrite("/../files"));
        assertEquals(Optional.empty(), bare.rewrite("//files"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://models.internal:8000/internal",
                "http://models.internal:8000/v1/../internal",
                "http://models.internal:8000/v1/%2e%2e/internal",
                "http://models.internal:8000/v1x",
                "http://models.internal/v1/files/1",
                "https://models.internal:8000/v1/files/1",
                "http://localhost:8000/v1",
                "http://127.0.0.1:8000/v1",
                "http://10.1.2.3:8000/v1",
                "//192.168.0.7/a",
                "///192.168.0.7/a",
                "http://172.20.0.2/a",
                "http://100.64.0.1/a",
                "http://0.0.0.0/a",
                "http://[::1]/a",
                "http://[fd00::1]/a",
                "http://[fe80::1%25eth0]/a",
                "http://[::ffff:10.0.0.1]/a",
                "http://[64:ff9b::a00:1]/a",
                "http://169.254.169.254/latest/meta-data",
                "http://2130706433/a",
                "http://0x7f.1/a",
                "http://127.1/a",
                "http://user:secret@elsewhere.example/a",
                "http://other.internal/a",
                "http://model-7/a",
                "http://model_7.example/a",
                "http:models.internal:8000/v1/files/1",
                "http:\\\\models.internal:8000\\v1",
                "javascript:alert(1)",
                "mailto:admin@models.internal",
                "/auth/logout",
                "http://models.internal:8000/v1/a b"
            })
    void whatCannotBeShownIsNot(String reference) {
        assertEquals(Optional.empty(), addresses.rewrite(reference));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://elsewhere.example/a?b#c",
                "https://203.0.113.9:8443/a",
                "https://[2001:db9::1]/a",
                "//cdn.example/a"
            })
    void anotherPublicAddressIsShownAsItIs(String reference) {
        assertEquals(Optional.of(reference), addresses.rewrite(reference));
    }

    @Test
    void eachTargetOfALinkIsShownOrNone() {
        assertEquals(
                Optional.of("</api/raw/a?page=2>; rel=\"next\", <https://elsewhere.example/b>; rel=\"help\""),
                addresses.rewriteLinks(
                        "<http://models.internal:8000/v1/raw/a?page=2>; rel=\"next\", <https://elsewhere.example/b>; rel=\"help\""));
        assertEquals(
                Optional.empty(), addresses.rewriteLinks("</v1/a>; rel=\"next\", <http://10.0.0.1/b>; rel=\"help\""));
        assertEquals(Optional.empty(), addresses.rewriteLinks("</v1/a>; rel=\"next\"; anchor=\"http://10.0.0.1/b\""));
    }

    private static UrlRewriter of(String base) {
        return new UrlRewriter(URI.create(base), "/raw/a", "/api");
    }
}

package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the files of the pages are answered. */
class PageFilesIT {
    private final Client client = new Client();

    @Test
    void aLibrarysFileIsKeptForAYear() {
        Answer file = client.get("/webjars/lit-html/3.3.1/lit-html.js").send();

        assertEquals(200, file.status());
        assertEquals(
                "public, max-age=31536000, immutable",
                file.header("Cache-Control").orElseThrow());
        assertEquals(
                "text/javascript;charset=utf-8", file.header("Content-Type").orElseThrow());
        Answer gone = client.get("/webjars/lit/3.3.2/index.js").send();
        assertEquals(404, gone.status());
        assertEquals("no-store", gone.header("Cache-Control").orElseThrow(), "what is not there may come");
    }

    /** Or a browser would ask for a version of another library that a later release no longer has. */
    @Test
    void aLibrarysFileWithTheAddressesOfOthersIsAskedForAgain() {
        Answer file = client.get("/webjars/lit/3.3.1/index.js").send();

        assertTrue(file.body().contains("\"../../../webjars/lit-html/3.3.1/lit-html.js\""), "by the import map");
        assertEquals("no-cache", file.header("Cache-Control").orElseThrow());
        assertEquals(
                304,
                client.get("/webjars/lit/3.3.1/index.js")
                        .header("If-None-Match", file.header("ETag").orElseThrow())
                        .send()
                        .status());
    }

    @Test
    void ourOwnFilesAreAskedForAgainByTheirTag() {
        for (String path : List.of("/", "/index.html", "/ui/api.js", "/ui/style.css", "/ui/logo.svg", "/link.html")) {
            Answer file = client.get(path).header("Accept-Encoding", "identity").send();
            assertEquals(200, file.status(), path);
            assertEquals("no-cache", file.header("Cache-Control").orElseThrow(), path);
            String tag = file.header("ETag").orElseThrow();
            assertEquals(
                    304,
                    client.get(path)
                            .header("If-None-Match", "\"x\", W/" + tag)
                            .send()
                            .status(),
                    path);
            assertEquals(
                    200,
                    client.get(path).header("If-None-Match", "\"x\"").send().status(),
                    path);
            Answer head = client.request("HEAD", path).send();
            assertEquals(200, head.status(), path);
            assertEquals("", head.body());
        }
    }

    @Test
    void thePageSpeaksTheReadersLanguage() {
        Answer german =
                client.get("/").header("Accept-Language", "de-CH, fr;q=0.5").send();
        Answer english = client.get("/").header("Accept-Language", "fr").send();

        assertTrue(german.body().contains("<html lang=\"de\">"));
        assertTrue(english.body().contains("<html lang=\"en\">"));
        assertFalse(german.body().contains("{{"));
        assertTrue(german.headers("Vary").toString().contains("Accept-Language"));
    }

    /** CSP 3 and Trusted Types. */
    @Test
    void nothingInlineAndNothingOfOthersRuns() {
        String policy = client.get("/").send().header("Content-Security-Policy").orElseThrow();

        assertFalse(policy.contains("unsafe"));
        for (String directive : List.of(
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "connect-src 'self'",
                "form-action 'self'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types lit-html")) {
            assertTrue((policy + ';').contains(directive + ';'), directive);
        }
    }

    @Test
    void nothingElseOfTheArchiveIsGiven() {
        for (String path : List.of(
                "/WEB-INF/pages/factor.html",
                "/ui/../WEB-INF/pages/factor.html",
                "/ui/%2e%2e/WEB-INF/web.xml",
                "/META-INF/MANIFEST.MF",
                "/web-inf/pages/factor.html",
                "/v1/ui/api.js",
                "/ui/none.js")) {
            int status = client.get(path).send().status();
            assertTrue(status == 404 || status == 400, path + " " + status);
        }
        assertEquals("method_not_allowed", client.post("/ui/api.js").send().error());
    }
}

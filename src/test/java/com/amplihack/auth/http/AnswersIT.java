package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class AnswersIT {
    @Test
    @Tag("fault-38")
    void everyAnswerCarriesTheSecurityHeaders() {
        Client client = new Client();
        for (Answer answer : List.of(
                client.get("/").send(),
                client.get("/auth/jwks").send(),
                client.get("/api/user").send(),
                client.get("/no/such/page").send(),
                client.get("/auth/login").send(),
                client.post("/auth/login").json("{").send())) {
            assertTrue(answer.header("Content-Security-Policy").orElse("").contains("frame-ancestors 'none'"));
            assertFalse(answer.header("Content-Security-Policy").orElse("").contains("unsafe-inline"));
            assertEquals("nosniff", answer.header("X-Content-Type-Options").orElse(""));
            assertEquals("no-referrer", answer.header("Referrer-Policy").orElse(""));
            assertTrue(answer.header("Permissions-Policy").isPresent());
            assertTrue(answer.header("X-Request-Id").isPresent());
            assertFalse(answer.header("Server").orElse("").matches(".*[0-9].*"), "no server version");
        }
    }

    @Test
    @Tag("fault-43")
    void aWellFormedRequestIdIsKeptAndAnotherReplaced() {
        Client client = new Client();

        assertEquals(
                "client-chosen.1",
                client.get("/auth/jwks")
                        .header("X-Request-Id", "client-chosen.1")
                        .send()
                        .header("X-Request-Id")
                        .orElseThrow());
        assertNotEquals(
                "a b<script>",
                client.get("/auth/jwks")
                        .header("X-Request-Id", "a b<script>")
                        .send()
                        .header("X-Request-Id")
                        .orElseThrow());
    }

    @Test
    void whatTheContainerRefusesIsAProblemToo() {
        Client client = new Client();

        for (String path :
                List.of("/no/such/page", "/error", "/WEB-INF/web.xml", "/application.wadl", "/auth/nothing")) {
            Answer answer = client.get(path).send();
            assertEquals(404, answer.status(), path);
            assertEquals("not_found", answer.error(), path);
            assertEquals(
                    "application/problem+json",
                    answer.header("Content-Type").orElse("").split(";")[0],
                    path);
        }
    }

    @Test
    void anotherMethodIsNamedAsSuch() {
        Client client = new Client();
        for (String method : List.of("GET", "PUT", "DELETE", "PATCH")) {
            Answer answer = client.request(method, "/auth/login").send();
            assertEquals(405, answer.status(), method);
            assertEquals("method_not_allowed", answer.error(), method);
            assertTrue(answer.header("Allow").orElse("").contains("POST"), method);
        }
    }

    @Test
    void optionsNamesTheMethodsAndNoWadl() {
        Answer answer = new Client().request("OPTIONS", "/auth/login").send();

        assertEquals(200, answer.status());
        assertTrue(answer.header("Allow").orElse("").contains("POST"));
        assertFalse(answer.body().contains("wadl"));
    }

    @Test
    void staticFilesCannotBeWritten() {
        for (String method : List.of("PUT", "DELETE")) {
            Answer answer = new Client().request(method, "/index.html").send();
            assertEquals(405, answer.status(), method);
            assertEquals("method_not_allowed", answer.error(), method);
        }
    }

    /** A browser runs a module only under a JavaScript type, the more so with {@code nosniff}. */
    @Test
    void theModuleIsPublicAndRevalidated() {
        Client client = new Client();

        Answer module = client.get("/amplihack-auth.js").send();
        Answer again = client.get("/amplihack-auth.js")
                .header("If-None-Match", module.header("ETag").orElseThrow())
                .send();

        assertEquals(200, module.status());
        assertTrue(module.header("Content-Type").orElse("").matches("(text|application)/javascript.*"));
        assertEquals(List.of("no-cache"), module.headers("Cache-Control"));
        assertEquals(List.of("no-cache"), client.get("/").send().headers("Cache-Control"));
        assertEquals(304, again.status());
    }

    @Test
    void everyErrorHasAPlaceWhereItIsExplained() {
        Answer answer = new Client().get("/api/user").send();

        assertTrue(answer.json().getString("type").endsWith("#missing_token"));
        assertEquals(401, answer.json().getInt("status"));
    }
}

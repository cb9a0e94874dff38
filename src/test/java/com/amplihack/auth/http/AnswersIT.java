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
            assertEquals(List.of("DENY"), answer.headers("X-Frame-Options"));
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
    void aPathWithASlashAtTheEndAnswersAsWithoutIt() {
        Session session = Session.ofNewUser();
        Client client = session.client;
        for (String path : List.of("/api/user", "/v1/api/user", "/auth/sessions", "/auth/verify", "/v1/auth/verify")) {
            assertEquals(200, session.with(client.get(path + "/")).send().status(), path);
            assertEquals("missing_token", client.get(path + "/").send().error(), path);
        }
        for (String path : List.of("/auth/jwks", "/v1/auth/jwks", "/.well-known/jwks.json")) {
            Answer keys = client.get(path + "/").send();
            assertEquals(200, keys.status(), path);
            assertEquals(List.of("public, max-age=60"), keys.headers("Cache-Control"), path);
            assertEquals(List.of("*"), keys.headers("Access-Control-Allow-Origin"), path);
        }
        Session admin = Session.admin();
        String account = "/admin/api/users/" + session.claims().getString("sub") + "/";
        for (String path : List.of("/admin/api/users/", account, account + "sessions/", "/admin/api/roles/")) {
            assertEquals(200, admin.with(admin.client.get(path)).send().status(), path);
            assertEquals(403, session.with(client.get(path)).send().status(), path);
        }
        for (String path : List.of("/auth/login/", "/auth/refresh/", "/auth/logout/", "/v1/auth/login/")) {
            assertEquals(405, client.get(path).send().status(), path);
            assertEquals(
                    "origin_not_allowed",
                    client.post(path)
                            .header("Origin", "https://evil.example")
                            .send()
                            .error(),
                    path);
        }
        for (String path : List.of("/api/user//", "/api//", "/auth/jwks//", "/none/", "/index.html/")) {
            int status = session.with(client.get(path)).send().status();
            assertTrue(status == 400 || status == 401 || status == 404, path + ": " + status);
        }
        assertEquals(200, session.with(client.post("/auth/logout-all/")).send().status());
        assertEquals("token_revoked", session.user().error());
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

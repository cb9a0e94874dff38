package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Session;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another method than the one that the rules were written for (verb tampering). */
class VerbAttackIT {
    private static final List<String> VERBS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get", "FOO", "CONNECTX");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/user",
                "/api/anything",
                "/auth/sessions",
                "/auth/logout-all",
                "/auth/password",
                "/auth/verify"
            })
    void noMethodReachesAProtectedPathWithoutAToken(String path) {
        for (String verb : VERBS) {
            Answer answer = new Client().request(verb, path).send();
            assertTrue(List.of(400, 401, 405, 501).contains(answer.status()), verb + ": " + answer);
        }
    }

    @Test
    void noMethodReachesAdministrationWithoutTheRole() {
        Session user = Session.ofNewUser();
        for (String path : List.of(
                "/admin/api/users", "/admin/api/roles/user", "/admin/api/keys/rotate", "/admin/api/revoke-all")) {
            for (String verb : VERBS) {
                Answer answer = user.with(user.client.request(verb, path)).send();
                boolean told = verb.equals("OPTIONS")
                        && answer.status() == 200
                        && !answer.body().contains("{");
                assertTrue(told || List.of(400, 403, 404, 405, 501).contains(answer.status()), verb + ": " + answer);
            }
        }
    }

    @Test
    void aHeaderDoesNotChangeTheMethod() {
        Session user = Session.ofNewUser();
        for (String header : List.of("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")) {
            user.with(user.client.get("/api/user")).header(header, "DELETE").send();
            Answer answer = user.with(
                            user.client.post("/auth/sessions/" + user.claims().getString("sid")))
                    .header(header, "DELETE")
                    .send();
            assertEquals("method_not_allowed", answer.error(), header);
        }
        assertEquals(200, user.user().status());
    }

    @Test
    void nothingIsChangedByReading() {
        Session session = Session.ofNewUser();
        for (String path : List.of("/auth/logout", "/auth/logout-all", "/auth/refresh", "/auth/login")) {
            for (String verb : List.of("GET", "HEAD")) {
                Answer answer = session.with(session.client.request(verb, path)).send();
                assertEquals(405, answer.status(), verb + ' ' + path);
            }
        }
        assertEquals(200, session.user().status());
        assertEquals(200, session.refresh().status());
    }
}

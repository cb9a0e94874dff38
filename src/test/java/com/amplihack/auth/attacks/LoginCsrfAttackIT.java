package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Session;
import com.amplihack.auth.http.SharedServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Another site's page makes a browser send something, or reads an answer: login CSRF, CSRF, CORS. */
@Tag("fault-41")
class LoginCsrfAttackIT {
    @Test
    void loginFromAnotherSitesPageIsRefused() {
        String username = Session.newUser("user");
        Client client = new Client();

        Answer foreign = Session.login(client, username, Session.PASSWORD)
                .header("Origin", "https://evil.example")
                .send();
        Answer crossSite = Session.login(client, username, Session.PASSWORD)
                .header("Sec-Fetch-Site", "cross-site")
                .send();
        Answer opaque = Session.login(client, username, Session.PASSWORD)
                .header("Origin", "null")
                .send();
        Answer own = Session.login(client, username, Session.PASSWORD)
                .header("Origin", "http://localhost:" + SharedServer.get().port())
                .header("Sec-Fetch-Site", "same-origin")
                .send();

        for (Answer refused : List.of(foreign, crossSite, opaque)) {
            assertEquals(403, refused.status());
            assertEquals("origin_not_allowed", refused.error());
            assertFalse(refused.header("Set-Cookie").isPresent());
        }
        assertEquals(200, own.status());
    }

    /** What browsers send when a proxy in front names the default port or rewrites the host. */
    @Test
    void loginFromOurOwnPageBehindAProxyIsLetIn() {
        String username = Session.newUser("user");
        for (List<String> headers : List.of(
                List.of("Host", "auth.example:443", "Origin", "https://auth.example"),
                List.of("Host", "auth.example:80", "Origin", "http://auth.example"),
                List.of("Host", "AUTH.example", "Origin", "https://auth.example"),
                List.of("Host", "my_host:3000", "Origin", "http://my_host:3000"),
                List.of("Host", "backend:8080", "Origin", "https://auth.example", "Sec-Fetch-Site", "same-origin"),
                List.of("Host", "backend:8080", "Sec-Fetch-Site", "same-origin"))) {
            assertEquals(200, login(username, headers).status(), headers::toString);
        }
    }

    @Test
    void loginFromWhatOnlyResemblesOurPageIsRefused() {
        String username = Session.newUser("user");
        for (List<String> headers : List.of(
                List.of("Host", "auth.example:443", "Origin", "http://auth.example"),
                List.of("Host", "auth.example:444", "Origin", "https://auth.example"),
                List.of("Host", "auth.example", "Origin", "https://auth.example:444"),
                List.of("Host", "localhost", "Origin", "capacitor://localhost"),
                List.of("Host", "localhost", "Origin", "https://localhost/"),
                List.of("Host", "auth.example", "Origin", "https://user@auth.example"),
                List.of("Host", "backend:8080", "Origin", "https://auth.example", "Sec-Fetch-Site", "same-site"),
                List.of("Host", "backend:8080", "Origin", "https://auth.example", "Sec-Fetch-Site", "Same-Origin"),
                List.of("Host", "auth.example", "Sec-Fetch-Site", "same-site"),
                List.of("Host", "auth.example", "Sec-Fetch-Site", "none"))) {
            assertEquals("origin_not_allowed", login(username, headers).error(), headers::toString);
        }
    }

    private static Answer login(String username, List<String> headers) {
        Client.Request login = Session.login(new Client(), username, Session.PASSWORD);
        for (int i = 0; i < headers.size(); i += 2) {
            login.header(headers.get(i), headers.get(i + 1));
        }
        return login.send();
    }

    @Test
    void aPathParameterDoesNotSlipPastTheOriginCheck() {
        Answer answer = new Client()
                .post("/auth;x=1/login")
                .header("Origin", "https://evil.example")
                .json("{\"username\":\"admin\",\"password\":\"whatever\"}")
                .send();

        assertEquals(400, answer.status());
        assertEquals("invalid_request", answer.error());
    }

    @Test
    void logoutFromAnotherSitesPageIsRefused() {
        Session session = Session.ofNewUser();

        Answer answer = session.with(session.client.post("/auth/logout"))
                .header("Origin", "https://evil.example")
                .send();

        assertEquals("origin_not_allowed", answer.error());
        assertEquals(200, session.user().status());
    }

    @Test
    void anotherSiteCannotEndASession() {
        Session here = Session.ofNewUser();

        Answer answer = here.with(here.client.request(
                        "DELETE", "/auth/sessions/" + here.claims().getString("sid")))
                .header("Origin", "https://evil.example")
                .send();

        assertEquals("origin_not_allowed", answer.error());
        assertEquals(200, here.user().status());
    }

    @Test
    void noOtherOriginIsEverReflected() {
        for (String origin : new String[] {
            "https://evil.example", "null", SharedServer.CORS_ORIGIN + ".evil.example", "http://reader.example"
        }) {
            Answer answer =
                    new Client().get("/api/user").header("Origin", origin).send();
            assertFalse(answer.header("Access-Control-Allow-Origin").isPresent(), origin);
        }
    }

    @Test
    void aPreflightOfAnotherOriginIsRefused() {
        Answer answer = preflight("https://evil.example");

        assertEquals(403, answer.status());
        assertEquals("origin_not_allowed", answer.error());
        assertFalse(answer.header("Access-Control-Allow-Origin").isPresent());
    }

    private Answer preflight(String origin) {
        return new Client()
                .request("OPTIONS", "/api/user")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "authorization")
                .send();
    }

    @Test
    void noChangeOfOursIsMadeForAnotherSite() {
        Session session = Session.ofNewUser();
        Session admin = Session.admin();
        for (Client.Request request : List.of(
                session.refreshRequest(),
                session.with(session.client.post("/auth/logout")),
                session.with(session.client.post("/auth/logout-all")),
                session.with(session.client.post("/auth/password")).json("{}"),
                session.with(session.client.post("/v1/auth/logout")),
                admin.with(admin.client.post("/admin/api/revoke-all")),
                admin.with(admin.client.post("/admin/api/users")).json("{}"),
                admin.with(admin.client.request("DELETE", "/admin/api/users/x")))) {
            Answer answer = request.header("Origin", "https://evil.example").send();
            assertEquals("origin_not_allowed", answer.error());
            assertEquals(List.of(), answer.headers("Set-Cookie"));
        }
        assertEquals(200, session.refresh().status());
        assertEquals(200, session.user().status());
    }

    @Test
    void aFormCannotSignIn() {
        String json = "{\"username\":\"admin\",\"password\":\"" + Session.PASSWORD + "\"}";
        for (String type :
                List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")) {
            Answer answer = new Client()
                    .post("/auth/login")
                    .body(type, json.getBytes(StandardCharsets.UTF_8))
                    .send();
            assertEquals("unsupported_media_type", answer.error(), type);
        }
    }

    @Test
    void cookiesAreNotSentFromOtherSites() {
        Session session = Session.ofNewUser();
        Answer answer = session.refreshRequest().send();
        for (String cookie : answer.headers("Set-Cookie")) {
            assertTrue(cookie.contains("SameSite=Strict"), cookie);
            assertTrue(cookie.contains("HttpOnly"), cookie);
            assertTrue(cookie.contains("Secure"), cookie);
        }
    }
}

package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.Json;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Behind proxies that end TLS, rewrite {@code Host} and take a path prefix away. */
class PublicBaseUrlIT {
    /** Of {@link SharedServer#TRUSTED_PROXIES}. */
    private static final String PROXY = "127.9.3.1";

    @Test
    void aTrustedProxyTellsHostSchemeAndPrefix() {
        String user = Session.newUser("admin", "user");
        String address = new Client().address();
        Answer login = forwarded(Session.login(Client.from(PROXY), user, Session.PASSWORD), address)
                .send();
        assertEquals(200, login.status(), login::body);
        assertPaths("/sso", login);
        String token = login.json().getString("access_token");
        String handle = login.cookieValue("session_id");

        Answer created = forwarded(Client.from(PROXY).post("/admin/api/users"), address)
                .bearer(token)
                .cookie("session_id", handle)
                .json(newUser())
                .send();
        assertEquals(201, created.status(), created::body);
        assertEquals(
                "https://auth.example/sso/admin/api/users/" + created.json().getString("user_id"),
                created.header("Location").orElseThrow());

        Answer logout = forwarded(Client.from(PROXY).post("/v1/auth/logout"), address)
                .bearer(token)
                .send();
        assertEquals(200, logout.status());
        assertTrue(logout.setCookie("refresh_token").contains("; Path=/sso/v1/auth; "), logout::toString);
    }

    @Test
    void aStrangerTellsNothing() {
        Client stranger = new Client();
        Answer login = forwarded(Session.login(stranger, Session.newUser("user"), Session.PASSWORD), stranger.address())
                .send();

        assertPaths("", login);
    }

    @Test
    void aPrefixThatCouldEndACookieIsNone() {
        for (String prefix : List.of("/a; Domain=evil.example", "sso", "//evil.example", "/../x", "/%2e", "/a,b")) {
            Answer login = Session.login(Client.from(PROXY), Session.newUser("user"), Session.PASSWORD)
                    .header("X-Forwarded-For", new Client().address())
                    .header("X-Forwarded-Prefix", prefix)
                    .send();
            assertPaths("", login);
        }
    }

    @Test
    void withoutAProxyLocationIsAPathOfThisHost() {
        Session admin = Session.admin();

        Answer created = admin.with(admin.client.post("/admin/api/users"))
                .json(newUser())
                .send();

        assertEquals(
                "/admin/api/users/" + created.json().getString("user_id"),
                created.header("Location").orElseThrow());
    }

    @Test
    void theUpstreamLearnsHowTheClientSpeaks() throws InterruptedException {
        Session session = Session.withPermission("chat:write");
        var received = new LinkedBlockingQueue<TestUpstream.Received>();
        SharedServer.get().upstream().script("public-address", (request, in, out) -> {
            received.add(request);
            out.write(TestUpstream.answer("200 OK", "", ""));
        });

        for (Client client : List.of(session.client, Client.from(PROXY))) {
            session.with(client.post("/api/chat/completions"))
                    .header("X-Forwarded-For", session.client.address())
                    .header("X-Forwarded-Proto", "https")
                    .header("X-Script", "public-address")
                    .json("{}")
                    .send();
        }

        assertTrue(received.take().header("Forwarded").get(0).endsWith(";proto=http"), "from a stranger");
        assertTrue(received.take().header("Forwarded").get(0).endsWith(";proto=https"), "from a trusted proxy");
    }

    @Test
    void anAddressOfTheUpstreamIsMappedBelowThePrefix() {
        Session session = Session.withPermission("chat:write");
        SharedServer.get()
                .upstream()
                .script(
                        "public-redirect",
                        (request, in, out) -> out.write(TestUpstream.answer(
                                "302 Found",
                                "Location: http://" + request.header("Host").get(0) + "/v1/next\r\n",
                                "")));

        for (String path : List.of("/v1/api/chat/completions", "/v1/api/chat/completions/")) {
            Answer answer = forwarded(session.with(Client.from(PROXY).post(path)), session.client.address())
                    .header("X-Script", "public-redirect")
                    .json("{}")
                    .send();
            assertEquals("/sso/v1/api/next", answer.header("Location").orElseThrow(), answer::toString);
        }
    }

    /** As with nginx: {@code location /sso/ { proxy_pass http://node:8080/; }}. */
    @Test
    @Tag("one-store")
    void theConfiguredAddressWinsOverEverything() {
        Map<String, String> properties = Map.of(
                "mp.config.profile", "dev",
                "auth.home", ServerProcess.freshDirectory("public").toString(),
                "auth.store", "memory",
                "jwt.key.size", "2048",
                "auth.public.url", "https://Auth.Example:443/sso/");
        try (ServerProcess server = ServerProcess.start(ServerProcess.freePort(), properties, Map.of())
                .ready()) {
            Client client = new Client(server.port());
            Answer login = Session.login(client, "admin", server.firstPassword())
                    .header("Origin", "https://auth.example") // an old browser: no Sec-Fetch-Site, and Host rewritten
                    .send();
            assertEquals(200, login.status(), login::body);
            assertPaths("/sso", login);
            String cookies = "session_id=" + login.cookieValue("session_id") + "; refresh_token="
                    + login.cookieValue("refresh_token");
            Answer refreshed =
                    client.post("/auth/refresh").header("Cookie", cookies).send();
            assertTrue(refreshed.setCookie("refresh_token").contains("; Path=/sso/auth; "), refreshed::toString);
            Answer created = client.post("/admin/api/users")
                    .bearer(refreshed.json().getString("access_token"))
                    .cookie("session_id", login.cookieValue("session_id"))
                    .json(newUser())
                    .send();
            assertEquals(
                    "https://auth.example/sso/admin/api/users/" + created.json().getString("user_id"),
                    created.header("Location").orElseThrow());
            Answer foreign = client.post("/auth/logout")
                    .header("Origin", "https://auth.example.evil.example")
                    .send();
            assertEquals("origin_not_allowed", foreign.error());
        }
    }

    private static Client.Request forwarded(Client.Request request, String client) {
        return request.header("X-Forwarded-For", client)
                .header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Host", "Auth.Example:443")
                .header("X-Forwarded-Prefix", "/sso/");
    }

    /** A cookie with the prefix {@code __Host-} has the path of the whole host. */
    private static void assertPaths(String prefix, Answer login) {
        assertEquals(200, login.status(), login::body);
        assertTrue(login.setCookie("refresh_token").contains("; Path=" + prefix + "/auth; "), login::toString);
        assertTrue(login.setCookie("device").contains("; Path=" + prefix + "/auth; "), login::toString);
        assertTrue(login.setCookie("session_id").contains("; Path=/; "), login::toString);
    }

    private static String newUser() {
        return Json.createObjectBuilder()
                .add("username", "user-" + UUID.randomUUID())
                .add("password", Session.PASSWORD)
                .build()
                .toString();
    }
}

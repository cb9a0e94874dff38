package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.TestRedis;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code jwt.replay} and {@code jwt.binding.*} change when they are not at their defaults. */
class ModesIT {
    private static final String FIREFOX_120 = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";
    private static final String FIREFOX_121 = "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0";
    private static final String SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_1) Version/17.1 Safari/605.1.15";

    @Test
    void strictBurnsEachTokenAndTheLooserBindingsForgiveAVersionAndAnAddressNearby() throws IOException {
        try (TestRedis redis = TestRedis.start();
                ServerProcess server = start(redis, "strict", "subnet", "family")) {
            Session admin = Session.of(server, "admin", server.firstPassword());
            String user = Session.newUser(admin, "user");

            Answer login = login(new Client(server.port(), "127.5.5.5"), user, FIREFOX_120);
            assertEquals(
                    200,
                    use(new Client(server.port(), "127.5.5.77"), login, FIREFOX_121)
                            .status());
            assertEquals(
                    "token_replayed",
                    use(new Client(server.port(), "127.5.5.5"), login, FIREFOX_120)
                            .error(),
                    "proven, and yet once is all");

            Answer second = login(new Client(server.port(), "127.5.6.5"), user, FIREFOX_120);
            assertEquals(
                    "binding_mismatch",
                    use(new Client(server.port(), "127.5.7.5"), second, FIREFOX_120)
                            .error());
            assertEquals(
                    "binding_mismatch",
                    use(new Client(server.port(), "127.5.6.5"), second, SAFARI).error());
            assertEquals(
                    "binding_mismatch",
                    use(new Client(server.port(), "127.5.6.5"), second, "").error());
            assertEquals(
                    200,
                    use(new Client(server.port(), "127.5.6.5"), second, FIREFOX_120)
                            .status());
        }
    }

    @Test
    void offLeavesSessionRevocationAndWrongProofs() throws IOException {
        try (TestRedis redis = TestRedis.start();
                ServerProcess server = start(redis, "off", "off", "off")) {
            Session admin = Session.of(server, "admin", server.firstPassword());
            String user = Session.newUser(admin, "user");
            Answer login = login(new Client(server.port()), user, FIREFOX_120);
            Client anywhere = new Client(server.port());
            String token = login.json().getString("access_token");

            for (int i = 0; i < 3; i++) {
                assertEquals(200, use(anywhere, login, SAFARI).status());
                assertEquals(200, anywhere.get("/api/user").bearer(token).send().status());
            }
            assertEquals(
                    "binding_mismatch",
                    anywhere.get("/api/user")
                            .bearer(token)
                            .cookie("session_id", "A".repeat(43))
                            .send()
                            .error());
            assertEquals(200, anywhere.post("/auth/logout").bearer(token).send().status());
            assertEquals(
                    "token_revoked",
                    anywhere.get("/api/user").bearer(token).send().error());
        }
    }

    private static Answer login(Client client, String username, String userAgent) {
        Answer login = Session.login(client, username, Session.PASSWORD)
                .header("User-Agent", userAgent)
                .send();
        assertEquals(200, login.status(), login::body);
        return login;
    }

    private static Answer use(Client client, Answer login, String userAgent) {
        return client.get("/api/user")
                .header("User-Agent", userAgent)
                .bearer(login.json().getString("access_token"))
                .cookie("session_id", login.cookieValue("session_id"))
                .send();
    }

    private static ServerProcess start(TestRedis redis, String replay, String address, String userAgent) {
        Map<String, String> properties = new HashMap<>(redis.properties());
        properties.putAll(Map.of(
                "mp.config.profile",
                "dev",
                "auth.home",
                ServerProcess.freshDirectory("modes").toString(),
                "auth.store",
                SharedServer.STORE,
                "jwt.key.size",
                "2048",
                "jwt.replay",
                replay,
                "jwt.binding.ip",
                address,
                "jwt.binding.user.agent",
                userAgent));
        return ServerProcess.start(ServerProcess.freePort(), properties, Map.of())
                .ready();
    }
}

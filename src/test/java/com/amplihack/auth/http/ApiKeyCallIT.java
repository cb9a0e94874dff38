package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Model calls with a key that was changed a moment ago, of which the node still remembers what it was before. */
@Tag("store")
class ApiKeyCallIT extends ProxyFixture {
    private static final String BODY =
            "{\"model\":\"gpt-4o\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}";

    private final Session owner = Session.withPermission("chat:write");
    private final Client program = new Client();

    @ParameterizedTest
    @ValueSource(strings = {"\"permissions\":[]", "\"models\":[\"claude-*\"]", "\"cidrs\":[\"192.0.2.1\"]"})
    void whatAChangeAllowsWorksAtTheNextCallWhichIsMetered(String limit) {
        answer(BudgetIT.chat(1, 1));
        JsonObject key = make("{\"name\":\"x\"," + limit + ",\"budget\":{\"requests\":1,\"window\":\"total\"}}");
        assertEquals(403, call(key).status());
        assertEquals(403, call(key).status());

        change(key, "{\"permissions\":null,\"models\":null,\"cidrs\":null}");

        Answer first = call(key);
        assertEquals(200, first.status(), first::body);
        Answer second = call(key);
        assertEquals("budget_exhausted", second.error(), second::body);
        assertEquals("key", second.json().getString("scope"));
        received();
        assertTrue(received.isEmpty(), "one call reached the upstream");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"permissions\":[]", "\"models\":[\"claude-*\"]", "\"cidrs\":[\"192.0.2.1\"]"})
    void whatAChangeForbidsIsRefusedAtTheNextCall(String limit) {
        answer(BudgetIT.chat(1, 1));
        JsonObject key = make("{\"name\":\"x\"}");
        assertEquals(200, call(key).status());
        received();

        change(key, "{" + limit + "}");

        assertEquals(403, call(key).status());
        assertTrue(received.isEmpty(), "nothing reached the upstream");
    }

    @Test
    void aKeyThatIsRevokedWhileTheBodyIsOnItsWayIsRefused() throws IOException {
        answer(BudgetIT.chat(1, 1));
        JsonObject key = make("{\"name\":\"x\"}");
        assertEquals(200, call(key).status());
        received();
        try (Socket socket = new Socket(
                InetAddress.getByName("127.0.0.1"),
                SharedServer.get().port(),
                InetAddress.getByName(program.address()),
                0)) {
            send(
                    socket,
                    "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Script: " + script
                            + "\r\nAuthorization: Bearer " + key.getString("key")
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + BODY.length() + "\r\n\r\n"
                            + BODY.substring(0, 20));
            owner.with(owner.client.request("DELETE", "/auth/api-keys/" + key.getString("key_id")))
                    .send();
            send(socket, BODY.substring(20));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 401 "), answer);
            assertTrue(answer.contains("invalid_api_key"), answer);
        }
        assertTrue(received.isEmpty(), "nothing reached the upstream");
    }

    private Answer call(JsonObject key) {
        return program.post(CHAT)
                .header("X-Script", script)
                .bearer(key.getString("key"))
                .json(BODY)
                .send();
    }

    private JsonObject make(String body) {
        Answer answer =
                owner.with(owner.client.post("/auth/api-keys")).json(body).send();
        assertEquals(201, answer.status(), answer::body);
        return answer.json();
    }

    private void change(JsonObject key, String body) {
        Answer answer = owner.with(owner.client.request("PATCH", "/auth/api-keys/" + key.getString("key_id")))
                .json(body)
                .send();
        assertEquals(200, answer.status(), answer::body);
    }
}

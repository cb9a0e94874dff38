package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.Until;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests with an API key, and what ends or limits it at the next request. */
@Tag("store")
class ApiKeyUseIT {
    private static final String KEYS = "/auth/api-keys";

    private final Client program = new Client();

    @Test
    void aKeyOpensTheApiAsOftenAsItComesInEitherHeader() {
        Session owner = Session.withPermission("chat:write");
        JsonObject made = make(owner, "{\"name\":\"x\"}");
        String key = made.getString("key");

        for (int i = 0; i < 3; i++) {
            JsonObject user = bearer(program, "/api/user", key).json();
            assertEquals(owner.username, user.getString("username"));
            assertEquals(made.getString("key_id"), user.getString("key_id"));
            assertEquals("[\"user\"]", user.get("roles").toString());
        }
        Client otherAgent = new Client();
        assertEquals(
                200,
                otherAgent
                        .get("/v1/api/user")
                        .header("x-api-key", key)
                        .header("User-Agent", "OpenAI/JS 5")
                        .send()
                        .status());
        Answer verified = bearer(program, "/auth/verify?permission=chat:write", key);
        assertEquals(200, verified.status());
        assertEquals(made.getString("key_id"), verified.header("X-Auth-Key").orElseThrow());
        assertEquals(List.of(), verified.headers("X-Auth-Session"));
    }

    @Test
    void theListTellsWhenAndFromWhereItWasUsedLast() {
        Session owner = Session.ofNewUser();
        String key = make(owner, "{\"name\":\"x\"}").getString("key");
        Instant before = Instant.now();

        assertEquals(200, bearer(program, "/api/user", key).status());

        JsonObject item = owner.with(owner.client.get(KEYS))
                .send()
                .json()
                .getJsonArray("items")
                .getJsonObject(0);
        assertEquals(program.address(), item.getString("last_used_ip"));
        Duration since = Duration.between(before, Instant.parse(item.getString("last_used_at")));
        assertTrue(since.abs().toSeconds() < 30, since::toString);
    }

    @Test
    void aKeyWithPermissionsActsWithoutRoles() {
        Session owner = Session.withPermission("chat:write", "model:read");
        String key =
                make(owner, "{\"name\":\"x\",\"permissions\":[\"model:read\"]}").getString("key");

        assertEquals(200, verify(key, "permission=model:read"));
        assertEquals(403, verify(key, "permission=chat:write"));
        assertEquals(403, verify(key, "role=user"));
    }

    @Test
    void aRevokedKeyIsDeadAtTheNextRequest() {
        Session owner = Session.ofNewUser();
        JsonObject made = make(owner, "{\"name\":\"x\"}");
        String key = made.getString("key");
        assertEquals(200, bearer(program, "/api/user", key).status());

        delete(owner, KEYS + "/" + made.getString("key_id"));

        assertDead(key);
    }

    @Test
    void aChangeHoldsAtTheNextRequest() {
        Session owner = Session.withPermission("chat:write");
        JsonObject made = make(owner, "{\"name\":\"x\"}");
        String key = made.getString("key");
        String path = KEYS + "/" + made.getString("key_id");
        assertEquals(200, verify(key, "permission=chat:write"));

        patch(owner, path, "{\"permissions\":[]}");
        assertEquals(403, verify(key, "permission=chat:write"));

        patch(owner, path, "{\"permissions\":null,\"cidrs\":[\"192.0.2.0/24\"]}");
        Answer elsewhere = bearer(program, "/api/user", key);
        assertEquals(403, elsewhere.status());
        assertEquals("address_not_allowed", elsewhere.error());

        patch(owner, path, "{\"cidrs\":[\"" + program.address() + "\"]}");
        assertEquals(200, bearer(program, "/api/user", key).status());
        assertEquals(403, bearer(new Client(), "/api/user", key).status());
    }

    @Test
    void bothKeysWorkForTheOverlapAndNoLonger() {
        Session owner = Session.ofNewUser();
        JsonObject old = make(owner, "{\"name\":\"x\"}");
        assertEquals(200, bearer(program, "/api/user", old.getString("key")).status());

        String fresh = rotate(owner, old, 1440).getString("key");
        assertEquals(200, bearer(program, "/api/user", old.getString("key")).status());
        assertEquals(200, bearer(program, "/api/user", fresh).status());

        rotate(owner, old, 0);
        assertDead(old.getString("key"));
        assertEquals(200, bearer(program, "/api/user", fresh).status());
    }

    @Test
    void rightsOfTheAccountAreThoseOfTheKeyAtOnce() {
        Session owner = Session.withPermission("chat:write");
        String key = make(owner, "{\"name\":\"x\"}").getString("key");
        String limited =
                make(owner, "{\"name\":\"x\",\"permissions\":[\"chat:write\"]}").getString("key");
        assertEquals(200, verify(key, "permission=chat:write"));
        assertEquals(200, verify(limited, "permission=chat:write"));

        patch(Session.admin(), account(owner), "{\"permissions\":[\"model:read\"]}");

        assertEquals(403, verify(key, "permission=chat:write"));
        assertEquals(403, verify(limited, "permission=chat:write"));
        assertEquals(200, verify(key, "permission=model:read"));
        assertEquals(403, verify(limited, "permission=model:read"), "it was not given that");
    }

    @Test
    void aDisabledAccountsKeyIsDeadUntilItIsEnabled() {
        Session owner = Session.ofNewUser();
        String key = make(owner, "{\"name\":\"x\"}").getString("key");
        assertEquals(200, bearer(program, "/api/user", key).status());

        patch(Session.admin(), account(owner), "{\"enabled\":false}");
        assertDead(key);
        assertDead(key);

        patch(Session.admin(), account(owner), "{\"enabled\":true}");
        assertEquals(200, bearer(program, "/api/user", key).status());
    }

    @Test
    void aResetPasswordStopsTheKeysUntilTheOwnerHasChangedIt() {
        Session owner = Session.ofNewUser();
        String key = make(owner, "{\"name\":\"x\"}").getString("key");
        assertEquals(200, bearer(program, "/api/user", key).status());

        patch(Session.admin(), account(owner), "{\"must_change_password\":true}");
        assertDead(key);

        Session again = Session.of(owner.username);
        Answer changed = again.with(again.client.post("/auth/password"))
                .json("{\"current_password\":\"" + Session.PASSWORD
                        + "\",\"new_password\":\"nine unlikely words in one row\"}")
                .send();
        assertEquals(200, changed.status(), changed::body);
        assertEquals(200, bearer(program, "/api/user", key).status());
    }

    @Test
    void aDeletedAccountTakesItsKeysAlong() {
        Session owner = Session.ofNewUser();
        String key = make(owner, "{\"name\":\"x\"}").getString("key");
        assertEquals(200, bearer(program, "/api/user", key).status());

        assertEquals(204, delete(Session.admin(), account(owner)).status());

        assertDead(key);
    }

    @Test
    void signingOutEverywhereEndsNoKey() {
        Session owner = Session.ofNewUser();
        String key = make(owner, "{\"name\":\"x\"}").getString("key");
        assertEquals(200, bearer(program, "/api/user", key).status());

        assertEquals(
                200, owner.with(owner.client.post("/auth/logout-all")).send().status());

        assertEquals(200, bearer(program, "/api/user", key).status());
    }

    /** A key that leaks must not make keys, nor change what it is limited to. */
    @ParameterizedTest
    @ValueSource(strings = {"/auth/api-keys", "/auth/sessions", "/admin/api/users", "/admin/api/api-keys"})
    void aKeyOpensNeitherTheAccountNorTheAdministration(String path) {
        Session admin = Session.of(Session.newUser("admin"));
        String key = make(admin, "{\"name\":\"x\"}").getString("key");

        assertEquals(401, bearer(admin.client, path, key).status());
        assertEquals(401, admin.client.get(path).header("x-api-key", key).send().status());
    }

    @Test
    void aKeyThatEndsSoonIsAuditedOnce() {
        Session owner = Session.ofNewUser();
        String id = make(owner, "{\"name\":\"x\",\"expires_in_days\":7}").getString("key_id");
        String later = make(owner, "{\"name\":\"x\",\"expires_in_days\":8}").getString("key_id");

        Until.holds("audited " + id, () -> notices(id) > 0);

        assertEquals(1, notices(id));
        assertEquals(0, notices(later));
    }

    private static long notices(String id) {
        try (Stream<String> lines = Files.lines(SharedServer.get().home().resolve("audit.jsonl"))) {
            return lines.filter(line -> line.contains("\"API_KEY_EXPIRING\"") && line.contains(id))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertDead(String key) {
        Answer refused = bearer(program, "/api/user", key);
        assertEquals(401, refused.status(), refused::body);
        assertEquals("invalid_api_key", refused.error());
    }

    private int verify(String key, String query) {
        return bearer(program, "/auth/verify?" + query, key).status();
    }

    private static Answer bearer(Client client, String path, String key) {
        return client.get(path).bearer(key).send();
    }

    private static JsonObject make(Session owner, String body) {
        Answer answer = owner.with(owner.client.post(KEYS)).json(body).send();
        assertEquals(201, answer.status(), answer::body);
        return answer.json();
    }

    private static JsonObject rotate(Session owner, JsonObject key, int minutes) {
        Answer answer = owner.with(owner.client.post(KEYS + "/" + key.getString("key_id") + "/rotate"))
                .json("{\"overlap_minutes\":" + minutes + "}")
                .send();
        assertEquals(201, answer.status(), answer::body);
        return answer.json();
    }

    private static Answer delete(Session asks, String path) {
        return asks.with(asks.client.request("DELETE", path)).send();
    }

    private static void patch(Session asks, String path, String body) {
        Answer answer = asks.with(asks.client.request("PATCH", path)).json(body).send();
        assertEquals(200, answer.status(), answer::body);
    }

    private static String account(Session session) {
        return "/admin/api/users/" + session.claims().getString("sub");
    }
}

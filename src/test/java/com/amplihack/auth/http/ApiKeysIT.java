package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How API keys are made, listed, changed, rotated and revoked, by their owner and by administrators. */
@Tag("store")
class ApiKeysIT {
    private static final String KEYS = "/auth/api-keys";
    private static final String ALL_KEYS = "/admin/api/api-keys";

    private static final Set<String> MEMBERS =
            Set.of("key_id", "name", "prefix", "permissions", "models", "cidrs", "created_at", "expires_at", "budget");

    @Test
    void aKeyIsShownOnceAndListedWithoutItsSecret() {
        Session owner = Session.withPermission("chat:write");
        String request = UUID.randomUUID().toString();
        Instant before = Instant.now();

        Answer answer = owner.with(owner.client.post(KEYS))
                .header("X-Request-Id", request)
                .json("{\"name\":\" build server \",\"permissions\":[\"chat:write\"],\"models\":[\"gpt-4o*\"],"
                        + "\"cidrs\":[\"10.1.2.3/8\",\"2001:DB8::/32\"],\"expires_in_days\":30,"
                        + "\"budget\":{\"tokens\":9007199254740991,\"window\":\"month\"}}")
                .send();

        assertEquals(201, answer.status(), answer::body);
        assertEquals(List.of("no-store"), answer.headers("Cache-Control"));
        JsonObject made = answer.json();
        assertTrue(made.getString("key").matches("amp_[0-9A-Za-z]{65}"));
        assertEquals(made.getString("key").substring(4, 20), made.getString("key_id"));
        assertEquals(made.getString("key").substring(0, 8), made.getString("prefix"));
        assertEquals("build server", made.getString("name"));
        assertEquals("[\"chat:write\"]", made.get("permissions").toString());
        assertEquals("[\"gpt-4o*\"]", made.get("models").toString());
        assertEquals("[\"10.0.0.0/8\",\"2001:db8::/32\"]", made.get("cidrs").toString());
        assertEquals(
                "{\"tokens\":9007199254740991,\"window\":\"month\"}",
                made.get("budget").toString());
        Instant created = Instant.parse(made.getString("created_at"));
        assertFalse(created.isBefore(before.minusSeconds(1)));
        assertEquals(created.plus(Duration.ofDays(30)), Instant.parse(made.getString("expires_at")));

        JsonObject listed = only(list(owner));
        for (String member : MEMBERS) {
            assertEquals(made.get(member), listed.get(member), member);
        }
        assertTrue(listed.isNull("last_used_at"));
        assertFalse(listed.containsKey("key"));
        assertEquals(List.of("API_KEY_CREATED"), SharedServer.get().audited(request));
        String secret = made.getString("key").substring(20);
        assertFalse(SharedServer.get().auditFile().contains(secret));
        assertFalse(SharedServer.get().output().contains(secret));
    }

    @Test
    void withoutLimitsItIsGoodFor90DaysAndForAllThatTheAccountMay() {
        JsonObject made = make(Session.ofNewUser(), "{\"name\":\"plain\"}");

        assertTrue(made.isNull("permissions"));
        assertTrue(made.isNull("budget"));
        assertTrue(made.getJsonArray("models").isEmpty());
        assertTrue(made.getJsonArray("cidrs").isEmpty());
        assertEquals(
                Instant.parse(made.getString("created_at")).plus(Duration.ofDays(90)),
                Instant.parse(made.getString("expires_at")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\":null}",
                "{\"name\":\"\"}",
                "{\"name\":\"  \"}",
                "{\"name\":7}",
                "{\"name\":\"a\\u0007b\"}",
                "{\"name\":\"a\\u202eb\"}",
                "{\"name\":\"12345678901234567890123456789012345678901234567890123456789012345\"}",
                "{\"name\":\"x\",\"permissions\":\"chat:write\"}",
                "{\"name\":\"x\",\"permissions\":[\"users:write\"]}",
                "{\"name\":\"x\",\"permissions\":[7]}",
                "{\"name\":\"x\",\"models\":[\"\"]}",
                "{\"name\":\"x\",\"models\":[\"a b\"]}",
                "{\"name\":\"x\",\"models\":{}}",
                "{\"name\":\"x\",\"cidrs\":[\"10.0.0.0/33\"]}",
                "{\"name\":\"x\",\"cidrs\":[\"example.com\"]}",
                "{\"name\":\"x\",\"cidrs\":[\"1\"]}",
                "{\"name\":\"x\",\"expires_in_days\":0}",
                "{\"name\":\"x\",\"expires_in_days\":-1}",
                "{\"name\":\"x\",\"expires_in_days\":367}",
                "{\"name\":\"x\",\"expires_in_days\":1.5}",
                "{\"name\":\"x\",\"expires_in_days\":\"1\"}",
                "{\"name\":\"x\",\"expires_in_days\":1e400}",
                "{\"name\":\"x\",\"budget\":7}",
                "{\"name\":\"x\",\"budget\":{}}",
                "{\"name\":\"x\",\"budget\":{\"window\":\"day\"}}",
                "{\"name\":\"x\",\"budget\":{\"tokens\":5}}",
                "{\"name\":\"x\",\"budget\":{\"tokens\":5,\"window\":\"week\"}}",
                "{\"name\":\"x\",\"budget\":{\"tokens\":0,\"window\":\"day\"}}",
                "{\"name\":\"x\",\"budget\":{\"requests\":-1,\"window\":\"day\"}}",
                "{\"name\":\"x\",\"budget\":{\"tokens\":9007199254740992,\"window\":\"day\"}}",
                "{\"name\":\"x\",\"budget\":{\"tokens\":5,\"window\":\"day\",\"dollars\":5}}",
                "{\"name\":\"x\",\"admin\":true}"
            })
    void whatIsWrongIsNamedAndNothingIsMade(String body) {
        Session owner = BadInput.OWNER;

        Answer answer = owner.with(owner.client.post(KEYS)).json(body).send();

        assertEquals(400, answer.status(), answer::body);
        assertEquals("invalid_request", answer.error());
        String member = body.contains("budget")
                ? "budget"
                : body.contains("admin") ? "admin" : body.replaceAll(".*\"(\\w+)\":.*", "$1");
        assertTrue(
                answer.json().getString("detail").startsWith(member.equals("{}") ? "name" : member),
                () -> answer.json().getString("detail"));
        assertTrue(list(owner).isEmpty());
    }

    /** One account for all bodies. */
    private static final class BadInput {
        static final Session OWNER = Session.ofNewUser();
    }

    @Test
    void aTamperedPermissionIsRefusedInWords() {
        Session owner = Session.withPermission("chat:write");

        Answer answer = owner.with(owner.client.post(KEYS))
                .json("{\"name\":\"x\",\"permissions\":[\"chat:write\",\"users:write\"]}")
                .send();

        assertEquals(400, answer.status());
        assertEquals(
                "permissions: the account does not have users:write.",
                answer.json().getString("detail"));
    }

    @Test
    void theListIsReadAPageAtATimeByName() {
        Session owner = Session.ofNewUser();
        List<String> names = List.of("Berta", "anton", "anton", "caesar", "Äther");
        names.forEach(name -> make(owner, "{\"name\":\"" + name + "\"}"));

        List<String> seen = new ArrayList<>();
        Set<String> ids = new java.util.TreeSet<>();
        String cursor = "";
        for (int page = 0; page < 3; page++) {
            JsonObject answer = get(owner, KEYS + "?limit=2" + (page == 0 ? "" : "&cursor=" + cursor))
                    .json();
            answer.getJsonArray("items").getValuesAs(JsonObject.class).forEach(item -> {
                seen.add(item.getString("name"));
                ids.add(item.getString("key_id"));
            });
            assertEquals(page == 2, answer.isNull("next_cursor"));
            cursor = page == 2 ? "" : answer.getString("next_cursor");
        }
        assertEquals(List.of("anton", "anton", "Berta", "caesar", "Äther"), seen);
        assertEquals(5, ids.size());
        for (String query : List.of("limit=0", "limit=201", "cursor=x", "cursor=YWRh", "cursor=%00")) {
            assertEquals(400, get(owner, KEYS + "?" + query).status(), query);
        }
    }

    @Test
    void aPatchChangesWhatItNamesAndNullTakesALimitAway() {
        Session owner = Session.withPermission("chat:write", "model:read");
        JsonObject made = make(
                owner,
                "{\"name\":\"x\",\"permissions\":[\"chat:write\"],\"models\":[\"a*\"],\"cidrs\":[\"192.0.2.1\"],"
                        + "\"budget\":{\"tokens\":5,\"window\":\"day\"}}");
        String path = KEYS + "/" + made.getString("key_id");

        JsonObject changed = patch(
                        owner,
                        path,
                        "{\"name\":\"y\",\"budget\":{\"requests\":7,\"tokens\":null},\"permissions\":null}")
                .json();

        assertEquals("y", changed.getString("name"));
        assertTrue(changed.isNull("permissions"));
        assertEquals(
                "{\"requests\":7,\"window\":\"day\"}", changed.get("budget").toString());
        assertEquals(made.get("models"), changed.get("models"));
        assertEquals(made.get("expires_at"), changed.get("expires_at"));
        JsonObject bare = patch(owner, path, "{\"budget\":null,\"models\":null,\"cidrs\":[],\"permissions\":[]}")
                .json();
        assertEquals(JsonValue.NULL, bare.get("budget"));
        assertEquals("[]", bare.get("permissions").toString());
        assertEquals("[]", bare.get("cidrs").toString());
        assertEquals(bare, patch(owner, path, "{}").json());
        for (String bad : List.of(
                "{\"name\":null}",
                "{\"expires_in_days\":5}",
                "{\"permissions\":[\"users:write\"]}",
                "{\"budget\":{\"tokens\":5}}",
                "{\"budget\":{\"window\":null,\"tokens\":5}}")) {
            assertEquals(400, patch(owner, path, bad).status(), bad);
        }
    }

    @Test
    void aSuccessorHasTheSameRightsAndTheOldKeyEndsAfterTheOverlap() {
        Session owner = Session.withPermission("chat:write");
        JsonObject old = make(
                owner,
                "{\"name\":\"x\",\"permissions\":[\"chat:write\"],\"models\":[\"a*\"],\"expires_in_days\":30,"
                        + "\"budget\":{\"tokens\":5,\"window\":\"day\"}}");
        Instant before = Instant.now();

        Answer answer = rotate(owner, old, "");

        assertEquals(201, answer.status(), answer::body);
        JsonObject fresh = answer.json();
        assertNotEquals(old.getString("key_id"), fresh.getString("key_id"));
        for (String member : List.of("name", "permissions", "models", "cidrs", "budget")) {
            assertEquals(old.get(member), fresh.get(member), member);
        }
        assertEquals(
                Duration.ofDays(30),
                Duration.between(
                        Instant.parse(fresh.getString("created_at")), Instant.parse(fresh.getString("expires_at"))));
        Duration overlap = Duration.between(before, end(owner, old));
        assertTrue(Math.abs(overlap.toSeconds() - 3600) < 60, () -> "overlap of " + overlap);

        assertEquals(201, rotate(owner, fresh, "{\"overlap_minutes\":0}").status());
        assertFalse(end(owner, fresh).isAfter(Instant.now()));
        assertEquals(404, rotate(owner, fresh, "").status(), "it has ended");
        for (String bad : List.of(
                "{\"overlap_minutes\":-1}",
                "{\"overlap_minutes\":43201}",
                "{\"overlap_minutes\":\"1\"}",
                "{\"a\":1}")) {
            assertEquals(400, rotate(owner, old, bad).status(), bad);
        }
    }

    private static Instant end(Session owner, JsonObject key) {
        return list(owner).stream()
                .filter(item -> item.getString("key_id").equals(key.getString("key_id")))
                .map(item -> Instant.parse(item.getString("expires_at")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRevokedKeyIsGone() {
        Session owner = Session.ofNewUser();
        JsonObject key = make(owner, "{\"name\":\"x\"}");
        String path = KEYS + "/" + key.getString("key_id");
        String request = UUID.randomUUID().toString();

        assertEquals(
                204,
                owner.with(owner.client.request("DELETE", path))
                        .header("X-Request-Id", request)
                        .send()
                        .status());

        assertEquals(List.of("API_KEY_REVOKED"), SharedServer.get().audited(request));
        assertTrue(list(owner).isEmpty());
        assertEquals(404, delete(owner, path).status());
        assertEquals(404, patch(owner, path, "{\"name\":\"y\"}").status());
        assertEquals(404, rotate(owner, key, "").status());
    }

    @Test
    void somebodyElsesKeyIsNotFoundAndLivesOn() {
        Session owner = Session.ofNewUser();
        Session stranger = Session.ofNewUser();
        JsonObject key = make(owner, "{\"name\":\"x\"}");
        String path = KEYS + "/" + key.getString("key_id");

        assertEquals(404, delete(stranger, path).status());
        assertEquals(404, patch(stranger, path, "{\"name\":\"mine\"}").status());
        assertEquals(404, rotate(stranger, key, "").status());
        for (String id : List.of("x", "0".repeat(16), "a.b", "é".repeat(16))) {
            assertEquals(
                    404,
                    delete(stranger, KEYS + "/" + id.replace("é", "%C3%A9")).status(),
                    id);
        }
        assertEquals("x", only(list(owner)).getString("name"));
        assertTrue(list(stranger).isEmpty());
    }

    /** Whoever finds an open browser makes no key that outlives its session. */
    @Test
    @Tag("one-store") // the clock of the memory store cannot be set back
    void anOldSessionMakesNoKeyButManagesThoseThatThereAre() {
        Session owner = Session.ofNewUser();
        JsonObject key = make(owner, "{\"name\":\"x\"}");
        SharedServer.get().openedAgo(owner, Duration.ofMinutes(15).plusSeconds(5));

        for (Answer refused : List.of(
                owner.with(owner.client.post(KEYS)).json("{\"name\":\"y\"}").send(),
                rotate(owner, key, ""),
                patch(owner, KEYS + "/" + key.getString("key_id"), "{\"models\":null}"))) {
            assertEquals(401, refused.status());
            assertEquals("insufficient_user_authentication", refused.error());
            assertEquals(900, refused.json().getInt("max_age"));
            assertEquals(
                    "Bearer realm=\"amplihack\", error=\"insufficient_user_authentication\", max_age=\"900\"",
                    refused.header("WWW-Authenticate").orElseThrow());
        }
        assertEquals(1, list(owner).size());
        assertEquals(
                200,
                patch(owner, KEYS + "/" + key.getString("key_id"), "{\"name\":\"z\"}")
                        .status());

        SharedServer.get().openedAgo(owner, Duration.ofMinutes(14));
        assertEquals(
                201,
                owner.with(owner.client.post(KEYS))
                        .json("{\"name\":\"y\"}")
                        .send()
                        .status());
        Session admin = Session.of(Session.newUser("admin"));
        SharedServer.get().openedAgo(admin, Duration.ofMinutes(16));
        assertEquals(
                "insufficient_user_authentication",
                admin.with(admin.client.post(keysOf(owner)))
                        .json("{\"name\":\"y\"}")
                        .send()
                        .error());
    }

    /** Whoever has stolen a session can take as long as they like to send the body. */
    @Test
    void aSessionThatEndsWhileTheBodyIsOnItsWayMakesNoKey() throws IOException {
        Session owner = Session.ofNewUser();
        Session thief = Session.of(owner.username);

        String answer = HelpdeskIT.held(
                thief,
                "POST",
                KEYS,
                "{\"name\":\"x\"}",
                () -> delete(owner, "/auth/sessions/" + thief.claims().getString("sid")));

        assertTrue(answer.contains("token_revoked"), answer);
        assertTrue(list(owner).isEmpty());
    }

    @Test
    void whoMustChangeThePasswordHasNoKeys() {
        Session owner = Session.ofNewUser();
        patch(Session.admin(), account(owner), "{\"must_change_password\":true}");
        Session session = Session.of(owner.username);

        assertEquals("password_change_required", get(session, KEYS).error());
        assertEquals(
                "password_change_required",
                session.with(session.client.post(KEYS))
                        .json("{\"name\":\"x\"}")
                        .send()
                        .error());
    }

    @Test
    void aPageOfAnotherSiteMakesNone() {
        Session owner = Session.ofNewUser();

        Answer answer = owner.with(owner.client.post(KEYS))
                .header("Origin", "https://evil.example")
                .json("{\"name\":\"x\"}")
                .send();

        assertEquals("origin_not_allowed", answer.error());
        assertEquals("missing_token", new Client().get(KEYS).send().error());
        assertTrue(list(owner).isEmpty());
    }

    @Test
    void anAdministratorMakesFindsAndRevokesTheKeysOfAServiceAccount() {
        Session service = Session.withPermission("chat:write");
        Session admin = Session.of(Session.newUser("admin"));
        String name = "Nightly " + UUID.randomUUID();
        String request = UUID.randomUUID().toString();

        Answer made = admin.with(admin.client.post(keysOf(service)))
                .header("X-Request-Id", request)
                .json("{\"name\":\"" + name + "\"}")
                .send();

        assertEquals(201, made.status(), made::body);
        String id = made.json().getString("key_id");
        assertEquals(
                Set.of("API_KEY_CREATED", "ADMIN_ACTION"),
                Set.copyOf(SharedServer.get().audited(request)));
        assertEquals(id, only(list(service)).getString("key_id"));
        assertEquals(id, only(items(get(admin, keysOf(service)))).getString("key_id"));
        for (String query : List.of(
                "?query=" + name.toLowerCase(java.util.Locale.ROOT).replace(" ", "%20"),
                "?query=amp_" + id.substring(0, 8),
                "?user=" + service.username,
                "?user=" + sub(service) + "&query=night")) {
            JsonObject found = only(items(get(admin, ALL_KEYS + query)));
            assertEquals(id, found.getString("key_id"), query);
            assertEquals(service.username, found.getString("username"));
            assertEquals(sub(service), found.getString("user_id"));
        }
        assertTrue(items(get(admin, ALL_KEYS + "?user=" + service.username + "&query=x"))
                .isEmpty());
        assertEquals(404, get(admin, ALL_KEYS + "?user=nobody-of-this-name").status());
        assertEquals(
                400,
                get(admin, ALL_KEYS + "?query=" + made.json().getString("key")).status(),
                "a secret belongs into no address");
        assertEquals(400, get(admin, ALL_KEYS + "?query=%00").status());
        assertEquals(404, delete(admin, ALL_KEYS + "/" + "0".repeat(16)).status());
        assertEquals(204, delete(admin, ALL_KEYS + "/" + id).status());
        assertTrue(list(service).isEmpty());
        assertEquals(404, delete(admin, ALL_KEYS + "/" + id).status());
    }

    /** A key is a way to act as the account: nobody makes one that may do more than they may. */
    @Test
    void aHelpdeskMakesNoKeyWithMoreRightsThanItsOwn() {
        Session helper = Session.withPermission("users:write", "model:read");
        Session admin = Session.of(Session.newUser("admin"));
        Session other = Session.withPermission("chat:write", "model:read");

        for (String body : List.of(
                "{\"name\":\"x\"}",
                "{\"name\":\"x\",\"permissions\":[\"chat:write\"]}",
                "{\"name\":\"x\",\"permissions\":[\"model:read\",\"chat:write\"]}")) {
            assertEquals(
                    "insufficient_permissions",
                    helper.with(helper.client.post(keysOf(other)))
                            .json(body)
                            .send()
                            .error(),
                    body);
        }
        assertEquals(
                "insufficient_permissions",
                helper.with(helper.client.post(keysOf(admin)))
                        .json("{\"name\":\"x\",\"permissions\":[]}")
                        .send()
                        .error(),
                "an administrator's account is touched by administrators alone");
        Session weak = Session.ofNewUser();
        assertEquals(
                "insufficient_permissions",
                helper.with(helper.client.post(keysOf(weak)))
                        .json("{\"name\":\"x\"}")
                        .send()
                        .error(),
                "it would gain what the account gains");
        assertTrue(list(other).isEmpty());
        assertEquals(
                201,
                helper.with(helper.client.post(keysOf(other)))
                        .json("{\"name\":\"x\",\"permissions\":[\"model:read\"]}")
                        .send()
                        .status());
        JsonObject admins = make(admin, "{\"name\":\"x\"}");
        assertEquals(
                "insufficient_permissions",
                delete(helper, ALL_KEYS + "/" + admins.getString("key_id")).error());
        assertEquals(1, list(admin).size());
    }

    private static JsonObject make(Session owner, String body) {
        Answer answer = owner.with(owner.client.post(KEYS)).json(body).send();
        assertEquals(201, answer.status(), answer::body);
        return answer.json();
    }

    private static Answer rotate(Session owner, JsonObject key, String body) {
        Client.Request request = owner.with(owner.client.post(KEYS + "/" + key.getString("key_id") + "/rotate"));
        return (body.isEmpty() ? request : request.json(body)).send();
    }

    private static Answer get(Session asks, String path) {
        return asks.with(asks.client.get(path)).send();
    }

    private static Answer delete(Session asks, String path) {
        return asks.with(asks.client.request("DELETE", path)).send();
    }

    private static Answer patch(Session asks, String path, String body) {
        return asks.with(asks.client.request("PATCH", path)).json(body).send();
    }

    private static List<JsonObject> list(Session owner) {
        return items(get(owner, KEYS));
    }

    private static List<JsonObject> items(Answer answer) {
        assertEquals(200, answer.status(), answer::body);
        return answer.json().getJsonArray("items").getValuesAs(JsonObject.class);
    }

    private static JsonObject only(List<JsonObject> items) {
        assertEquals(1, items.size(), items::toString);
        return items.get(0);
    }

    private static String sub(Session session) {
        return session.claims().getString("sub");
    }

    private static String account(Session session) {
        return "/admin/api/users/" + sub(session);
    }

    private static String keysOf(Session session) {
        return account(session) + "/api-keys";
    }
}

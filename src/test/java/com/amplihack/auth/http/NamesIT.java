package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people and programs type: every spelling of a name and a password, and the members that they misspell. */
class NamesIT {
    private static final String COMPOSED = "Zo\u00eb-k\u00f6nigin-57-und-mehr";

    private final Session admin = Session.admin();

    @Test
    void aPasswordSignsInHoweverItsLettersAreComposed() {
        String name = "nfc-" + UUID.randomUUID();
        assertEquals(201, create(account(name, COMPOSED)).status());
        String decomposed = Normalizer.normalize(COMPOSED, Normalizer.Form.NFD);

        assertEquals(200, Session.login(new Client(), name, COMPOSED).send().status());
        assertEquals(200, Session.login(new Client(), name, decomposed).send().status());
        assertEquals(
                200,
                Session.login(new Client(), name.toUpperCase(Locale.ROOT), decomposed)
                        .send()
                        .status());
        assertEquals(
                "invalid_credentials",
                Session.login(new Client(), name, decomposed + "\u0301").send().error());
    }

    @Test
    void aPasswordThatWasSetDecomposedSignsInComposed() {
        Session user = Session.ofNewUser();
        String decomposed = Normalizer.normalize(COMPOSED, Normalizer.Form.NFD);
        Answer changed = user.with(user.client.post("/auth/password"))
                .json(Json.createObjectBuilder()
                        .add("current_password", Session.PASSWORD)
                        .add("new_password", decomposed)
                        .build()
                        .toString())
                .send();

        assertEquals(200, changed.status());
        assertEquals(
                200, Session.login(new Client(), user.username, COMPOSED).send().status());
    }

    @Test
    void theLongestPasswordMayComeDecomposed() {
        String name = "long-" + UUID.randomUUID();
        String longest = "\u00dcber f\u00fcnf gr\u00fcne H\u00fcgel z\u00f6gert der B\u00e4r; "
                .repeat(4)
                .substring(0, 128);
        assertEquals(128, longest.length());
        String decomposed = Normalizer.normalize(longest, Normalizer.Form.NFD);

        assertEquals(201, create(account(name, decomposed)).status());

        assertEquals(200, Session.login(new Client(), name, decomposed).send().status());
        assertEquals(200, Session.login(new Client(), name, longest).send().status());
        assertEquals(
                "invalid_request",
                Session.login(new Client(), name, decomposed + "x").send().error());
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s ", " %s", "\t%s", "%s\u00a0", "\u00a0\u3000%s\u2003", "%s\n", "%s\u0085"})
    void whiteSpaceAtTheEndsOfANameIsNoPartOfIt(String spelling) {
        String name = "Blank " + UUID.randomUUID();
        String spelled = spelling.formatted(name);

        Answer made = create(account(spelled, Session.PASSWORD));

        assertEquals(201, made.status(), made::body);
        assertEquals(name, made.json().getString("username"));
        assertEquals("username_taken", create(account(name, Session.PASSWORD)).error());
        for (String typed : List.of(name, spelled, name + ' ')) {
            assertEquals(
                    200,
                    Session.login(new Client(), typed, Session.PASSWORD).send().status());
            assertEquals(List.of(name), found(typed));
        }
    }

    @Test
    void aNameOfTheFullLengthMayHaveABlankAndComeDecomposed() {
        String name = ("l\u00e4" + UUID.randomUUID()).repeat(2).substring(0, 64);
        assertEquals(201, create(account(name, Session.PASSWORD)).status());

        for (String typed : List.of(name + ' ', Normalizer.normalize(name, Normalizer.Form.NFD))) {
            assertEquals(
                    200,
                    Session.login(new Client(), typed, Session.PASSWORD).send().status());
        }
        assertEquals(
                "invalid_request",
                Session.login(new Client(), name + 'x', Session.PASSWORD).send().error());
        assertEquals(
                "invalid_request",
                Session.login(new Client(), " \u00a0 ", Session.PASSWORD).send().error());
    }

    @Test
    void aSearchFindsByWhateverSpellingSignsIn() {
        String id = UUID.randomUUID().toString();
        String name = "Zo\u00eb \u017bM\u00fcller Stra\u00dfe 100%_\\! " + id;
        assertEquals(201, create(account(name, Session.PASSWORD)).status());

        for (String typed : List.of(
                name,
                name.toUpperCase(Locale.ROOT),
                Normalizer.normalize(name, Normalizer.Form.NFD),
                name.replace("Zo", "\uff3a\uff4f"), // full width
                name.replace("100", "\uff11\uff10\uff10"),
                "  " + name + '\t')) {
            assertEquals(
                    200,
                    Session.login(new Client(), typed, Session.PASSWORD).send().status(),
                    typed);
            assertEquals(List.of(name), found(typed), typed);
        }
        assertEquals(List.of(), found(name.replace('%', '_')));
        assertEquals(List.of(), found(name.replace('_', '%')));
        assertEquals(List.of(), found(name.replace("\\", "\\\\")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%00",
                "a%00b",
                "%01",
                "%7f",
                "%c2%85x",
                "%ff",
                "%ed%a0%80",
                "%25",
                "_",
                "%5c",
                "'",
                "%22",
                "%f4%8f%bf%bf",
                "%e2%80%ae",
                "%ef%b7%ba"
            })
    void aSearchNeverFailsOnAStrangeByte(String typed) {
        for (String parameters : List.of("query=" + typed, "limit=1&query=" + typed + "&cursor=")) {
            Answer answer = search(parameters);
            assertEquals(200, answer.status(), typed + answer.body());
            // nobody, or whom another test has called so: no sign stands for any other, and space around a name is none
            String start = URLDecoder.decode(typed, StandardCharsets.UTF_8).replace("\u0085", "");
            assertTrue(
                    answer.json().getJsonArray("items").getValuesAs(JsonObject.class).stream()
                            .allMatch(item -> (item.getString("username") + ' ' + item.getString("email", ""))
                                    .toLowerCase(Locale.ROOT)
                                    .contains(start.toLowerCase(Locale.ROOT))),
                    typed + answer.body());
        }
    }

    @Test
    void aVeryLongSearchFindsNobody() {
        for (String typed : List.of("x".repeat(65), "x".repeat(5_000), "%EF%B7%BA".repeat(500))) {
            assertEquals(200, search("query=" + typed).status());
            assertTrue(search("query=" + typed).json().getJsonArray("items").isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"AA", "AAEC", "7aCA", "gICA", "!", "QQ==x"})
    void aCursorThatIsNoneOfOursIsRefused(String cursor) {
        Answer answer = search("cursor=" + cursor);

        assertEquals(400, answer.status(), answer::body);
        assertTrue(answer.json().getString("detail").startsWith("cursor: "));
    }

    @Test
    void anIdMayComeInUpperCase() {
        Session user = Session.ofNewUser();
        String id = user.claims().getString("sub");
        String upper = "/admin/api/users/" + id.toUpperCase(Locale.ROOT);

        assertEquals(id, call("GET", upper).json().getString("user_id"));
        Answer patched = admin.with(admin.client.request("PATCH", upper))
                .json("{\"permissions\":[\"a:b\"]}")
                .send();
        assertEquals(id, patched.json().getString("user_id"));
        assertEquals("token_revoked", user.user().error(), "the store was told of the id as it is");
        assertEquals(
                1, call("GET", upper + "/sessions").json().getJsonArray("items").size());
        assertEquals(204, call("POST", upper + "/unlock").status());
        assertEquals(1, call("DELETE", upper + "/sessions").json().getInt("sessions_ended"));
        assertEquals(204, call("DELETE", upper).status());
        assertEquals(404, call("GET", "/admin/api/users/" + id).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Enabled", "role", "Password", "enabled ", "user_id", "__proto__"})
    void aMisspeltMemberIsRefusedByName(String member) {
        String role = "role-" + UUID.randomUUID();
        String account = "/admin/api/users/" + Session.ofNewUser().claims().getString("sub");

        assertNamed(member, create(account("misspelt", Session.PASSWORD).add(member, false)));
        assertNamed(member, send("PATCH", account, Json.createObjectBuilder().add(member, false)));
        assertNamed(
                member,
                send(
                        "PUT",
                        "/admin/api/roles/" + role,
                        Json.createObjectBuilder()
                                .add("permissions", Json.createArrayBuilder())
                                .add(member, false)));
        assertNamed(
                member,
                send(
                        "POST",
                        "/admin/api/keys/" + "x".repeat(43) + "/compromise",
                        Json.createObjectBuilder().add(member, true)));
        for (String path : List.of("/admin/api/keys/rotate", "/admin/api/revoke-all", account + "/unlock")) {
            assertNamed(member, send("POST", path, Json.createObjectBuilder().add(member, true)));
        }
        assertFalse(call("GET", "/admin/api/roles").body().contains(role), "nothing was made");
        assertTrue(call("GET", account).json().getBoolean("enabled"), "nothing was changed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"If-Match", "If-None-Match"})
    void aConditionIsNeverIgnored(String header) {
        Session user = Session.ofNewUser();
        String account = "/admin/api/users/" + user.claims().getString("sub");
        String role = "/admin/api/roles/role-" + UUID.randomUUID();

        for (String condition : List.of("\"old\"", "*", "W/\"1\"")) {
            for (Client.Request request : List.of(
                    admin.client.request("DELETE", account + "/sessions"),
                    admin.client.request("POST", account + "/unlock"),
                    admin.client.request("PUT", role).json("{\"permissions\":[]}"))) {
                Answer answer = admin.with(request).header(header, condition).send();
                assertEquals(400, answer.status(), answer::body);
                assertEquals("invalid_request", answer.error());
                assertTrue(answer.json().getString("detail").startsWith(header), answer::body);
            }
        }
        assertEquals(200, user.user().status(), "nothing was changed");
        assertFalse(call("GET", "/admin/api/roles").body().contains(role.substring("/admin/api/roles/".length())));
        assertEquals(
                200,
                admin.with(admin.client.get(account))
                        .header(header, "\"old\"")
                        .send()
                        .status(),
                "reading is no change");
    }

    @Test
    void aPasswordThatIsGuessedEasilyIsRefusedWhereverOneIsSet() {
        Session user = Session.ofNewUser();
        String account = "/admin/api/users/" + user.claims().getString("sub");
        for (String weak : List.of("testpassword123", "TestPassword123!", "test-password-123", user.username + "!1")) {
            Answer created = create(account("testuser", weak).add("enabled", false));
            if (!weak.startsWith(user.username)) {
                assertWeak("password", created);
            }
            assertWeak(
                    "password",
                    send("PATCH", account, Json.createObjectBuilder().add("password", weak)));
            assertWeak(
                    "new_password",
                    user.with(user.client.post("/auth/password"))
                            .json(Json.createObjectBuilder()
                                    .add("current_password", Session.PASSWORD)
                                    .add("new_password", weak)
                                    .build()
                                    .toString())
                            .send());
        }
        assertEquals(200, user.user().status(), "nothing was changed");
    }

    private static void assertWeak(String member, Answer answer) {
        assertEquals(400, answer.status(), answer::body);
        assertEquals("weak_password", answer.error());
        assertTrue(answer.json().getString("detail").startsWith(member + ": too common"), answer::body);
    }

    private static void assertNamed(String member, Answer answer) {
        assertEquals(400, answer.status(), answer::body);
        assertEquals("invalid_request", answer.error());
        assertTrue(answer.json().getString("detail").startsWith(member + ": "), answer::body);
    }

    private static JsonObjectBuilder account(String name, String password) {
        return Json.createObjectBuilder().add("username", name).add("password", password);
    }

    private Answer create(JsonObjectBuilder body) {
        return send("POST", "/admin/api/users", body);
    }

    private Answer send(String method, String path, JsonObjectBuilder body) {
        return admin.with(admin.client.request(method, path))
                .json(body.build().toString())
                .send();
    }

    private Answer call(String method, String path) {
        return admin.with(admin.client.request(method, path)).send();
    }

    private Answer search(String parameters) {
        return admin.with(admin.client.get("/admin/api/users?" + parameters)).send();
    }

    /** The names that a search finds. */
    private List<String> found(String typed) {
        return search("query=" + URLEncoder.encode(typed, StandardCharsets.UTF_8))
                .json()
                .getJsonArray("items")
                .getValuesAs(item -> ((JsonString) item.asJsonObject().get("username")).getString());
    }
}

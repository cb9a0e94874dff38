package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attributes, conditional changes, names and lists of accounts, as administrators' programs use them. */
class UserApiIT {
    private final Session admin = Session.of(Session.newUser("admin")); // with an API limit of its own

    @Test
    void attributesAreMergedMemberByMember() {
        String unique = UUID.randomUUID().toString();
        Answer made = create("{\"username\":\"attr-" + unique
                + "\",\"attributes\":{\"team\":\"blue\",\"level\":3,\"remote\":true,\"tags\":[\"a\",\"b\"]}}");
        assertEquals(201, made.status(), made::body);
        String path = path(made);
        assertEquals(
                "{\"level\":3,\"remote\":true,\"tags\":[\"a\",\"b\"],\"team\":\"blue\"}",
                attributes(call("GET", path)));

        Answer patched = patch(path, "{\"attributes\":{\"level\":null,\"team\":\"r\u00f8d\",\"cost center\":\"7\"}}");

        assertEquals(
                "{\"cost center\":\"7\",\"remote\":true,\"tags\":[\"a\",\"b\"],\"team\":\"r\u00f8d\"}",
                attributes(patched));
        assertEquals(attributes(patched), attributes(patch(path, "{\"enabled\":true}")), "an absent member stays");
        assertEquals(attributes(patched), attributes(patch(path, "{\"attributes\":{}}")));
        assertEquals("{}", attributes(patch(path, "{\"attributes\":null}")));
        assertEquals("{}", attributes(call("GET", path)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "\"text\"",
                "{\"a\":{\"b\":1}}",
                "{\"a\":[1]}",
                "{\"a\":[[\"b\"]]}",
                "{\"a\":[null]}",
                "{\"\":1}",
                "{\" a\":1}",
                "{\"a\\nb\":1}",
                "{\"$ref\":1}",
                "{\"a\":11111111111111111111111111111111111111111111111111111111111111111}"
            })
    void whatIsNoAttributeIsRefusedByNameAndChangesNothing(String attributes) {
        String path = path(create("{\"username\":\"" + UUID.randomUUID() + "\",\"attributes\":{\"kept\":1}}"));

        for (Answer refused : List.of(
                patch(path, "{\"permissions\":[\"a:b\"],\"attributes\":" + attributes + "}"),
                create("{\"username\":\"" + UUID.randomUUID() + "\",\"attributes\":" + attributes + "}"))) {
            assertEquals(400, refused.status(), refused::body);
            assertTrue(refused.json().getString("detail").startsWith("attributes"), refused::body);
        }
        JsonObject after = call("GET", path).json();
        assertEquals("{\"kept\":1}", after.getJsonObject("attributes").toString());
        assertTrue(after.getJsonArray("permissions").isEmpty());
    }

    @Test
    void attributesAreBounded() {
        String path = path(create("{\"username\":\"" + UUID.randomUUID() + "\"}"));
        String many =
                IntStream.range(0, 32).mapToObj(i -> "\"a" + i + "\":" + i).collect(Collectors.joining(","));
        assertEquals(200, patch(path, "{\"attributes\":{" + many + "}}").status());
        assertEquals(400, patch(path, "{\"attributes\":{\"one too many\":1}}").status());
        assertEquals(
                200, patch(path, "{\"attributes\":{\"a1\":null,\"another\":1}}").status());
        patch(path, "{\"attributes\":null}");

        assertEquals(
                200,
                patch(path, "{\"attributes\":{\"a\":\"" + "\u00e9".repeat(8_000) + "\"}}")
                        .status());
        Answer refused = patch(path, "{\"attributes\":{\"b\":\"" + "x".repeat(1_000) + "\"}}");
        assertEquals("attributes: at most 16 KiB.", refused.json().getString("detail"));
        assertEquals(
                200,
                patch(path, "{\"attributes\":{\"" + "n".repeat(64) + "\":null}}")
                        .status());
        assertEquals(
                400,
                patch(path, "{\"attributes\":{\"" + "n".repeat(65) + "\":1}}").status());
        assertEquals(
                16_000,
                call("GET", path)
                                .json()
                                .getJsonObject("attributes")
                                .getString("a")
                                .length()
                        * 2);
    }

    /** The audit log outlives the account, and nobody knows what attributes hold. */
    @Test
    void theAuditLogHasTheNamesOfAttributesOnly() throws IOException {
        String secret = "value-" + UUID.randomUUID();
        String path = path(create("{\"username\":\"" + UUID.randomUUID() + "\"}"));
        String name = "name" + UUID.randomUUID();

        patch(path, "{\"attributes\":{\"" + name + "\":\"" + secret + "\"}}");

        List<String> lines = SharedServer.get().auditFile().lines().toList();
        assertTrue(lines.stream().anyMatch(line -> line.contains("change_user") && line.contains(name)));
        assertTrue(lines.stream().noneMatch(line -> line.contains(secret)));
    }

    @Test
    void aChangeIsMadeOnlyOfTheAccountThatWasRead() {
        Session user = Session.ofNewUser();
        String path = "/admin/api/users/" + user.claims().getString("sub");
        String first = tag(call("GET", path));
        assertEquals(first, tag(call("GET", path)));

        Answer changed = conditional("PATCH", path, first)
                .json("{\"permissions\":[\"a:b\"]}")
                .send();
        assertEquals(200, changed.status(), changed::body);
        assertNotEquals(first, tag(changed));
        assertEquals(tag(changed), tag(call("GET", path)));

        for (Client.Request late : List.of(
                conditional("PATCH", path, first).json("{\"enabled\":false}"),
                conditional("PATCH", path, first).json("{\"password\":\"violet kettle 7 harbour\"}"),
                conditional("DELETE", path, first),
                conditional("DELETE", path, "\"x\", \"y\""),
                conditional("DELETE", path, "W/" + tag(changed)))) { // a weak tag is never the same
            Answer refused = late.send();
            assertEquals(412, refused.status(), refused::body);
            assertEquals("precondition_failed", refused.error());
        }
        assertEquals(tag(changed), tag(call("GET", path)), "nothing was changed");
        assertEquals("token_revoked", user.user().error(), "of the change before alone");
        assertEquals(200, user.refresh().status());
        assertEquals(
                200,
                conditional("PATCH", path, "*").json("{\"roles\":[]}").send().status());
        assertEquals(
                204,
                conditional("DELETE", path, "\"x\", ,W/\"y\", " + tag(call("GET", path)) + " ,")
                        .send()
                        .status());
        assertEquals(404, conditional("PATCH", path, "*").json("{}").send().status());
    }

    @Test
    void everyChangeMakesAnotherTag() {
        String role = "role-" + UUID.randomUUID();
        admin.with(admin.client.request("PUT", "/admin/api/roles/" + role))
                .json("{\"permissions\":[]}")
                .send();
        String name = "tag-" + UUID.randomUUID();
        Answer made = create("{\"username\":\"" + name + "\"}");
        String path = path(made);
        List<String> tags = new ArrayList<>(List.of(tag(made)));
        for (String change : List.of(
                "{\"roles\":[\"" + role + "\"]}",
                "{\"permissions\":[\"a:b\"]}",
                "{\"permissions\":[]}",
                "{\"attributes\":{\"a\":1}}",
                "{\"attributes\":{\"a\":2}}",
                "{\"enabled\":false}",
                "{\"enabled\":true}",
                "{\"must_change_password\":true}",
                "{\"password\":\"violet kettle 7 harbour\"}",
                "{\"email\":\"" + name + "@example.com\"}",
                "{\"language\":\"de\"}",
                "{\"username\":\"X" + name + "\"}")) {
            Answer changed = patch(path, change);
            assertEquals(200, changed.status(), changed::body);
            assertFalse(tags.contains(tag(changed)) && !change.contains("[]"), change);
            assertNotEquals(tags.get(tags.size() - 1), tag(changed), change);
            tags.add(tag(changed));
        }
        call("DELETE", "/admin/api/roles/" + role);
        assertNotEquals(tags.get(tags.size() - 1), tag(call("GET", path)), "the role is gone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "\"old", "\"old\" \"new\"", "'old'", ",", "*, \"old\"", "w/\"old\"", "\"a\"b\""})
    void aMalformedConditionIsRefused(String condition) {
        String path = path(create("{\"username\":\"" + UUID.randomUUID() + "\"}"));

        Answer refused = conditional("DELETE", path, condition).send();

        assertEquals(400, refused.status(), refused::body);
        assertTrue(refused.json().getString("detail").startsWith("If-Match: "), refused::body);
        assertEquals(200, call("GET", path).status());
    }

    /** Read, decide, change: of those who decided on the same state one wins. */
    @Test
    void ofRacingConditionalChangesOneIsMade() {
        String path = path(create("{\"username\":\"" + UUID.randomUUID() + "\"}"));
        String read = tag(call("GET", path));

        List<Integer> statuses = IntStream.range(0, 4)
                .parallel()
                .mapToObj(i -> conditional("PATCH", path, read)
                        .json("{\"permissions\":[\"racing:" + i + "\"]}")
                        .send()
                        .status())
                .sorted()
                .toList();

        assertEquals(List.of(200, 412, 412, 412), statuses);
    }

    @Test
    void arenamedAccountSignsInByItsNewNameAlone() throws IOException {
        Session user = Session.ofNewUser();
        String id = user.claims().getString("sub");
        String path = "/admin/api/users/" + id;
        String renamed = "Ren\u00e9e " + UUID.randomUUID();

        Answer answer = patch(path, "{\"username\":\"  " + renamed + "\"}");

        assertEquals(200, answer.status(), answer::body);
        assertEquals(renamed, answer.json().getString("username"));
        assertEquals("token_revoked", user.user().error(), "a token says the old name");
        assertEquals(200, user.refresh().status());
        assertEquals(renamed, user.user().json().getString("username"));
        assertEquals(
                401,
                Session.login(new Client(), user.username, Session.PASSWORD)
                        .send()
                        .status());
        Session again = Session.of(renamed.toUpperCase(java.util.Locale.ROOT));
        assertEquals(id, again.claims().getString("sub"));
        assertTrue(SharedServer.get()
                .auditFile()
                .lines()
                .anyMatch(line ->
                        line.contains("change_user") && line.contains(user.username) && line.contains(renamed)));
        assertEquals(201, create("{\"username\":\"" + user.username + "\"}").status(), "the old name is free");
    }

    @Test
    void aNameIsNotTakenFromSomebodyElse() {
        String taken = "Taken " + UUID.randomUUID();
        create("{\"username\":\"" + taken + "\"}");
        String path = path(create("{\"username\":\"" + UUID.randomUUID() + "\"}"));
        String before = tag(call("GET", path));

        Answer refused =
                patch(path, "{\"roles\":[\"user\"],\"username\":\"" + taken.toUpperCase(java.util.Locale.ROOT) + "\"}");

        assertEquals(409, refused.status());
        assertEquals("username_taken", refused.error());
        assertEquals(before, tag(call("GET", path)));
        assertEquals(400, patch(path, "{\"username\":\"a\\u200bb\"}").status());
        assertEquals(400, patch(path, "{\"username\":\"\"}").status());
    }

    @Test
    void anAccountsOwnNameMayChangeItsSpelling() {
        String name = "spelt-" + UUID.randomUUID();
        String path = path(create("{\"username\":\"" + name + "\"}"));

        assertEquals(200, patch(path, "{\"username\":\"" + name + "\"}").status());
        assertEquals(
                name.replace("spelt", "SPELT"),
                patch(path, "{\"username\":\"" + name.replace("spelt", "SPELT") + "\"}")
                        .json()
                        .getString("username"));
    }

    @Test
    void administratorsAreWarnedOfNamesThatCanBeTakenForOthers() {
        String mixed = "\u0430dmin " + UUID.randomUUID().toString().replaceAll("[a-z]", "");
        Answer made = create("{\"username\":\"" + mixed + "\"}");

        assertEquals("[\"mixed_scripts\"]", made.json().getJsonArray("warnings").toString());
        assertEquals(
                "[\"mixed_scripts\"]",
                call("GET", path(made)).json().getJsonArray("warnings").toString());
        Answer renamed = patch(
                path(made),
                "{\"username\":\"\u0430\u0440\u0440\u04cf\u0435 "
                        + UUID.randomUUID().toString().replaceAll("[a-z]", "") + "\"}");
        assertEquals(
                "[\"latin_lookalike\"]", renamed.json().getJsonArray("warnings").toString());
    }

    @Test
    void theLastSignInIsShownAndChangesNoTag() throws InterruptedException {
        String name = "signs-in-" + UUID.randomUUID();
        Answer made = create("{\"username\":\"" + name + "\",\"password\":\"" + Session.PASSWORD + "\"}");
        assertEquals(JsonValue.NULL, made.json().get("last_sign_in_at"));
        Instant before = Instant.now();

        Session.of(name);

        JsonObject shown = call("GET", path(made)).json();
        for (int i = 0; i < 200 && shown.isNull("last_sign_in_at"); i++) { // it is stored beside the sign-in
            Thread.sleep(50);
            shown = call("GET", path(made)).json();
        }
        Instant at = Instant.parse(shown.getString("last_sign_in_at"));
        assertTrue(Duration.between(before, at).abs().toSeconds() < 60, at::toString);
        assertEquals(tag(made), tag(call("GET", path(made))));
        Answer first = search("sort=-last_sign_in_at&limit=1");
        assertFalse(first.json().getJsonArray("items").getJsonObject(0).isNull("last_sign_in_at"));
    }

    @Test
    void pagesOfEveryOrderHoldEachAccountOnce() {
        String mark = UUID.randomUUID().toString();
        for (int i = 0; i < 7; i++) {
            create("{\"username\":\"" + (char) ('g' - i) + " " + mark + " " + i + "\",\"enabled\":" + (i % 2 == 0)
                    + "}");
        }
        for (String sort : List.of("username", "created_at", "last_sign_in_at")) {
            List<String> up = names("query=" + mark + "&limit=2&sort=" + sort);
            List<String> down = names("query=" + mark + "&limit=3&sort=-" + sort);
            Collections.reverse(down);
            assertEquals(7, new HashSet<>(up).size(), sort);
            assertEquals(up, down, sort);
        }
        assertEquals('a', names("query=" + mark).get(0).charAt(0), "by name unless asked otherwise");
        assertEquals('g', names("query=" + mark + "&sort=created_at").get(0).charAt(0));
        assertEquals(
                4,
                names("query=" + mark.toUpperCase(java.util.Locale.ROOT) + "&enabled=true")
                        .size());
        assertEquals(0, names("query=" + mark + "&role=admin").size());
        Answer page = search("query=" + mark + "&limit=2&sort=created_at");
        String cursor = page.json().getString("next_cursor");
        assertEquals(400, search("sort=last_sign_in_at&cursor=bm8").status());
        assertEquals(
                200,
                search("query=" + mark + "&sort=created_at&cursor=" + cursor).status());
        for (String bad : List.of("sort=password_hash", "sort=", "enabled=maybe", "limit=0")) {
            assertEquals(400, search(bad).status(), bad);
        }
    }

    private List<String> names(String parameters) {
        List<String> names = new ArrayList<>();
        Optional<String> cursor = Optional.of("");
        while (cursor.isPresent()) {
            Answer page = search(parameters + (cursor.get().isEmpty() ? "" : "&cursor=" + cursor.get()));
            assertEquals(200, page.status(), page::body);
            page.json()
                    .getJsonArray("items")
                    .getValuesAs(JsonObject.class)
                    .forEach(item -> names.add(item.getString("username")));
            cursor = page.json().get("next_cursor") instanceof JsonString next
                    ? Optional.of(next.getString())
                    : Optional.empty();
        }
        return names;
    }

    private Answer create(String body) {
        return admin.with(admin.client.post("/admin/api/users")).json(body).send();
    }

    private Answer patch(String path, String body) {
        return admin.with(admin.client.request("PATCH", path)).json(body).send();
    }

    private Answer call(String method, String path) {
        return admin.with(admin.client.request(method, path)).send();
    }

    private Client.Request conditional(String method, String path, String condition) {
        return admin.with(admin.client.request(method, path)).header("If-Match", condition);
    }

    private Answer search(String parameters) {
        return admin.with(admin.client.get("/admin/api/users?" + parameters)).send();
    }

    private static String path(Answer made) {
        return "/admin/api/users/" + made.json().getString("user_id");
    }

    private static String tag(Answer answer) {
        return answer.header("ETag").orElseThrow();
    }

    private static String attributes(Answer answer) {
        return answer.json().getJsonObject("attributes").toString();
    }
}

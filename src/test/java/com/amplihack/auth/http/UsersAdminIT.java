package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class UsersAdminIT {
    private final Session admin = Session.admin();

    @Test
    @Tag("fault-9")
    void anAccountIsMadeWithWhatWasAskedFor() {
        String name = "Zoë " + UUID.randomUUID();

        Answer answer = create("{\"username\":\"" + name + "\",\"password\":\"" + Session.PASSWORD
                + "\",\"roles\":[\"user\"],\"permissions\":[\"chat:write\"]}");

        assertEquals(201, answer.status());
        JsonObject user = answer.json();
        assertEquals(
                Set.of(
                        "user_id",
                        "username",
                        "roles",
                        "permissions",
                        "enabled",
                        "must_change_password",
                        "locked_until",
                        "created_at",
                        "email",
                        "email_verified",
                        "language",
                        "attributes",
                        "warnings",
                        "last_sign_in_at"),
                user.keySet());
        assertEquals(
                "/admin/api/users/" + user.getString("user_id"),
                path(answer.header("Location").orElseThrow()));
        assertEquals(name, user.getString("username"));
        assertTrue(user.getBoolean("enabled"));
        assertEquals(JsonValue.NULL, user.get("locked_until"));
        assertTrue(Instant.parse(user.getString("created_at"))
                .isBefore(Instant.now().plusSeconds(5)));
        Session session = Session.of(name);
        assertEquals(
                "[\"chat:write\"]",
                session.user().json().getJsonArray("permissions").toString());
    }

    @Test
    void withoutAPasswordARandomOneIsMadeAndAnsweredOnce() {
        String name = "random-" + UUID.randomUUID();

        String password = create("{\"username\":\"" + name + "\"}").json().getString("initial_password");

        assertTrue(password.length() >= 15);
        assertEquals(200, Session.login(new Client(), name, password).send().status());
        assertFalse(admin.with(admin.client.get("/admin/api/users?query=" + name))
                .send()
                .body()
                .contains(password));
    }

    @Test
    void namesAreTakenWhateverTheirCase() {
        String name = "Taken-" + UUID.randomUUID();
        create("{\"username\":\"" + name + "\"}");

        Answer again = create("{\"username\":\"" + name.toUpperCase(java.util.Locale.ROOT) + "\"}");

        assertEquals(409, again.status());
        assertEquals("username_taken", again.error());
    }

    @Test
    void whatCannotBeIsRefusedByName() {
        assertEquals(
                "weak_password",
                create("{\"username\":\"weak\",\"password\":\"too short\"}").error());
        for (String body : List.of(
                "{\"username\":\"a\\u200bb\"}",
                "{\"username\":\"a\\nb\"}",
                "{\"username\":\"b\",\"roles\":\"user\"}",
                "{\"username\":\"b\",\"roles\":[1]}",
                "{\"username\":\"b\",\"roles\":[\"no-such-role\"]}",
                "{\"username\":\"b\",\"enabled\":\"yes\"}")) {
            Answer answer = create(body);
            assertEquals(400, answer.status(), body);
            assertEquals("invalid_request", answer.error(), body);
        }
    }

    @Test
    @Tag("fault-35")
    void permissionsThatWouldNotFitATokenAreRefused() {
        StringBuilder permissions = new StringBuilder();
        for (int i = 0; i < 250; i++) {
            permissions
                    .append(i == 0 ? "" : ",")
                    .append("\"permission:number:")
                    .append(i)
                    .append('"');
        }

        Answer answer = create("{\"username\":\"many\",\"permissions\":[" + permissions + "]}");

        assertEquals(400, answer.status());
        assertTrue(answer.json().getString("detail").startsWith("permissions:"));
    }

    @Test
    void theListIsPagedAndSearched() {
        String start = "page-" + UUID.randomUUID();
        for (int i = 0; i < 5; i++) {
            create("{\"username\":\"" + start + "-" + i + "\"}");
        }
        Set<String> seen = new HashSet<>();
        String cursor = "";
        int pages = 0;
        do {
            JsonObject page = admin.with(
                            admin.client.get("/admin/api/users?limit=2&query=" + start + "&cursor=" + cursor))
                    .send()
                    .json();
            page.getJsonArray("items")
                    .forEach(item -> seen.add(item.asJsonObject().getString("username")));
            cursor = page.isNull("next_cursor") ? null : page.getString("next_cursor");
            pages++;
        } while (cursor != null);

        assertEquals(5, seen.size());
        assertEquals(3, pages);
        for (String query : List.of("limit=0", "limit=x", "limit=201", "cursor=%21")) {
            assertEquals(
                    400,
                    admin.with(admin.client.get("/admin/api/users?" + query))
                            .send()
                            .status(),
                    query);
        }
    }

    @Test
    void administrationNeedsATokenAndOurOwnPage() {
        assertEquals(
                "missing_token", new Client().get("/admin/api/users").send().error());
        assertEquals(
                "origin_not_allowed",
                admin.with(admin.client.post("/admin/api/users"))
                        .header("Origin", "https://evil.example")
                        .json("{\"username\":\"evil\"}")
                        .send()
                        .error());
    }

    private Answer create(String body) {
        return admin.with(admin.client.post("/admin/api/users")).json(body).send();
    }

    private static String path(String location) {
        return location.replaceFirst("https?://[^/]+", "");
    }
}

package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountsAdminIT {
    private final Session admin = Session.admin();
    private final Session user = Session.ofNewUser();
    private final String account = "/admin/api/users/" + user.claims().getString("sub");

    @Test
    void anAccountIsShownAsItWasMade() {
        JsonObject shown = call("GET", account).json();

        assertEquals(user.username, shown.getString("username"));
        assertEquals("[\"user\"]", shown.getJsonArray("roles").toString());
        assertEquals(404, call("GET", "/admin/api/users/" + UUID.randomUUID()).status());
        assertEquals("not_found", call("GET", "/admin/api/users/x").error());
    }

    @Test
    void disablingEndsSessionsAndLoginsUntilItIsEnabledAgain() {
        Answer disabled = patch("{\"enabled\":false}");

        assertFalse(disabled.json().getBoolean("enabled"));
        assertEquals("token_revoked", user.user().error());
        assertEquals("invalid_refresh_token", user.refreshRequest().send().error());
        assertEquals(
                "invalid_credentials",
                Session.login(new Client(), user.username, Session.PASSWORD)
                        .send()
                        .error());
        patch("{\"enabled\":true}");
        assertEquals(200, Session.of(user.username).user().status());
    }

    @Test
    void changedPermissionsRevokeAccessTokensAndTheRefreshCarriesThem() {
        assertEquals(200, user.user().status());

        Answer changed = patch("{\"permissions\":[\"chat:write\"]}");

        assertEquals(
                "[\"chat:write\"]", changed.json().getJsonArray("permissions").toString());
        assertEquals("[\"user\"]", changed.json().getJsonArray("roles").toString(), "what is absent stays");
        assertEquals("token_revoked", user.user().error());
        assertEquals(200, user.refresh().status());
        assertEquals(
                "[\"chat:write\"]",
                user.user().json().getJsonArray("permissions").toString());
    }

    @Test
    void aMergePatchMayBeCalledByItsName() {
        Answer answer = admin.with(admin.client.request("PATCH", account))
                .body("application/merge-patch+json", "{\"permissions\":[\"a:b\"]}".getBytes(StandardCharsets.UTF_8))
                .send();

        assertEquals(200, answer.status());
    }

    @Test
    void racingChangesOfOneAccountAllSucceed() {
        List<Integer> statuses = IntStream.range(0, 4)
                .parallel()
                .mapToObj(i -> patch("{\"permissions\":[\"racing:" + i + "\"]}").status())
                .toList();

        assertEquals(List.of(200, 200, 200, 200), statuses);
    }

    @Test
    void whatSeparatesOrBreaksALineIsNoPermission() {
        for (String permission : List.of("a,b", "a b", "a\\nb", "-a")) {
            assertEquals(
                    400, patch("{\"permissions\":[\"" + permission + "\"]}").status(), permission);
        }
    }

    @Test
    void aRoleIsNotEmptiedByAMisspeltBody() {
        String role = "role-" + UUID.randomUUID();
        put(role, "{\"permissions\":[\"a:b\"]}");

        assertEquals(400, put(role, "{\"permission\":[]}").status());
        assertEquals(400, call("PUT", "/admin/api/roles/" + role).status());
        assertTrue(call("GET", "/admin/api/roles")
                .body()
                .contains("{\"name\":\"" + role + "\",\"permissions\":[\"a:b\"]}"));
    }

    @Test
    void nullEmptiesAList() {
        patch("{\"permissions\":[\"chat:write\"]}");

        assertEquals(
                "[]",
                patch("{\"permissions\":null}")
                        .json()
                        .getJsonArray("permissions")
                        .toString());
    }

    @Test
    void aTakenAwayRoleIsGoneAtOnce() {
        patch("{\"roles\":[\"user\",\"admin\"]}");
        user.refresh();
        assertEquals(200, user.with(user.client.get("/admin/api/roles")).send().status());

        patch("{\"roles\":[\"user\"]}");

        assertEquals(
                "token_revoked",
                user.with(user.client.get("/admin/api/roles")).send().error());
        user.refresh();
        assertEquals(
                "insufficient_permissions",
                user.with(user.client.get("/admin/api/roles")).send().error());
    }

    @Test
    void aResetPasswordEndsEverySession() {
        patch("{\"password\":\"another correct horse battery\"}");

        assertEquals("token_revoked", user.user().error());
        assertEquals(
                401,
                Session.login(new Client(), user.username, Session.PASSWORD)
                        .send()
                        .status());
        assertEquals(
                200,
                Session.login(new Client(), user.username, "another correct horse battery")
                        .send()
                        .status());
    }

    @Test
    void badChangesAreRefusedByNameAndChangeNothing() {
        for (String body : List.of(
                "{\"roles\":[\"no-such-role\"],\"enabled\":false}",
                "{\"roles\":\"user\"}",
                "{\"enabled\":null}",
                "{\"enabled\":\"no\"}",
                "{\"username\":\"some\\u0000body\"}")) {
            Answer answer = patch(body);
            assertEquals(400, answer.status(), body);
            assertEquals("invalid_request", answer.error(), body);
        }
        assertEquals("weak_password", patch("{\"password\":\"short\"}").error());
        assertEquals(200, user.user().status());
    }

    @Test
    void aDeletedAccountIsGoneWithItsSessions() {
        assertEquals(204, call("DELETE", account).status());

        assertEquals("token_revoked", user.user().error());
        assertEquals("invalid_refresh_token", user.refreshRequest().send().error());
        assertEquals(404, call("GET", account).status());
        assertEquals(404, call("DELETE", account).status());
    }

    @Test
    void sessionsAreListedWithoutTheirSecretsAndEnded() {
        user.user();
        Session second = Session.of(user.username);

        Answer listed = call("GET", account + "/sessions");

        assertEquals(2, listed.json().getJsonArray("items").size());
        JsonObject first = listed.json().getJsonArray("items").getJsonObject(0);
        assertEquals(Set.of("session_id", "device", "ip_address", "created_at", "last_seen_at"), first.keySet());
        assertFalse(listed.body().contains(user.handle));
        assertEquals(2, call("DELETE", account + "/sessions").json().getInt("sessions_ended"));
        assertEquals("token_revoked", user.user().error());
        assertEquals("token_revoked", second.user().error());
    }

    @Test
    void unlockingAnAccountThatIsNotLockedIsFine() {
        assertEquals(204, call("POST", account + "/unlock").status());
        assertEquals(404, call("POST", "/admin/api/users/x/unlock").status());
    }

    @Test
    void aRolesPermissionsReachWhoeverHasIt() {
        String role = "role-" + UUID.randomUUID();
        assertEquals(200, put(role, "{\"permissions\":[\"chat:write\"]}").status());
        patch("{\"roles\":[\"user\",\"" + role + "\"],\"permissions\":[\"own:one\"]}");
        user.refresh();
        assertEquals(
                "[\"chat:write\",\"own:one\"]",
                user.claims().getJsonArray("permissions").toString());

        put(role, "{\"permissions\":[]}");
        assertEquals("token_revoked", user.user().error());
        user.refresh();
        assertEquals("[\"own:one\"]", user.claims().getJsonArray("permissions").toString());

        assertEquals(204, call("DELETE", "/admin/api/roles/" + role).status());
        assertEquals("token_revoked", user.user().error());
        user.refresh();
        assertEquals("[\"user\"]", user.claims().getJsonArray("roles").toString());
        assertEquals(404, call("DELETE", "/admin/api/roles/" + role).status());
    }

    @Test
    void theRoleAdminCannotBeRemovedAndOddNamesAreRefused() {
        assertEquals(400, call("DELETE", "/admin/api/roles/admin").status());
        assertEquals(400, put("%20", "{}").status());
        assertTrue(call("GET", "/admin/api/roles").body().contains("\"name\":\"admin\""));
    }

    @Test
    @Tag("fault-35")
    void rightsThatWouldNotFitATokenAreRefusedWhicheverWayTheyCome() {
        String many = IntStream.range(0, 250)
                .mapToObj(i -> "\"permission:number:" + i + "\"")
                .collect(Collectors.joining(",", "{\"permissions\":[", "]}"));
        String role = "role-" + UUID.randomUUID();
        put(role, "{\"permissions\":[]}");
        patch("{\"roles\":[\"user\",\"" + role + "\"]}");
        user.refresh();

        assertEquals("invalid_request", patch(many).error());
        assertEquals("invalid_request", put(role, many).error());
        assertEquals(200, user.user().status(), "nothing was changed");
    }

    @Test
    void everyChangeIsAuditedWithBeforeAndAfter() throws IOException {
        patch("{\"permissions\":[\"audited:permission\"]}");

        String line = SharedServer.get()
                .auditFile()
                .lines()
                .filter(entry -> entry.contains("audited:permission"))
                .findFirst()
                .orElseThrow();
        JsonObject entry = new Answer(200, List.of(), line).json();
        assertEquals("ADMIN_ACTION", entry.getString("event"));
        assertEquals(admin.claims().getString("sub"), entry.getString("user_id"));
        assertEquals(admin.client.address(), entry.getString("ip_address"));
        JsonObject details = entry.getJsonObject("details");
        assertEquals("change_user", details.getString("action"));
        assertFalse(details.getString("before").contains("audited:permission"));
        assertTrue(details.getString("after").contains("audited:permission"));
    }

    @Test
    @Tag("fault-45")
    void nobodyElseMayAdminister() {
        for (String path : List.of(account, account + "/sessions", "/admin/api/roles")) {
            assertEquals(
                    "insufficient_permissions",
                    user.with(user.client.get(path)).send().error());
            assertEquals("missing_token", new Client().get(path).send().error());
        }
    }

    /** Which Payara 7 alone takes for the end of a path. */
    @ParameterizedTest
    @ValueSource(strings = {":", "%3A"})
    void aNameInAPathMayHaveAColon(String colon) {
        String name = "team:" + UUID.randomUUID();
        Answer made = put(name.replace(":", colon), "{\"permissions\":[]}");
        assertEquals(200, made.status(), made::body);
        assertEquals(name, made.json().getString("name"));
        assertEquals(
                204,
                call("DELETE", "/admin/api/roles/" + name.replace(":", colon)).status());
    }

    private Answer call(String method, String path) {
        return admin.with(admin.client.request(method, path)).send();
    }

    private Answer patch(String body) {
        return admin.with(admin.client.request("PATCH", account)).json(body).send();
    }

    private Answer put(String role, String body) {
        return admin.with(admin.client.request("PUT", "/admin/api/roles/" + role))
                .json(body)
                .send();
    }
}

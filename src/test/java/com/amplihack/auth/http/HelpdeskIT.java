package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a helpdesk may do by permission, and how it cannot make itself or others more powerful. */
class HelpdeskIT {
    private static final String USERS = "/admin/api/users";
    private static final String NOBODY = USERS + "/" + UUID.randomUUID();
    private static final String RESET = "{\"password\":\"another correct horse battery\"}";

    private static final Session ADMIN = Session.of(Session.newUser("admin"));
    private static final String ADMINS_ACCOUNT = account(ADMIN);

    private record Call(String method, String path, String body) {}

    /** Each method of the administration, and the permissions that open it; none: the role admin alone. */
    private static final Map<Call, Set<String>> METHODS = Map.ofEntries(
            Map.entry(new Call("GET", USERS, ""), Set.of("users:read")),
            Map.entry(new Call("POST", USERS, "{\"username\":7}"), Set.of("users:write")),
            Map.entry(new Call("GET", NOBODY, ""), Set.of("users:read")),
            Map.entry(new Call("PATCH", NOBODY, "{\"enabled\":true}"), Set.of("users:write")),
            Map.entry(new Call("PATCH", NOBODY, RESET), Set.of("users:reset")),
            Map.entry(new Call("DELETE", NOBODY, ""), Set.of()),
            Map.entry(new Call("POST", NOBODY + "/unlock", ""), Set.of("users:unlock")),
            Map.entry(new Call("GET", NOBODY + "/sessions", ""), Set.of("sessions:read")),
            Map.entry(new Call("DELETE", NOBODY + "/sessions", ""), Set.of("sessions:end")),
            Map.entry(new Call("DELETE", NOBODY + "/sessions/none", ""), Set.of("sessions:end")),
            Map.entry(new Call("DELETE", "/admin/api/sign-in-limits/none", ""), Set.of()),
            Map.entry(new Call("GET", NOBODY + "/sign-in", ""), Set.of("users:read")),
            Map.entry(new Call("GET", NOBODY + "/api-keys", ""), Set.of("users:read")),
            Map.entry(new Call("POST", NOBODY + "/api-keys", "{\"name\":7}"), Set.of("users:write")),
            Map.entry(new Call("GET", "/admin/api/api-keys?limit=1", ""), Set.of("users:read")),
            Map.entry(new Call("DELETE", "/admin/api/api-keys/" + "0".repeat(16), ""), Set.of("users:write")),
            Map.entry(new Call("GET", "/admin/api/sessions?limit=1", ""), Set.of("sessions:read")),
            Map.entry(new Call("GET", "/admin/api/sign-in-failures?limit=1", ""), Set.of("audit:read")),
            Map.entry(new Call("GET", "/admin/api/audit?limit=1", ""), Set.of("audit:read")),
            Map.entry(new Call("GET", "/admin/api/audit/no-such-node/1", ""), Set.of("audit:read")),
            Map.entry(new Call("GET", "/admin/api/audit/verify", ""), Set.of("audit:read")),
            Map.entry(new Call("PATCH", NOBODY, "{\"must_change_password\":true}"), Set.of("users:reset")),
            Map.entry(new Call("PATCH", NOBODY, "{\"must_change_password\":false}"), Set.of()),
            Map.entry(new Call("PATCH", NOBODY, "{\"username\":\"x\"}"), Set.of("users:write")),
            Map.entry(new Call("PATCH", NOBODY, "{\"must_change_password\":true,\"username\":\"x\"}"), Set.of()),
            Map.entry(new Call("PATCH", NOBODY, "{\"must_change_password\":true,\"attributes\":null}"), Set.of()),
            Map.entry(new Call("PATCH", NOBODY, "{\"email_verified\":false}"), Set.of()),
            Map.entry(new Call("GET", "/admin/api/roles", ""), Set.of("users:read")),
            Map.entry(new Call("PUT", "/admin/api/roles/%20", "{}"), Set.of()),
            Map.entry(new Call("DELETE", "/admin/api/roles/none", ""), Set.of()),
            Map.entry(new Call("GET", "/admin/api/keys", ""), Set.of("keys:write")),
            Map.entry(new Call("POST", "/admin/api/keys/rotate", "[]"), Set.of("keys:write")),
            Map.entry(new Call("POST", "/admin/api/keys/none/compromise", "{}"), Set.of("keys:write")),
            Map.entry(new Call("POST", "/admin/api/revoke-all", "[]"), Set.of()),
            Map.entry(new Call("GET", "/admin/api/policy", ""), Set.of("policy:read")));

    @Test
    void eachPermissionOpensItsMethodsAndNoOther() {
        Set<String> permissions = new TreeSet<>(Set.of("clients:write", "chat:write"));
        METHODS.values().forEach(permissions::addAll);
        for (String permission : permissions) {
            Session helper = Session.withPermission(permission);
            METHODS.forEach((call, open) -> {
                Answer answer = send(helper, call.method(), call.path(), call.body());
                assertEquals(open.contains(permission), answer.status() != 403, permission + ": " + call + answer);
                if (answer.status() == 403) {
                    assertEquals("insufficient_permissions", answer.error());
                }
            });
        }
    }

    @Test
    void theRoleAdminHasAll() {
        METHODS.forEach((call, open) -> {
            int status = send(Session.admin(), call.method(), call.path(), call.body())
                    .status();
            assertTrue(status == 200 || status == 400 || status == 404, call + ": " + status);
        });
    }

    @Test
    void nobodyGivesThemselvesOrOthersWhatTheyDoNotHave() {
        Session writer = Session.withPermission("users:write", "chat:write");
        Session other = Session.ofNewUser();
        for (String rights : List.of(
                "\"roles\":[\"admin\"]",
                "\"roles\":[\"user\",\"admin\"]",
                "\"permissions\":[\"users:reset\"]",
                "\"permissions\":[\"keys:write\",\"chat:write\"]",
                "\"permissions\":[\"users:write\",\"chat:write\",\"model:read\"]")) {
            for (String path : List.of(account(writer), account(other))) {
                assertEquals(
                        "insufficient_permissions",
                        patch(writer, path, '{' + rights + '}').error(),
                        rights);
            }
            Answer made =
                    send(writer, "POST", USERS, "{\"username\":\"user-" + UUID.randomUUID() + "\"," + rights + '}');
            assertEquals("insufficient_permissions", made.error(), rights);
        }
        assertEquals(200, other.user().status(), "nothing was changed");

        assertEquals(
                200,
                patch(writer, account(other), "{\"permissions\":[\"chat:write\"]}")
                        .status());
        Session.admin();
        assertEquals(
                200,
                patch(writer, account(other), "{\"roles\":[\"user\"],\"permissions\":[]}")
                        .status());
    }

    @Test
    void aRoleThatTheCallerDoesNotHaveIsNotGivenAwayAndWhatIsThereStays() {
        String role = "role-" + UUID.randomUUID();
        send(Session.admin(), "PUT", "/admin/api/roles/" + role, "{\"permissions\":[]}");
        Session writer = Session.withPermission("users:write");
        Session other = Session.ofNewUser();

        assertEquals(
                "insufficient_permissions",
                patch(writer, account(other), "{\"roles\":[\"" + role + "\"]}").error());

        patch(Session.admin(), account(other), "{\"roles\":[\"user\",\"" + role + "\"]}");
        assertEquals(
                200,
                patch(writer, account(other), "{\"roles\":[\"" + role + "\"],\"enabled\":true}")
                        .status());
    }

    @Test
    void anAdministratorsAccountIsTouchedByAdministratorsAlone() {
        Session helper = Session.withPermission("users:write", "users:reset", "users:unlock", "sessions:end");
        for (String body : List.of(RESET, "{\"enabled\":false}", "{\"roles\":[]}", "{\"permissions\":[]}", "{}")) {
            assertEquals(
                    "insufficient_permissions",
                    patch(helper, ADMINS_ACCOUNT, body).error(),
                    body);
        }
        assertEquals(
                "insufficient_permissions",
                send(helper, "DELETE", ADMINS_ACCOUNT, "").error());
        assertEquals(
                "insufficient_permissions",
                send(helper, "POST", ADMINS_ACCOUNT + "/unlock", "").error());
        assertEquals(
                "insufficient_permissions",
                send(helper, "DELETE", ADMINS_ACCOUNT + "/sessions", "").error());
        assertEquals(200, ADMIN.user().status(), "signed in as before");
        Session.of(ADMIN.username);
    }

    @Test
    void aNewPasswordIsNoWayToAnotherHelpersPermissions() {
        Session helper = Session.withPermission("users:reset");
        Session stronger = Session.withPermission("users:reset", "keys:write");

        assertEquals(
                "insufficient_permissions",
                patch(helper, account(stronger), RESET).error());
        assertEquals(200, patch(stronger, account(helper), RESET).status());
    }

    @Test
    void anOrdinaryUsersPasswordIsResetTheirLockLiftedTheirSessionsEnded() {
        Session helper = Session.withPermission("users:reset", "users:unlock", "sessions:end");
        Session user = Session.withPermission("chat:write");

        assertEquals(204, send(helper, "POST", account(user) + "/unlock", "").status());
        assertEquals(
                1,
                send(helper, "DELETE", account(user) + "/sessions", "").json().getInt("sessions_ended"));
        assertEquals(200, patch(helper, account(user), RESET).status());
        assertEquals(
                "insufficient_permissions",
                patch(helper, account(user), "{\"enabled\":false}").error());
    }

    /** The gate admits by the token; a caller may take as long as they like to send the body. */
    @Test
    void whoeverLosesTheirRightsDoesNotUndoItByARequestHeldOpen() throws IOException {
        for (String loss :
                List.of("{\"roles\":[\"user\"]}", "{\"enabled\":false}", "{\"must_change_password\":true}")) {
            for (Call call : List.of(
                    new Call("PATCH", "", "{\"enabled\":true,\"roles\":[\"admin\",\"user\"]}"),
                    new Call("POST", USERS, "{\"username\":\"held-" + UUID.randomUUID() + "\",\"roles\":[\"admin\"]}"),
                    new Call("PUT", "/admin/api/roles/held", "{\"permissions\":[\"keys:write\"]}"),
                    new Call("POST", account(ADMIN) + "/unlock", "{ }"))) {
                Session former = Session.of(Session.newUser("admin", "user"));
                String account = account(former);
                assertRefused(
                        held(former, call.method(), call.path().isEmpty() ? account : call.path(), call.body(), () -> {
                            assertEquals(
                                    200, patch(Session.admin(), account, loss).status());
                        }),
                        loss + call);
                JsonObject left = send(Session.admin(), "GET", account, "").json();
                assertFalse(
                        left.getBoolean("enabled")
                                && !left.getBoolean("must_change_password")
                                && left.getJsonArray("roles").toString().contains("admin"),
                        loss + call + left);
            }
        }
        Session former = Session.of(Session.newUser("admin"));
        assertRefused(
                held(former, "PATCH", account(former), "{\"permissions\":[\"chat:write\"]}", () -> {
                    send(Session.admin(), "DELETE", account(former) + "/sessions", "");
                }),
                "the session is over");
    }

    @Test
    void aHelperGivesNothingAwayAnyMoreThatWasTakenFromThem() throws IOException {
        Session helper = Session.withPermission("users:write", "chat:write");
        Session other = Session.ofNewUser();
        assertRefused(
                held(helper, "PATCH", account(other), "{\"permissions\":[\"chat:write\"]}", () -> {
                    patch(Session.admin(), account(helper), "{\"permissions\":[\"users:write\"]}");
                }),
                "chat:write");
        assertEquals(200, other.user().status(), "nothing was changed");
    }

    /** Sends all of a request but the end of its body, does something once the gate has admitted it, and sends the end. */
    static String held(Session session, String method, String path, String body, Runnable meanwhile)
            throws IOException {
        int before = remaining(session);
        try (Socket socket = new Socket(
                InetAddress.getByName("127.0.0.1"),
                SharedServer.get().port(),
                InetAddress.getByName(session.client.address()),
                0)) {
            socket.setSoTimeout(10_000);
            String head = method + ' ' + path
                    + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Test/1.0\r\nConnection: close\r\n"
                    + "Authorization: Bearer " + session.accessToken + "\r\nCookie: session_id=" + session.handle
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n";
            int last = body.length() - 1;
            OutputStream out = socket.getOutputStream();
            out.write((head + body.substring(0, last)).getBytes(StandardCharsets.US_ASCII));
            int asked = 1;
            while (before - remaining(session) == asked) { // the admitted request takes one from the quota
                assertTrue(++asked < 80, "the gate did not admit it");
            }
            meanwhile.run();
            out.write(body.substring(last).getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int remaining(Session session) {
        String limit = session.user().header("RateLimit").orElseThrow();
        return Integer.parseInt(limit.replaceFirst(".*;r=(\\d+);.*", "$1"));
    }

    private static void assertRefused(String answer, String why) {
        assertTrue(
                answer.contains("\"token_revoked\"") || answer.contains("\"insufficient_permissions\""),
                why + ": " + answer);
    }

    @Test
    void aPasswordThatAHelperKnowsIsGoodForNothingButItsChange() {
        Session helper = Session.withPermission("users:write", "users:reset");
        String name = "user-" + UUID.randomUUID();
        String body = "{\"username\":\"" + name + "\",\"password\":\"" + Session.PASSWORD + "\"";
        assertEquals(
                "insufficient_permissions",
                send(helper, "POST", USERS, body + ",\"must_change_password\":false}")
                        .error());

        JsonObject made = send(helper, "POST", USERS, body + '}').json();

        assertTrue(made.getBoolean("must_change_password"));
        assertEquals("password_change_required", Session.of(name).user().error());
        String account = USERS + '/' + made.getString("user_id");
        assertEquals(
                "insufficient_permissions",
                patch(helper, account, "{\"must_change_password\":false}").error());
        assertEquals(
                "insufficient_permissions",
                patch(helper, account, RESET.replace("}", ",\"must_change_password\":false}"))
                        .error());
        JsonObject random = send(helper, "POST", USERS, "{\"username\":\"user-" + UUID.randomUUID() + "\"}")
                .json();
        assertTrue(random.getBoolean("must_change_password"));
        assertFalse(random.getString("initial_password").isEmpty());
    }

    @Test
    void aRefusalIsAudited() throws IOException {
        Session helper = Session.withPermission("users:reset");

        patch(helper, ADMINS_ACCOUNT, RESET);

        String id = helper.claims().getString("sub");
        assertTrue(SharedServer.get()
                .auditFile()
                .lines()
                .anyMatch(line -> line.contains("\"ACCESS_DENIED\"")
                        && line.contains(id)
                        && line.contains("\"role\":\"admin\"")));
    }

    private static String account(Session session) {
        return USERS + "/" + session.claims().getString("sub");
    }

    private static Answer patch(Session by, String path, String body) {
        return send(by, "PATCH", path, body);
    }

    private static Answer send(Session by, String method, String path, String body) {
        Answer answer = null;
        for (int i = 0; i < 5 && (answer == null || answer.status() == 503); i++) { // a busy machine's store
            Client.Request request = by.with(by.client.request(method, path));
            answer = (body.isEmpty() ? request : request.json(body)).send();
        }
        return answer;
    }
}

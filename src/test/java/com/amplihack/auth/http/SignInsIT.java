package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.users.Username;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What administrators see of sign-ins: why one fails, who is signed in, who could not; and the forced change of a password. */
class SignInsIT {
    private static final String FRESH = "another correct horse battery";

    private final Session admin = Session.admin();
    private final Session user = Session.ofNewUser();
    private final String account = "/admin/api/users/" + user.claims().getString("sub");

    @Test
    void oneCallTellsWhySomebodyCannotSignIn() {
        assertEquals("[]", signIn().getJsonArray("reasons").toString());
        Client client = new Client();
        for (int i = 0; i < 5; i++) {
            assertEquals(
                    401,
                    Session.login(client, user.username, "a wrong guess").send().status());
        }
        assertEquals(
                429,
                Session.login(client, user.username, Session.PASSWORD).send().status());
        patch("{\"enabled\":false,\"must_change_password\":true}");
        Client another = new Client();
        Session.login(another, user.username, Session.PASSWORD).send();

        JsonObject told = signIn();

        assertEquals(
                "[\"disabled\",\"rate_limited\"]", told.getJsonArray("reasons").toString());
        assertFalse(told.getBoolean("enabled"));
        assertTrue(told.getBoolean("must_change_password"));
        assertTrue(told.isNull("locked_until"));
        List<String> failures = told.getJsonArray("failures").getValuesAs(JsonObject.class).stream()
                .map(failure -> failure.getString("reason") + " " + failure.getString("ip_address"))
                .toList();
        assertEquals(
                List.of(
                        "disabled_or_wrong_password " + another.address(),
                        "rate_limited " + client.address(),
                        "wrong_password " + client.address()),
                failures);
        List<String> limits = told.getJsonArray("limits").getValuesAs(JsonObject.class).stream()
                .map(limit -> limit.getString("ip_address") + " " + limit.getInt("remaining"))
                .toList();
        assertEquals(List.of(another.address() + " 4", client.address() + " 0"), limits);
        assertEquals(
                404,
                call("GET", "/admin/api/users/" + UUID.randomUUID() + "/sign-in")
                        .status());
    }

    @Test
    void aLockedAccountIsToldSo() {
        for (int i = 0; i < 10; i++) {
            Session.login(new Client(), user.username, "a wrong guess").send();
        }

        JsonObject told = signIn();

        assertEquals("[\"locked\"]", told.getJsonArray("reasons").toString());
        assertFalse(told.isNull("locked_until"));
        assertEquals(10, told.getJsonArray("failures").size());
    }

    @Test
    void everybodysSessionsAreListedPageByPage() {
        List<String> mine = new ArrayList<>(List.of(user.claims().getString("sid")));
        for (int i = 0; i < 4; i++) {
            mine.add(Session.of(user.username).claims().getString("sid"));
        }
        List<String> found = new ArrayList<>();
        List<String> names = new ArrayList<>();
        String cursor = "";
        do {
            JsonObject page =
                    call("GET", "/admin/api/sessions?limit=200" + cursor).json();
            for (JsonObject item : page.getJsonArray("items").getValuesAs(JsonObject.class)) {
                found.add(item.getString("session_id"));
                names.add(item.getString("username"));
            }
            cursor = page.isNull("next_cursor") ? null : "&cursor=" + page.getString("next_cursor");
        } while (cursor != null);

        assertTrue(found.containsAll(mine));
        assertEquals(found.size(), found.stream().distinct().count(), "each once");
        assertEquals(5, names.stream().filter(user.username::equals).count());
        assertTrue(names.contains(admin.username));
    }

    @Test
    void oneSessionOfSomebodyIsEndedAndNoOther() {
        Session other = Session.of(user.username);
        String sid = user.claims().getString("sid");
        assertEquals(204, call("DELETE", account + "/sessions/" + sid).status());
        assertEquals("token_revoked", user.user().error());
        assertEquals(401, user.refreshRequest().send().status());
        assertEquals(200, other.user().status());

        Session stranger = Session.ofNewUser();
        for (String none : List.of(sid, stranger.claims().getString("sid"), "x", "*")) {
            assertEquals(
                    "not_found", call("DELETE", account + "/sessions/" + none).error(), none);
        }
        assertEquals(200, stranger.user().status(), "of another account");
        assertEquals(1, audited("end_session", sid), "of what was alive");
    }

    @Test
    void theLimitOfAnAddressIsLifted() {
        Client limited = new Client();
        for (int i = 0; i < 5; i++) {
            Session.login(limited, "nobody-" + i, "a wrong guess").send();
        }
        assertEquals(
                429,
                Session.login(limited, user.username, Session.PASSWORD).send().status());
        String path = "/admin/api/sign-in-limits/";
        assertEquals(204, call("DELETE", path + new Client().address()).status(), "of somebody else");
        assertEquals(
                429,
                Session.login(limited, user.username, Session.PASSWORD).send().status());

        assertEquals(204, call("DELETE", path + limited.address()).status());

        assertEquals(
                200,
                Session.login(limited, user.username, Session.PASSWORD).send().status());
        assertEquals(1, audited("lift_login_limit", limited.address()));
        for (String none : List.of("localhost", "1.2.3", "all")) {
            assertEquals(400, call("DELETE", path + none).status(), none);
        }
        Session helper = Session.withPermission("users:unlock", "users:write", "audit:read", "sessions:end");
        assertEquals(
                "insufficient_permissions",
                helper.with(helper.client.request("DELETE", path + helper.client.address()))
                        .send()
                        .error(),
                "who lifts it for themselves could guess at every account");
    }

    private static long audited(String action, String about) {
        return SharedServer.get()
                .auditFile()
                .lines()
                .filter(line -> line.contains("\"action\":\"" + action + '"') && line.contains(about))
                .filter(line -> !line.contains("was_alive\\\":false"))
                .count();
    }

    @Test
    void aPageOfSessionsGoesOnInTheMiddleOfAnAccount() {
        for (int i = 0; i < 4; i++) {
            Session.of(user.username);
        }
        List<String> found = new ArrayList<>();
        // the page begins at the account itself
        String cursor = Username.cursor(user.username.substring(0, user.username.length() - 1));
        for (int page = 0; page < 3; page++) {
            JsonObject answer =
                    call("GET", "/admin/api/sessions?limit=2&cursor=" + cursor).json();
            answer.getJsonArray("items").getValuesAs(JsonObject.class).stream()
                    .filter(item -> item.getString("username").equals(user.username))
                    .forEach(item -> found.add(item.getString("session_id")));
            cursor = answer.getString("next_cursor", "");
        }

        assertEquals(5, found.size(), found::toString);
        assertEquals(5, found.stream().distinct().count());
    }

    @Test
    void aCursorOfSomebodyElseIsRefused() {
        for (String path : List.of(
                "sessions?cursor=*",
                "sessions?cursor=YWRh.x",
                "sessions?cursor=.",
                "sessions?limit=0",
                "sign-in-failures?cursor=-1",
                "sign-in-failures?cursor=12345",
                "sign-in-failures?limit=201")) {
            assertEquals("invalid_request", call("GET", "/admin/api/" + path).error(), path);
        }
    }

    @Test
    void theLastDaysFailuresAreListedTheLatestFirst() {
        Client client = new Client();
        Session.login(client, "a password typed as name", "a wrong guess").send();
        Session.login(client, user.username, "a wrong guess").send();

        Answer listed = call("GET", "/admin/api/sign-in-failures?limit=200");

        List<JsonObject> here = listed.json().getJsonArray("items").getValuesAs(JsonObject.class).stream()
                .filter(item -> item.getString("ip_address").equals(client.address()))
                .toList();
        assertEquals(2, here.size());
        assertEquals(user.username, here.get(0).getString("username"));
        assertEquals("wrong_password", here.get(0).getString("reason"));
        assertTrue(here.get(1).isNull("user_id"));
        assertFalse(here.get(1).getString("name_hash").isEmpty());
        assertFalse(listed.body().contains("a password typed"));
        JsonObject first = call("GET", "/admin/api/sign-in-failures?limit=1").json();
        assertEquals("1", first.getString("next_cursor"));
    }

    @Test
    void aResetPasswordMustBeChangedBeforeAnythingElse() {
        patch("{\"password\":\"" + FRESH + "\",\"permissions\":[\"chat:write\"],\"roles\":[\"user\",\"admin\"]}");
        Client client = new Client();
        Answer signedIn = Session.login(client, user.username, FRESH).send();
        assertEquals(200, signedIn.status());
        assertTrue(signedIn.json().getBoolean("must_change_password"));
        Session limited = Session.of(client, user.username, FRESH);
        assertEquals("[]", limited.claims().getJsonArray("roles").toString());
        assertEquals("[]", limited.claims().getJsonArray("permissions").toString());

        for (String path : List.of(
                "/api/user", "/auth/verify", "/admin/api/users", "/admin/api/policy", "/v1/api/user", "/api//user")) {
            Answer refused = limited.with(client.get(path)).send();
            assertEquals("password_change_required", refused.error(), path);
        }
        assertEquals(
                "password_change_required",
                limited.with(client.post("/api/chat/completions").json("{}"))
                        .send()
                        .error());
        assertEquals(200, limited.refresh().status());
        assertEquals("password_change_required", limited.user().error(), "a refresh is no way around");
        assertEquals(200, limited.with(client.get("/auth/sessions")).send().status());

        Answer changed = limited.with(client.post("/auth/password"))
                .json("{\"current_password\":\"" + FRESH + "\",\"new_password\":\"violet kettle 7 harbour\"}")
                .send();

        assertEquals(200, changed.status(), changed.body());
        assertFalse(changed.json().containsKey("must_change_password"));
        Session free = Session.of(new Client(), user.username, "violet kettle 7 harbour");
        assertEquals(200, free.user().status());
        assertEquals(
                "[\"chat:write\"]", free.claims().getJsonArray("permissions").toString());
        assertFalse(call("GET", account).json().getBoolean("must_change_password"));
    }

    @Test
    void theSamePasswordAgainIsNoChange() {
        patch("{\"must_change_password\":true}");
        Session limited = Session.of(user.username);
        Answer same = limited.with(limited.client.post("/auth/password"))
                .json("{\"current_password\":\"" + Session.PASSWORD + "\",\"new_password\":\"" + Session.PASSWORD
                        + "\"}")
                .send();
        assertEquals("weak_password", same.error());
        assertEquals("password_change_required", limited.user().error());
    }

    @Test
    void aSessionThatIsOpenIsLimitedAtOnce() {
        assertEquals(200, user.user().status());
        patch("{\"must_change_password\":true}");

        assertEquals("token_revoked", user.user().error());
        assertEquals(200, user.refresh().status());
        assertEquals("password_change_required", user.user().error());

        patch("{\"must_change_password\":false}");
        user.refresh();
        assertEquals(200, user.user().status());
    }

    @Test
    void anAdministratorMayWaiveIt() {
        JsonObject waived = patch("{\"password\":\"" + FRESH + "\",\"must_change_password\":false}")
                .json();
        assertFalse(waived.getBoolean("must_change_password"));
    }

    /** A stolen session must not become an account. */
    @Test
    void nobodyChangesTheirOwnPasswordWithoutKnowingIt() {
        Session other = Session.of(Session.newUser("admin"));
        String own = "/admin/api/users/" + other.claims().getString("sub");
        for (String path : List.of(
                own, "/admin/api/users/" + other.claims().getString("sub").toUpperCase(Locale.ROOT))) {
            for (String body : List.of("{\"password\":\"" + FRESH + "\"}", "{\"must_change_password\":false}")) {
                Answer refused = other.with(other.client.request("PATCH", path))
                        .json(body)
                        .send();
                assertEquals(400, refused.status(), body);
                assertTrue(refused.json().getString("detail").contains("POST /auth/password"), refused::body);
            }
        }
        assertEquals(200, other.user().status(), "signed in as before");
        Session.of(other.username);
    }

    private JsonObject signIn() {
        return call("GET", account + "/sign-in").json();
    }

    private Answer patch(String body) {
        Answer answer =
                admin.with(admin.client.request("PATCH", account)).json(body).send();
        assertEquals(200, answer.status(), answer.body());
        return answer;
    }

    private Answer call(String method, String path) {
        return admin.with(admin.client.request(method, path)).send();
    }
}

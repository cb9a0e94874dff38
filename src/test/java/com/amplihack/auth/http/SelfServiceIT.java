package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Forgotten passwords, addresses, invitations and deletion over HTTP, with the mails that a development server writes. */
class SelfServiceIT {
    private static final String FRESH = "violet kettle 7 harbour";

    private final Mailbox mailbox = Mailbox.ofSharedServer();

    /** Somebody with a verified address and {@link Session#PASSWORD}. */
    private record Person(String id, String username, String email) {
        static Person make() {
            return make(true);
        }

        static Person make(boolean verified) {
            String username = "user-" + UUID.randomUUID();
            String email = username + "@example.org";
            JsonObject made = admin(
                            "POST",
                            "/admin/api/users",
                            json("username", username)
                                    .add("password", Session.PASSWORD)
                                    .add("roles", Json.createArrayBuilder().add("user"))
                                    .add("email", email)
                                    .add("email_verified", verified))
                    .json();
            assertEquals(verified, made.getBoolean("email_verified"));
            return new Person(made.getString("user_id"), username, email);
        }
    }

    // --- a forgotten password

    @Test
    void aForgottenPasswordIsReplacedByTheLinkOfAMailAndAllSessionsEnd() {
        Person ada = Person.make();
        Session old = Session.of(ada.username());

        assertEquals(202, forgot(ada.username()).status());
        Mailbox.Received mail = mailbox.await(ada.email(), "password_reset");
        assertTrue(mail.link().contains("/link.html#reset="), mail.link());
        Client stranger = new Client();
        Answer done = reset(stranger, mail.token(), FRESH);

        assertEquals(204, done.status());
        assertEquals("", done.body());
        assertEquals(List.of(), done.headers("Set-Cookie"), "nobody is signed in by a link");
        assertEquals("token_revoked", old.user().error());
        assertEquals(401, old.refreshRequest().send().status());
        assertEquals(
                401,
                Session.login(new Client(), ada.username(), Session.PASSWORD)
                        .send()
                        .status());
        assertEquals(
                200, Session.login(new Client(), ada.username(), FRESH).send().status());
        assertTrue(mailbox.await(ada.email(), "password_changed").text().contains("with a link from a mail"));
        assertEquals(
                "invalid_link",
                reset(new Client(), mail.token(), "another harbour 9 violin").error());
        assertFalse(SharedServer.get().auditFile().contains(mail.token()), "the token is in no audit entry");
        assertFalse(
                SharedServer.get()
                        .auditFile()
                        .lines()
                        .anyMatch(line -> line.contains(ada.email()) && !line.contains("ADMIN_ACTION")),
                "nor is the address, but where an administrator gave it");
    }

    @Test
    void theAddressWorksAsTheNameDoesAndAReusedDeviceCookieIsVoid() {
        Person ada = Person.make();
        Answer login =
                Session.login(new Client(), ada.username(), Session.PASSWORD).send();
        String device = login.cookieValue("device");

        forgot(ada.email().toUpperCase(Locale.ROOT));
        reset(new Client(), mailbox.await(ada.email(), "password_reset").token(), FRESH);
        for (int i = 0; i < 10; i++) {
            Session.login(new Client(), ada.username(), "a guess").send();
        }

        assertEquals(
                401,
                Session.login(new Client(), ada.username(), FRESH)
                        .cookie("device", device)
                        .send()
                        .status(),
                "strangers are locked out, and the old cookie makes nobody known");
    }

    @Test
    void everyNameGetsTheSameAnswer() {
        Person known = Person.make();
        Person unverified = Person.make(false);
        Person disabled = Person.make();
        admin(
                "PATCH",
                "/admin/api/users/" + disabled.id(),
                Json.createObjectBuilder().add("enabled", false));
        Answer first = forgot(known.username());
        assertEquals(202, first.status());
        List<Answer> others = List.of(
                forgot("nobody-of-that-name"),
                forgot("nobody@example.org"),
                forgot(unverified.username()),
                forgot(unverified.email()),
                forgot(disabled.username()),
                forgot(Session.newUser("user")),
                forgot("x".repeat(200)),
                forgot("a\r\nBcc: victim@example.org"));

        others.forEach(other -> {
            assertEquals(first.status(), other.status());
            assertEquals(first.body(), other.body());
            assertEquals(headers(first), headers(other));
        });
        mailbox.await(known.email(), "password_reset");
        assertEquals(List.of(), mailbox.of(unverified.email(), "password_reset"));
        assertEquals(List.of(), mailbox.of(disabled.email(), "password_reset"));
    }

    @Test
    void anAddressAsksOnlySoOften() {
        Client client = new Client();
        for (int i = 0; i < 5; i++) {
            assertEquals(202, forgot(client, "nobody-" + i).status());
        }
        Answer refused = forgot(client, "nobody");
        assertEquals("rate_limited", refused.error());
        assertTrue(refused.header("RateLimit-Policy").orElseThrow().contains("forgot"));
        assertEquals(202, forgot("nobody").status(), "from another address");
    }

    @Test
    void aLinkThatIsUsedManyTimesAtOnceWorksOnce() throws Exception {
        Person ada = Person.make();
        forgot(ada.username());
        String token = mailbox.await(ada.email(), "password_reset").token();
        ExecutorService crowd = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Answer>> attempts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String password = "violet kettle harbour no " + i;
                attempts.add(() -> reset(new Client(), token, password));
            }
            List<Integer> answers = new ArrayList<>();
            for (Future<Answer> one : crowd.invokeAll(attempts)) {
                answers.add(one.get().status());
            }
            assertEquals(1, answers.stream().filter(status -> status == 204).count(), answers.toString());
            assertEquals(7, answers.stream().filter(status -> status == 400).count(), answers.toString());
        } finally {
            crowd.shutdownNow();
        }
    }

    @Test
    void aWeakPasswordDoesNotUseUpTheLink() {
        Person ada = Person.make();
        forgot(ada.username());
        String token = mailbox.await(ada.email(), "password_reset").token();
        assertEquals("weak_password", reset(new Client(), token, "short").error());
        assertEquals("weak_password", reset(new Client(), token, ada.username()).error());
        assertEquals(204, reset(new Client(), token, FRESH).status());
    }

    @Test
    void badLinksAreToldApartByNothing() {
        Person ada = Person.make();
        forgot(ada.username());
        String token = mailbox.await(ada.email(), "password_reset").token();
        Answer unknown = reset(new Client(), "A".repeat(43), FRESH);
        Answer malformed = reset(new Client(), "x", FRESH);
        Answer otherPurpose = new Client()
                .post("/auth/email/verify")
                .json(json("token", token).build().toString())
                .send();
        for (Answer other : List.of(malformed, otherPurpose)) {
            assertEquals("invalid_link", other.error());
            assertEquals(unknown.body(), other.body());
            assertEquals(headers(unknown), headers(other));
        }
    }

    @Test
    void pagesOfOtherSitesCannotAskOrUseLinks() {
        for (String path :
                List.of("/auth/password/forgot", "/auth/password/reset", "/auth/invitation", "/auth/email/verify")) {
            Answer answer = new Client()
                    .post(path)
                    .header("Origin", "https://evil.example")
                    .json("{}")
                    .send();
            assertEquals("origin_not_allowed", answer.error(), path);
        }
    }

    @Test
    void whatIsMissingIsNamed() {
        Client client = new Client();
        assertTrue(client.post("/auth/password/forgot").json("{}").send().body().contains("username"));
        assertTrue(client.post("/auth/password/forgot")
                .json("{\"username\":\"" + "x".repeat(255) + "\"}")
                .send()
                .body()
                .contains("at most 254"));
        assertTrue(client.post("/auth/password/reset")
                .json("{\"token\":7}")
                .send()
                .body()
                .contains("token"));
        assertTrue(client.post("/auth/invitation")
                .json("{\"token\":\"x\"}")
                .send()
                .body()
                .contains("password"));
    }

    // --- addresses

    @Test
    void aNewAddressIsTheAccountsOnceItsLinkIsUsedAndTheOldOneIsTold() {
        Person ada = Person.make();
        Session session = Session.of(ada.username());
        String local = "neu-" + UUID.randomUUID();
        String fresh = local + "@b\u00fccher.example";
        String delivered = local + "@xn--bcher-kva.example";

        Answer asked = changeEmail(session, fresh);
        assertEquals(202, asked.status());
        Mailbox.Received mail = mailbox.await(delivered, "email_verification");
        assertEquals(ada.email(), account(session).getString("email"), "until then");
        Answer verified = new Client()
                .post("/auth/email/verify")
                .json(json("token", mail.token()).build().toString())
                .send();

        assertEquals(200, verified.status());
        assertEquals(fresh, verified.json().getString("email"));
        assertEquals(fresh, account(session).getString("email"));
        assertTrue(account(session).getBoolean("email_verified"));
        assertFalse(mailbox.await(ada.email(), "email_changed").raw().contains("link.html"));
        forgot(ada.email());
        forgot(fresh);
        mailbox.await(delivered, "password_reset");
        assertEquals(List.of(), mailbox.of(ada.email(), "password_reset"));
    }

    @Test
    void nobodyLearnsWhoHasAnAddress() {
        Person owner = Person.make();
        Person other = Person.make();
        Session session = Session.of(other.username());

        Answer taken = changeEmail(session, owner.email());
        Answer free = changeEmail(session, "free-" + UUID.randomUUID() + "@example.org");
        assertEquals(free.status(), taken.status());
        assertEquals(free.body(), taken.body());
        assertEquals(headers(free), headers(taken));

        changeEmail(session, owner.email());
        String token = mailbox.await(owner.email(), "email_verification", 2).token();
        Answer late = new Client()
                .post("/auth/email/verify")
                .json(json("token", token).build().toString())
                .send();
        assertEquals("invalid_link", late.error());

        Session admin = Session.admin();
        Answer administrator = admin.with(admin.client.request("PATCH", "/admin/api/users/" + other.id()))
                .json(json("email", owner.email()).build().toString())
                .send();
        assertEquals("email_taken", administrator.error());
        assertEquals(409, administrator.status());
    }

    @Test
    void anAddressNeedsARecentSignInAndAForm() {
        Person ada = Person.make();
        Session session = Session.of(ada.username());
        for (String bad : List.of(
                "no address",
                "a@b\r\nBcc: x@example.org",
                "a\r\n@example.org",
                "a@b@c.example",
                "@example.org",
                "a@-b.example",
                "a@b..c",
                "a\u200bb@example.org",
                "x".repeat(65) + "@example.org")) {
            assertEquals("invalid_request", changeEmail(session, bad).error(), bad);
        }
        Assumptions.assumeTrue(SharedServer.STORE.equals("redis"), "the age of a session is set in Redis");
        SharedServer.get().openedAgo(session, Duration.ofMinutes(16));
        assertEquals(
                "insufficient_user_authentication",
                changeEmail(session, "x-" + UUID.randomUUID() + "@example.org").error());
    }

    // --- invitations

    @Test
    void anInvitedPersonChoosesAPasswordAndSignsIn() {
        String username = "guest-" + UUID.randomUUID();
        String email = username + "@example.org";
        Answer made = admin(
                "POST",
                "/admin/api/users",
                json("username", username)
                        .add("email", email)
                        .add("language", "de")
                        .add("invite", true));
        assertEquals(201, made.status());
        assertFalse(made.json().containsKey("initial_password"));
        assertFalse(made.json().getBoolean("email_verified"));
        String id = made.json().getString("user_id");

        Mailbox.Received first = mailbox.await(email, "invitation");
        assertTrue(first.text().contains("Guten Tag") || first.text().contains("Konto"), "in German: " + first.text());
        assertEquals(
                204, admin("POST", "/admin/api/users/" + id + "/invite", null).status());
        Mailbox.Received second = mailbox.await(email, "invitation", 2);
        assertNotEquals(first.token(), second.token());
        assertEquals("invalid_link", accept(first.token()).error(), "replaced");

        Answer accepted = accept(second.token());
        assertEquals(200, accepted.status());
        assertEquals(username, accepted.json().getString("username"));
        assertEquals("invalid_link", accept(second.token()).error(), "used");
        Session session = Session.of(new Client(), username, FRESH);
        assertTrue(account(session).getBoolean("email_verified"));
        assertEquals(
                "invalid_request",
                admin("POST", "/admin/api/users/" + id + "/invite", null).error());
    }

    @Test
    void anInvitationIsMadeOfAnAddressAndNoPassword() {
        assertTrue(admin(
                        "POST",
                        "/admin/api/users",
                        json("username", "x-" + UUID.randomUUID()).add("invite", true))
                .body()
                .contains("email"));
        assertTrue(admin(
                        "POST",
                        "/admin/api/users",
                        json("username", "x-" + UUID.randomUUID())
                                .add("email", "x-" + UUID.randomUUID() + "@example.org")
                                .add("password", Session.PASSWORD)
                                .add("invite", true))
                .body()
                .contains("invite"));
        assertEquals(
                404,
                admin("POST", "/admin/api/users/" + UUID.randomUUID() + "/invite", null)
                        .status());
    }

    @Test
    void onlyTheRoleAdminVouchesForAnAddressAndNobodyForTheirOwn() {
        Session helper = Session.withPermission("users:write", "users:read");
        Person ada = Person.make(false);
        Answer refused = helper.with(helper.client.request("PATCH", "/admin/api/users/" + ada.id()))
                .json("{\"email_verified\":true}")
                .send();
        assertEquals("insufficient_permissions", refused.error());
        Answer changed = helper.with(helper.client.request("PATCH", "/admin/api/users/" + ada.id()))
                .json(json("email", "y" + ada.email())
                        .add("language", "en")
                        .build()
                        .toString())
                .send();
        assertEquals(200, changed.status());
        assertFalse(changed.json().getBoolean("email_verified"));

        Session admin = Session.of(Session.newUser("admin", "user"));
        String own = admin.claims().getString("sub");
        assertEquals(
                "invalid_request",
                admin.with(admin.client.request("PATCH", "/admin/api/users/" + own))
                        .json(json("email", "z" + ada.email())
                                .add("email_verified", true)
                                .build()
                                .toString())
                        .send()
                        .error());
        Answer bad = admin("PATCH", "/admin/api/users/" + ada.id(), json("language", "fr"));
        assertTrue(bad.body().contains("en or de"), bad.body());
    }

    // --- the own account

    @Test
    void peopleSeeTheirAccountsAndSetTheLanguageOfMails() {
        Person ada = Person.make();
        Session session = Session.of(ada.username());
        JsonObject before = account(session);
        assertEquals(ada.id(), before.getString("user_id"));
        assertTrue(before.isNull("language"));

        Answer changed = session.with(session.client.request("PATCH", "/auth/account"))
                .json("{\"language\":\"de\"}")
                .send();
        assertEquals("de", changed.json().getString("language"));
        assertEquals(
                "invalid_request",
                session.with(session.client.request("PATCH", "/auth/account"))
                        .json("{\"email\":\"x@example.org\"}")
                        .send()
                        .error());
        assertEquals("missing_token", new Client().get("/auth/account").send().error());
    }

    @Test
    void whoMustChangeThePasswordCanDoNothingElse() {
        Person ada = Person.make();
        admin(
                "PATCH",
                "/admin/api/users/" + ada.id(),
                Json.createObjectBuilder().add("must_change_password", true));
        Session session = Session.of(ada.username());
        assertEquals(
                "password_change_required",
                session.with(session.client.get("/auth/account")).send().error());
        assertEquals(
                "password_change_required",
                changeEmail(session, "x@example.org").error());
        assertEquals(
                "password_change_required", delete(session, Session.PASSWORD).error());
    }

    @Test
    void peopleDeleteTheirAccountsWithTheirPassword() {
        Person ada = Person.make();
        Session session = Session.of(ada.username());
        assertEquals("invalid_credentials", delete(session, "a guess").error());

        assertEquals(204, delete(session, Session.PASSWORD).status());

        assertEquals("token_revoked", session.user().error());
        assertEquals(
                401,
                Session.login(new Client(), ada.username(), Session.PASSWORD)
                        .send()
                        .status());
        assertEquals(404, admin("GET", "/admin/api/users/" + ada.id(), null).status());
        mailbox.await(ada.email(), "account_deleted");
    }

    private static Answer delete(Session session, String password) {
        return session.with(session.client.post("/auth/account/delete"))
                .json(json("password", password).build().toString())
                .send();
    }

    private static JsonObject account(Session session) {
        return session.with(session.client.get("/auth/account")).send().json();
    }

    private static Answer changeEmail(Session session, String email) {
        return session.with(session.client.post("/auth/email"))
                .json(json("email", email).build().toString())
                .send();
    }

    private static Answer accept(String token) {
        return new Client()
                .post("/auth/invitation")
                .json(json("token", token).add("password", FRESH).build().toString())
                .send();
    }

    private static Answer reset(Client client, String token, String password) {
        return client.post("/auth/password/reset")
                .json(json("token", token).add("new_password", password).build().toString())
                .send();
    }

    private static Answer forgot(String name) {
        return forgot(new Client(), name);
    }

    private static Answer forgot(Client client, String name) {
        return client.post("/auth/password/forgot")
                .json(json("username", name).build().toString())
                .send();
    }

    private static JsonObjectBuilder json(String name, String value) {
        return Json.createObjectBuilder().add(name, value);
    }

    private static Answer admin(String method, String path, JsonObjectBuilder body) {
        Session admin = Session.admin();
        Client.Request request = admin.with(admin.client.request(method, path));
        return (body == null ? request : request.json(body.build().toString())).send();
    }

    /** Names and values, without what differs from one answer to the next: the request's id, and when the quota is whole. */
    private static List<String> headers(Answer answer) {
        return answer.headers().stream()
                .map(header -> Set.of("X-Request-Id", "RateLimit", "Date").contains(header.getName())
                        ? header.getName()
                        : header.getName() + ": " + header.getValue())
                .sorted()
                .toList();
    }
}

package com.amplihack.auth.http;

import static com.amplihack.auth.http.AuthenticatorApp.secondStep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonArray;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** {@code auth.mfa=admins}: an administrator gets a second factor first, and administration needs it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("one-store")
class MfaPolicyIT {
    private Path home;
    private ServerProcess server;
    private AuthenticatorApp app;

    @BeforeAll
    void start() {
        home = ServerProcess.freshDirectory("mfa");
        server = ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.of(
                                "mp.config.profile", "dev",
                                "auth.home", home.toString(),
                                "auth.store", "memory",
                                "auth.mfa", "admins",
                                "auth.mfa.remember.days", "1",
                                "jwt.key.size", "2048"),
                        Map.of())
                .ready();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    @Order(1)
    void thePrintedPasswordOpensEnrollmentAlone() {
        Client client = new Client(server.port());
        Answer login = Session.login(client, "admin", server.firstPassword()).send();
        assertTrue(login.json().getBoolean("must_enroll"));
        Session admin = Session.from(client, "admin", login);
        assertEquals(JsonArray.EMPTY_JSON_ARRAY, admin.claims().getJsonArray("roles"));
        assertTrue(admin.claims().getBoolean("must_enroll"));

        for (String path : new String[] {"/admin/api/users", "/api/user", "/auth/api-keys", "/auth/verify"}) {
            Answer refused = admin.with(client.get(path)).send();
            assertEquals(403, refused.status(), path);
            assertEquals("mfa_enrollment_required", refused.error());
        }
        assertEquals(200, admin.with(client.get("/auth/sessions")).send().status());
        assertTrue(admin.with(client.get("/auth/mfa")).send().json().getBoolean("required"));

        app = AuthenticatorApp.enroll(admin);
        assertEquals(
                "mfa_enrollment_required",
                admin.with(client.get("/api/user")).send().error(),
                "the old token");
        admin.refresh();
        assertFalse(admin.claims().containsKey("must_enroll"));
        assertEquals(200, admin.with(client.get("/admin/api/users")).send().status());
    }

    @Test
    @Order(2)
    void administrationNeedsASignInWithTheFactor() {
        Client client = new Client(server.port());
        String token = Session.login(client, "admin", server.firstPassword())
                .send()
                .json()
                .getString("mfa_token");
        Session admin = Session.from(
                client, "admin", secondStep(client, token, "totp", app.next()).send());
        assertEquals(200, admin.with(client.get("/admin/api/users")).send().status());
        assertAChangeNeedsARecentSignIn(admin);

        // somebody becomes an administrator within a session that was opened by password alone
        Session.make(admin, "helper", "user");
        Session helper = Session.of(server, "helper", Session.PASSWORD);
        String id = helper.claims().getString("sub");
        assertEquals(
                200,
                admin.with(client.request("PATCH", "/admin/api/users/" + id))
                        .json("{\"permissions\":[\"users:read\"]}")
                        .send()
                        .status());
        helper.refresh();
        assertTrue(helper.claims().getBoolean("must_enroll"), "also with one permission of the administration");
        AuthenticatorApp own = AuthenticatorApp.enroll(helper);
        helper.refresh();
        assertEquals(
                200, helper.with(helper.client.get("/admin/api/users")).send().status());

        // whose factor is shown only later
        Answer passwordAlone = helper.with(helper.client.post("/auth/reauthenticate"))
                .json("{\"password\":\"" + Session.PASSWORD + "\"}")
                .send();
        assertEquals("mfa_required", passwordAlone.error());
        Answer both = helper.with(helper.client.post("/auth/reauthenticate"))
                .json("{\"password\":\"" + Session.PASSWORD + "\",\"method\":\"totp\",\"code\":\"" + own.next() + "\"}")
                .send();
        assertEquals(200, both.status(), both::body);
    }

    private void assertAChangeNeedsARecentSignIn(Session admin) {
        String genuine = admin.accessToken;
        admin.accessToken = signedInMinutesAgo(genuine, 61);
        assertEquals(
                200, admin.with(admin.client.get("/admin/api/users")).send().status());
        Answer refused = admin.with(admin.client.post("/admin/api/users"))
                .json("{\"username\":\"thief\",\"roles\":[\"admin\"]}")
                .send();
        assertEquals(401, refused.status());
        assertEquals("insufficient_user_authentication", refused.error());
        assertEquals(3600, refused.json().getInt("max_age"));
        assertEquals("urn:amplihack:mfa", refused.json().getString("acr_values"));

        admin.accessToken = signedInMinutesAgo(genuine, 59);
        assertEquals(
                201,
                admin.with(admin.client.post("/admin/api/users"))
                        .json("{\"username\":\"colleague\"}")
                        .send()
                        .status());
        admin.accessToken = genuine;
    }

    private String signedInMinutesAgo(String genuine, int minutes) {
        long then = Instant.now().minus(Duration.ofMinutes(minutes)).getEpochSecond();
        return Forger.signedBy(home, genuine, claims -> claims.claim("auth_time", then));
    }

    @Test
    @Order(3)
    void whoWasAuthenticatedByPasswordAloneIsAskedToStepUp() {
        Client client = new Client(server.port());
        String token = mfaToken(client);
        String device = client.post("/auth/login/mfa")
                .json("{\"mfa_token\":\"" + token + "\",\"method\":\"recovery_code\",\"code\":\""
                        + app.recoveryCodes.get(0) + "\",\"remember_device\":true}")
                .send()
                .cookieValue("device");
        Session remembered = Session.from(
                client,
                "admin",
                Session.login(client, "admin", server.firstPassword())
                        .cookie("device", device)
                        .send());
        Answer refused = remembered.with(client.get("/admin/api/users")).send();
        assertEquals("insufficient_user_authentication", refused.error());
        assertEquals("urn:amplihack:mfa", refused.json().getString("acr_values"));
        assertEquals(200, remembered.user().status(), "everything else goes on");
    }

    @Test
    @Order(4)
    void aSessionFromBeforeTheFirstFactorIsOver() {
        Client client = new Client(server.port());
        Session admin = Session.from(
                client,
                "admin",
                secondStep(client, mfaToken(client), "recovery_code", app.recoveryCodes.get(1))
                        .send());
        Session.make(admin, "second", "admin", "user");
        Session early = Session.of(server, "second", Session.PASSWORD);
        AuthenticatorApp.enroll(Session.of(server, "second", Session.PASSWORD));
        assertEquals(401, early.refreshRequest().send().status());
    }

    @Test
    @Order(5)
    void thePageHasAnAdministratorEnrollFirst() {
        Client client = new Client(server.port());
        Session admin = Session.from(
                client,
                "admin",
                secondStep(client, mfaToken(client), "recovery_code", app.recoveryCodes.get(2))
                        .send());
        Session.make(admin, "third", "admin");
        try (Chromium chromium = new Chromium();
                Pages pages = new Pages(chromium, "http://localhost:" + server.port(), "en-GB").open("/admin/")) {
            pages.enter("Name", "third");
            pages.enter("Password", Session.PASSWORD);
            pages.heading("Secure your account");
            pages.requireAccessible("enrolment");
            pages.click("Set up");
            pages.page.getByText("Enter it by hand").click();
            String secret = pages.page.locator("copy-field code").textContent();
            pages.enter("The code that the app shows", new AuthenticatorApp(secret).next());
            pages.click("I have kept them");
            pages.heading("Overview");
        }
        String token = Session.login(new Client(server.port()), "third", Session.PASSWORD)
                .send()
                .json()
                .getString("mfa_token");
        assertFalse(token.isEmpty(), "from now on with the factor");
    }

    private String mfaToken(Client client) {
        return Session.login(client, "admin", server.firstPassword())
                .send()
                .json()
                .getString("mfa_token");
    }
}

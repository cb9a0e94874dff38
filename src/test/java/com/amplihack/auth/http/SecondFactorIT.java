package com.amplihack.auth.http;

import static com.amplihack.auth.http.AuthenticatorApp.secondStep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Authenticator apps, recovery codes, remembered devices, and another sign-in within a session. */
@Tag("store")
class SecondFactorIT {
    private final Session session = Session.ofNewUser();
    private final AuthenticatorApp app = AuthenticatorApp.enroll(session);
    private final Client client = new Client();

    private String mfaToken() {
        Answer answer =
                Session.login(client, session.username, Session.PASSWORD).send();
        assertEquals(401, answer.status());
        assertEquals("mfa_required", answer.error());
        assertEquals(List.of("Bearer realm=\"amplihack\""), answer.headers("WWW-Authenticate"));
        assertTrue(answer.headers("Set-Cookie").isEmpty(), "no cookie before the second factor");
        return answer.json().getString("mfa_token");
    }

    private static List<String> texts(JsonObject from, String name) {
        return from.getJsonArray(name).getValuesAs(JsonString::getString);
    }

    @Test
    void aSignInTakesBothFactorsAndTheTokenSaysSo() {
        String id = UUID.randomUUID().toString();
        Answer answer = secondStep(client, mfaToken(), "totp", app.next())
                .header("X-Request-Id", id)
                .send();
        Session signedIn = Session.from(client, session.username, answer);

        JsonObject claims = signedIn.claims();
        assertEquals(List.of("pwd", "otp", "mfa"), texts(claims, "amr"));
        assertEquals("urn:amplihack:mfa", claims.getString("acr"));
        assertTrue(Math.abs(Instant.now().getEpochSecond() - claims.getInt("auth_time")) < 60);
        assertEquals(200, signedIn.user().status());
        assertEquals(
                List.of("LOGIN_SUCCESS", "TOKEN_ISSUED"), SharedServer.get().audited(id));

        assertEquals(200, signedIn.refresh().status());
        assertEquals(claims.getInt("auth_time"), signedIn.claims().getInt("auth_time"), "kept over a refresh");
        assertEquals("urn:amplihack:mfa", signedIn.claims().getString("acr"));
    }

    @Test
    void aSecondStepWithoutAFirstIsAudited() {
        String id = UUID.randomUUID().toString();
        Answer answer = secondStep(client, "AAAA", "totp", app.next())
                .header("X-Request-Id", id)
                .send();
        assertEquals("invalid_credentials", answer.error());
        assertEquals(List.of("LOGIN_FAILED"), SharedServer.get().audited(id));
    }

    @Test
    void aWrongCodeForANewAppIsAudited() {
        Session other = Session.ofNewUser();
        assertEquals(200, other.with(other.client.post("/auth/mfa/totp")).send().status());
        String id = UUID.randomUUID().toString();
        Answer refused = other.with(other.client.post("/auth/mfa/totp/confirm"))
                .header("X-Request-Id", id)
                .json("{\"code\":\"000000\"}")
                .send();
        assertEquals("invalid_request", refused.error());
        assertEquals(List.of("FACTOR_REFUSED"), SharedServer.get().audited(id));
    }

    @Test
    void aRecoveryCodeStandsInOnce() {
        String code = app.recoveryCodes.get(0);
        assertEquals(
                200,
                secondStep(client, mfaToken(), "recovery_code", code).send().status());
        Answer again = secondStep(client, mfaToken(), "recovery_code", code).send();
        assertEquals(401, again.status());
        assertEquals(4, again.json().getInt("tries_left"));

        JsonObject factors =
                session.with(session.client.get("/auth/mfa")).send().json();
        assertEquals(9, factors.getInt("recovery_codes_left"));
        assertEquals(List.of("totp", "recovery_code"), texts(factors, "methods"));
        assertFalse(factors.getBoolean("required"));
    }

    /** The code that confirmed the app was a second factor of that session. */
    @Test
    void theEnrollingSessionIsOneWithTwoFactorsAfterItsNextRefresh() {
        assertEquals("urn:amplihack:pwd", session.claims().getString("acr"));
        session.refresh();
        assertEquals("urn:amplihack:mfa", session.claims().getString("acr"));
    }

    @Test
    void newRecoveryCodesVoidTheOldOnes() {
        Answer fresh =
                session.with(session.client.post("/auth/mfa/recovery-codes")).send();
        assertEquals(200, fresh.status());
        assertEquals(10, texts(fresh.json(), "recovery_codes").size());
        String token = mfaToken();
        assertEquals(
                401,
                secondStep(client, token, "recovery_code", app.recoveryCodes.get(1))
                        .send()
                        .status());
        assertEquals(
                200,
                secondStep(
                                client,
                                token,
                                "recovery_code",
                                texts(fresh.json(), "recovery_codes").get(1))
                        .send()
                        .status());
    }

    @Test
    void whoeverRemovesTheAppSignsInByPasswordAlone() {
        assertEquals(
                204,
                session.with(session.client.request("DELETE", "/auth/mfa/totp"))
                        .send()
                        .status());
        assertEquals(
                404,
                session.with(session.client.request("DELETE", "/auth/mfa/totp"))
                        .send()
                        .status());
        assertEquals(
                200,
                Session.login(client, session.username, Session.PASSWORD).send().status());
        JsonObject factors =
                session.with(session.client.get("/auth/mfa")).send().json();
        assertEquals(List.of(), texts(factors, "methods"));
        assertTrue(factors.isNull("totp"));
        assertEquals(0, factors.getInt("recovery_codes_left"));
    }

    @Test
    void aRememberedDeviceNeedsThePasswordAloneUntilItIsForgotten() {
        Answer answer = client.post("/auth/login/mfa")
                .json("{\"mfa_token\":\"" + mfaToken() + "\",\"method\":\"totp\",\"code\":\"" + app.next()
                        + "\",\"remember_device\":true}")
                .send();
        String device = answer.cookieValue("device");

        Answer remembered = Session.login(client, session.username, Session.PASSWORD)
                .cookie("device", device)
                .send();
        Session second = Session.from(client, session.username, remembered);
        assertEquals("urn:amplihack:pwd", second.claims().getString("acr"), "the device is no factor of the sign-in");
        for (Client.Request request : List.of( // what a thief of that session would do
                client.request("DELETE", "/auth/mfa/totp"),
                client.post("/auth/mfa/recovery-codes"),
                client.post("/auth/mfa/totp"))) {
            Answer refused = second.with(request).send();
            assertEquals("insufficient_user_authentication", refused.error());
            assertEquals("urn:amplihack:mfa", refused.json().getString("acr_values"));
        }

        Answer listed = session.with(session.client.get("/auth/mfa/devices")).send();
        JsonObject item = listed.json().getJsonArray("items").getJsonObject(0);
        assertEquals(client.address(), item.getString("ip_address"));
        String path = "/auth/mfa/devices/" + item.getString("device_id");
        String id = UUID.randomUUID().toString();
        assertEquals(
                204,
                session.with(session.client.request("DELETE", path))
                        .header("X-Request-Id", id)
                        .send()
                        .status());
        assertEquals(List.of("DEVICE_FORGOTTEN"), SharedServer.get().audited(id));
        assertEquals(
                404, session.with(session.client.request("DELETE", path)).send().status());
        assertEquals(
                "mfa_required",
                Session.login(client, session.username, Session.PASSWORD)
                        .cookie("device", device)
                        .send()
                        .error());
    }

    @Test
    void whoeverSignsOutEverywhereIsRememberedNowhere() {
        String device = client.post("/auth/login/mfa")
                .json("{\"mfa_token\":\"" + mfaToken() + "\",\"method\":\"totp\",\"code\":\"" + app.next()
                        + "\",\"remember_device\":true}")
                .send()
                .cookieValue("device");
        assertEquals(
                200,
                session.with(session.client.post("/auth/logout-all")).send().status());
        assertEquals(
                "mfa_required",
                Session.login(client, session.username, Session.PASSWORD)
                        .cookie("device", device)
                        .send()
                        .error());
    }

    @Test
    void reauthenticationNeedsBothFactorsAndRenewsTheSignIn() {
        Client.Request request = session.with(session.client.post("/auth/reauthenticate"));
        Answer passwordAlone =
                request.json("{\"password\":\"" + Session.PASSWORD + "\"}").send();
        assertEquals("mfa_required", passwordAlone.error());
        assertFalse(passwordAlone.json().containsKey("mfa_token"));

        Answer codeAlone = session.with(session.client.post("/auth/reauthenticate"))
                .json("{\"method\":\"totp\",\"code\":\"" + app.next() + "\"}")
                .send();
        assertEquals(400, codeAlone.status(), codeAlone::body);
        Answer wrong = session.with(session.client.post("/auth/reauthenticate"))
                .json("{\"password\":\"" + Session.PASSWORD + "\",\"method\":\"totp\",\"code\":\"" + app.wrong()
                        + "\"}")
                .send();
        assertEquals("invalid_credentials", wrong.error());

        Answer both = session.with(session.client.post("/auth/reauthenticate"))
                .json("{\"password\":\"" + Session.PASSWORD + "\",\"method\":\"recovery_code\",\"code\":\""
                        + app.recoveryCodes.get(2) + "\"}")
                .send();
        assertEquals(200, both.status(), both::body);
        JsonObject claims = Session.part(both.json().getString("access_token"), 1);
        assertEquals("urn:amplihack:mfa", claims.getString("acr"));
        assertEquals(session.claims().getString("sid"), claims.getString("sid"));
        assertTrue(both.headers("Set-Cookie").isEmpty());
        assertEquals(
                200,
                session.client
                        .get("/auth/verify?max_age=60&acr=urn:amplihack:mfa")
                        .bearer(both.json().getString("access_token"))
                        .cookie("session_id", session.handle)
                        .send()
                        .status());
    }

    @Test
    void forwardAuthAsksForAStepUp() {
        Session weak = Session.ofNewUser();
        Answer refused =
                weak.with(weak.client.get("/auth/verify?acr=urn:amplihack:mfa")).send();
        assertEquals("insufficient_user_authentication", refused.error());
        assertEquals("urn:amplihack:mfa", refused.json().getString("acr_values"));
        assertEquals(
                List.of("Bearer realm=\"amplihack\", error=\"insufficient_user_authentication\","
                        + " acr_values=\"urn:amplihack:mfa\""),
                refused.headers("WWW-Authenticate"));
        assertEquals(
                200,
                weak.with(weak.client.get("/auth/verify?max_age=900")).send().status());
        assertEquals(
                400,
                weak.with(weak.client.get("/auth/verify?acr=strong")).send().status());
    }

    @Test
    void anAdministratorRemovesALostFactorWhichEndsTheSessions() {
        String userId = session.claims().getString("sub");
        Session admin = Session.admin();
        assertEquals(
                204,
                admin.with(admin.client.request("DELETE", "/admin/api/users/" + userId + "/mfa"))
                        .send()
                        .status());

        assertEquals("token_revoked", session.user().error());
        assertEquals(
                200,
                Session.login(client, session.username, Session.PASSWORD).send().status());
        String own = "/admin/api/users/" + admin.claims().getString("sub") + "/mfa";
        assertEquals(400, admin.with(admin.client.request("DELETE", own)).send().status(), "one's own");
        Session stranger = Session.ofNewUser();
        assertEquals(
                403,
                stranger.with(stranger.client.request("DELETE", own)).send().status());
    }

    @Test
    void theDiagnosisOfASignInNamesTheFactor() {
        Session admin = Session.admin();
        JsonObject diagnosis = admin.with(
                        admin.client.get("/admin/api/users/" + session.claims().getString("sub") + "/sign-in"))
                .send()
                .json()
                .getJsonObject("second_factor");
        assertEquals(List.of("totp", "recovery_code"), texts(diagnosis, "methods"));
        assertEquals(10, diagnosis.getInt("limit"));
        assertEquals(10, diagnosis.getInt("remaining"));
    }

    @Test
    void aChangeOfThePasswordKeepsWhatTheSessionHasShown() {
        session.refresh();
        Answer changed = session.with(session.client.post("/auth/password"))
                .json("{\"current_password\":\"" + Session.PASSWORD
                        + "\",\"new_password\":\"violet kettle 7 harbour\"}")
                .send();
        assertEquals(200, changed.status(), changed::body);
        assertEquals(
                "urn:amplihack:mfa",
                Session.part(changed.json().getString("access_token"), 1).getString("acr"));
        assertEquals(
                "mfa_required",
                Session.login(client, session.username, "violet kettle 7 harbour")
                        .send()
                        .error());
    }
}

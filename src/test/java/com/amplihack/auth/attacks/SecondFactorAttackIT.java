package com.amplihack.auth.attacks;

import static com.amplihack.auth.http.AuthenticatorApp.secondStep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.AuthenticatorApp;
import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What somebody tries who has the password and lacks the second factor. */
@Tag("store")
class SecondFactorAttackIT {
    private final Session victim = Session.ofNewUser();
    private final AuthenticatorApp app = AuthenticatorApp.enroll(victim);
    private final Client attacker = new Client();

    private String mfaToken(Client client) {
        return Session.login(client, victim.username, Session.PASSWORD)
                .send()
                .json()
                .getString("mfa_token");
    }

    private Answer guess(Client client, String token) {
        return secondStep(client, token, "totp", app.wrong()).send();
    }

    private static void assertOver(Answer answer) {
        assertEquals(401, answer.status(), answer::body);
        assertEquals("invalid_credentials", answer.error());
        assertEquals(0, answer.json().getInt("tries_left"));
    }

    /** Else whoever had the password before would go on refreshing for weeks, without ever showing the factor. */
    @Test
    void sessionsFromBeforeTheFirstFactorAreOver() {
        Session owner = Session.ofNewUser();
        Session thief = Session.of(owner.username);
        assertEquals(200, thief.user().status());

        AuthenticatorApp.enroll(owner);

        assertEquals("token_revoked", thief.user().error());
        assertEquals(401, thief.refreshRequest().send().status());
        assertEquals(200, owner.user().status());
    }

    @Test
    void whatLooksLikeAPasskeyUsesUpNobodysCodes() {
        for (int i = 0; i < 12; i++) {
            Answer answer = victim.with(victim.client.post("/auth/reauthenticate"))
                    .json(
                            "{\"method\":\"passkey\",\"assertion\":{\"id\":\"AA\",\"type\":\"public-key\",\"response\":{}}}")
                    .send();
            assertNotEquals(200, answer.status());
        }
        assertEquals(
                200,
                secondStep(attacker, mfaToken(attacker), "totp", app.next())
                        .send()
                        .status());
    }

    @Test
    void whatOnlyDecodesLikeATokenIsRefused() {
        Answer answer =
                secondStep(attacker, "A".repeat(106) + "==", "totp", app.next()).send();
        assertEquals(401, answer.status(), answer::body);
    }

    @Test
    void fiveWrongCodesEndTheSignInAndTheRightOneComesTooLate() {
        String token = mfaToken(attacker);
        for (int left = 4; left >= 1; left--) {
            assertEquals(left, guess(attacker, token).json().getInt("tries_left"));
        }
        // the address has used up its own limit by now: another one would, if the token were not this client's alone
        assertOver(guess(attacker, token));
        assertEquals(429, secondStep(attacker, token, "totp", app.next()).send().status());
    }

    /** Ten wrong codes a day, from any number of addresses, over any number of sign-ins. */
    @Test
    void newSignInsAndNewAddressesBuyNoMoreCodesThanTheAccountsLimit() {
        int looked = 0;
        for (int i = 0; i < 4; i++) {
            Client other = new Client();
            String token = mfaToken(other);
            for (int n = 0; n < 4; n++) {
                Answer answer = guess(other, token);
                looked += answer.status() == 401 ? 1 : 0;
                assertTrue(answer.status() == 401 || answer.status() == 429, answer::body);
            }
        }
        assertEquals(10, looked);
        Client last = new Client();
        Answer right = secondStep(last, mfaToken(last), "totp", app.next()).send();
        assertEquals(429, right.status(), "not even the right one");
        Answer recovery = secondStep(last, mfaToken(last), "recovery_code", app.recoveryCodes.get(0))
                .send();
        assertEquals(429, recovery.status(), "nor by another method");

        Session admin = Session.admin();
        assertEquals(
                204,
                admin.with(admin.client.post(
                                "/admin/api/users/" + victim.claims().getString("sub") + "/unlock"))
                        .send()
                        .status());
        assertEquals(
                200,
                secondStep(last, mfaToken(last), "recovery_code", app.recoveryCodes.get(0))
                        .send()
                        .status());
    }

    @Test
    void racingGuessesAreNoMoreThanTheSignInHasTries() throws Exception {
        Client exempt = Client.from("127.9.0.77"); // each request comes from an address of its own
        String token = mfaToken(attacker);
        ExecutorService guessers = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Answer>> guesses = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                guesses.add(() -> guess(attacker, token));
            }
            long looked = 0;
            for (Future<Answer> guess : guessers.invokeAll(guesses)) {
                Answer answer = guess.get();
                looked += answer.status() == 401 && answer.json().getInt("tries_left") > 0 ? 1 : 0;
            }
            assertTrue(looked <= 4, "with tries left after them: " + looked);
        } finally {
            guessers.shutdownNow();
        }
        assertNotEquals(exempt.address(), attacker.address());
    }

    @Test
    void aTokenIsTheClientsThatGotIt() {
        String token = mfaToken(victim.client);
        assertOver(secondStep(attacker, token, "totp", app.next()).send());
        assertOver(secondStep(victim.client, token, "totp", app.next())
                .header("User-Agent", "another browser")
                .send());
        assertEquals(
                200,
                secondStep(victim.client, token, "recovery_code", app.recoveryCodes.get(0))
                        .send()
                        .status());
    }

    @Test
    void aTokenAndACodeAreGoodOnce() {
        String token = mfaToken(attacker);
        String code = app.next();
        assertEquals(200, secondStep(attacker, token, "totp", code).send().status());
        assertOver(secondStep(attacker, token, "totp", app.next()).send());
        Answer replay = secondStep(attacker, mfaToken(attacker), "totp", code).send();
        assertEquals(401, replay.status());
        assertEquals(4, replay.json().getInt("tries_left"));
    }

    @Test
    void somebodyElsesFactorIsNone() {
        Session other = Session.ofNewUser();
        AuthenticatorApp otherApp = AuthenticatorApp.enroll(other);
        String token = mfaToken(attacker);
        assertEquals(
                401, secondStep(attacker, token, "totp", otherApp.next()).send().status());
        assertEquals(
                401,
                secondStep(attacker, token, "recovery_code", otherApp.recoveryCodes.get(0))
                        .send()
                        .status());
        assertEquals(200, secondStep(attacker, token, "totp", app.next()).send().status(), "it is the victim's still");
    }

    /** A method that the account does not have opens nothing, and counts as a wrong factor. */
    @Test
    void anotherMethodIsNoWayAround() {
        String token = mfaToken(attacker);
        Answer passkey = attacker.post("/auth/login/mfa")
                .json("{\"mfa_token\":\"" + token + "\",\"method\":\"passkey\",\"assertion\":{}}")
                .send();
        assertTrue(List.of(400, 401, 404).contains(passkey.status()), passkey::body);
        Answer password = attacker.post("/auth/login/mfa")
                .json("{\"mfa_token\":\"" + token + "\",\"method\":\"password\",\"code\":\"x\"}")
                .send();
        assertEquals(400, password.status());
        assertEquals(
                401,
                secondStep(attacker, token, "recovery_code", app.next()).send().status());
        assertEquals(
                401,
                secondStep(attacker, token, "totp", app.recoveryCodes.get(0))
                        .send()
                        .status());
    }

    @Test
    void aForgedTokenTellsNothing() {
        assertOver(secondStep(attacker, "A".repeat(108), "totp", "000000").send());
        String token = mfaToken(attacker);
        char last = token.charAt(40);
        assertOver(secondStep(
                        attacker,
                        token.substring(0, 40) + (last == 'A' ? 'B' : 'A') + token.substring(41),
                        "totp",
                        app.next())
                .send());
        assertOver(secondStep(attacker, "x", "totp", "000000").send());
    }

    @Test
    void aPendingSignInDiesWithThePasswordTheSessionsAndTheAccount() {
        String token = mfaToken(attacker);
        assertEquals(
                200, victim.with(victim.client.post("/auth/logout-all")).send().status());
        assertOver(secondStep(attacker, token, "totp", app.next()).send());

        Session again = Session.from(
                victim.client,
                victim.username,
                secondStep(victim.client, mfaToken(victim.client), "recovery_code", app.recoveryCodes.get(0))
                        .send());
        String second = mfaToken(attacker);
        Answer changed = again.with(again.client.post("/auth/password"))
                .json("{\"current_password\":\"" + Session.PASSWORD
                        + "\",\"new_password\":\"violet kettle 7 harbour\"}")
                .send();
        assertEquals(200, changed.status(), changed::body);
        assertOver(secondStep(attacker, second, "recovery_code", app.recoveryCodes.get(1))
                .send());

        Client late = new Client();
        String third = Session.login(late, victim.username, "violet kettle 7 harbour")
                .send()
                .json()
                .getString("mfa_token");
        Session admin = Session.admin();
        assertEquals(
                200,
                admin.with(admin.client.request(
                                "PATCH", "/admin/api/users/" + victim.claims().getString("sub")))
                        .json("{\"enabled\":false}")
                        .send()
                        .status());
        assertOver(secondStep(late, third, "recovery_code", app.recoveryCodes.get(2))
                .send());
    }

    /** Session fixation: whatever session comes along, the finished sign-in opens another one and ends that. */
    @Test
    void theSecondStepOpensASessionOfItsOwn() {
        Session planted = Session.ofNewUser();
        Answer answer = secondStep(attacker, mfaToken(attacker), "totp", app.next())
                .header("Cookie", "session_id=" + planted.handle + "; refresh_token=" + planted.refreshToken)
                .send();

        assertEquals(200, answer.status(), answer::body);
        assertNotEquals(planted.handle, answer.cookieValue("session_id"));
        assertEquals("token_revoked", planted.user().error());
    }
}

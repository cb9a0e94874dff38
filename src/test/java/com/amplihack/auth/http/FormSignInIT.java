package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Signing in by a form, without scripts, over HTTP. What a browser makes of it is in {@code SignInPageIT}. */
@Tag("store")
class FormSignInIT {
    private static final String FORM = "application/x-www-form-urlencoded";

    private final Client client = new Client();
    private final String username = Session.newUser("user");

    @Test
    void theSessionIsInCookiesAndNoTokenInThePage() {
        Answer answer = signIn(Session.PASSWORD).send();

        assertEquals(303, answer.status());
        assertEquals("../signed-in.html", answer.header("Location").orElseThrow());
        assertEquals("no-store", answer.header("Cache-Control").orElseThrow());
        assertTrue(answer.setCookie("session_id").contains("; Secure; HttpOnly; SameSite=Strict"));
        assertEquals("", answer.body());
        Answer refreshed = client.post("/auth/refresh")
                .cookie("refresh_token", answer.cookieValue("refresh_token"))
                .cookie("session_id", answer.cookieValue("session_id"))
                .send();
        assertEquals(200, refreshed.status(), "scripts that are turned on later go on with it");

        Answer out = client.post("/auth/sign-out")
                .cookie("refresh_token", refreshed.cookieValue("refresh_token"))
                .cookie("session_id", refreshed.cookieValue("session_id"))
                .body(FORM, new byte[0])
                .send();
        assertEquals(303, out.status());
        assertTrue(out.setCookie("refresh_token").contains("Max-Age=0"));
        assertEquals(
                "token_revoked",
                client.get("/api/user")
                        .bearer(refreshed.json().getString("access_token"))
                        .cookie("session_id", refreshed.cookieValue("session_id"))
                        .send()
                        .error());
    }

    /** A form may be sent by any page, unlike JSON. */
    @Test
    void anotherSitesFormIsRefused() {
        for (String path : List.of("/auth/sign-in", "/auth/sign-in-factor", "/auth/sign-out", "/v1/auth/sign-in")) {
            for (List<String> header : List.of(
                    List.of("Origin", "https://evil.example"),
                    List.of("Origin", "null"),
                    List.of("Sec-Fetch-Site", "cross-site"),
                    List.of("Sec-Fetch-Site", "none"))) {
                Answer answer = client.post(path)
                        .header(header.get(0), header.get(1))
                        .body(FORM, fields("username", username, "password", Session.PASSWORD))
                        .send();
                assertEquals("origin_not_allowed", answer.error(), path + header);
                assertFalse(answer.header("Set-Cookie").isPresent());
            }
        }
    }

    /** Otherwise the form would be a second five attempts. */
    @Test
    void wrongPasswordsCountInOneQuotaWithThoseOfTheEndpoint() {
        for (int attempt = 0; attempt < 5; attempt++) {
            int status = attempt % 2 == 0
                    ? signIn("a wrong guess").send().status()
                    : Session.login(client, username, "a wrong guess").send().status();
            assertEquals(401, status);
        }
        Answer refused = signIn(Session.PASSWORD).send();

        assertEquals(429, refused.status());
        assertTrue(refused.header("Retry-After").isPresent());
        assertTrue(refused.body()
                .contains("Too many attempts. Try again in "
                        + refused.header("Retry-After").get()));
        assertEquals(
                429, Session.login(client, username, Session.PASSWORD).send().status());
    }

    @Test
    void theSecondFormTakesACodeOrARecoveryCode() {
        AuthenticatorApp app = AuthenticatorApp.enroll(Session.of(username));
        for (boolean recovery : List.of(false, true)) {
            Answer page = signIn(Session.PASSWORD).send();
            assertEquals(200, page.status());
            assertFalse(page.header("Set-Cookie").isPresent());
            String token = page.body().replaceAll("(?s).*name=\"mfa_token\" value=\"([^\"]+)\".*", "$1");
            assertEquals(401, factor(token, app.wrong()).status());

            Answer in = factor(token, recovery ? app.recoveryCodes.get(0) : asShown(app.next()));

            assertEquals(303, in.status(), in::body);
            // each code of the app is good once, and the next one is shown half a minute later
            assertEquals(401, factor(token, app.recoveryCodes.get(1)).status(), "the token is used");
        }
    }

    @Test
    void whatIsNoFormOfOursIsRefused() {
        assertEquals(
                "unsupported_media_type",
                client.post("/auth/sign-in").json("{\"username\":\"a\"}").send().error());
        assertEquals(
                "invalid_request",
                client.post("/auth/sign-in")
                        .body(FORM, "username=a&username=b&password=c".getBytes(StandardCharsets.UTF_8))
                        .send()
                        .error());
        assertEquals(
                "invalid_request",
                client.post("/auth/sign-in")
                        .body(FORM, "username=%zz".getBytes(StandardCharsets.UTF_8))
                        .send()
                        .error());
        assertEquals(
                "too_large",
                client.post("/auth/sign-in").body(FORM, new byte[70_000]).send().error());
        Answer inAddress = client.post(
                        "/auth/sign-in?username=" + username + "&password=" + Session.PASSWORD.replace(" ", "+"))
                .body(FORM, new byte[0])
                .send();
        assertEquals(400, inAddress.status(), "addresses are logged");
    }

    /** Code points after normalization. */
    @Test
    void whatIsEnteredIsAsLongAsInJson() {
        assertEquals(401, signIn("😀".repeat(100)).send().status());
        assertEquals(401, signIn("u\u0308".repeat(100)).send().status());
        assertEquals(400, signIn("u".repeat(2_000)).send().status());
    }

    @Test
    void whatWasEnteredIsEscaped() {
        Answer page = client.post("/auth/sign-in")
                .header("Accept-Language", "de")
                .body(FORM, fields("username", "\"><script>x</script>", "password", "a wrong guess"))
                .send();
        assertEquals(401, page.status());
        assertTrue(page.body().contains("value=\"&quot;&gt;&lt;script&gt;x&lt;/script&gt;\""), page::body);
        assertTrue(page.body().contains("<html lang=\"de\">"));
        assertTrue(page.header("WWW-Authenticate").isPresent());
    }

    private Client.Request signIn(String password) {
        return client.post("/auth/sign-in").body(FORM, fields("username", username, "password", password));
    }

    /** As apps show a code, and people type it. */
    private static String asShown(String code) {
        return code.substring(0, 3) + ' ' + code.substring(3);
    }

    private Answer factor(String token, String code) {
        return client.post("/auth/sign-in-factor")
                .body(FORM, fields("mfa_token", token, "code", code))
                .send();
    }

    private static byte[] fields(String... pairs) {
        return IntStream.range(0, pairs.length / 2)
                .mapToObj(i -> pairs[2 * i] + "=" + URLEncoder.encode(pairs[2 * i + 1], StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"))
                .getBytes(StandardCharsets.US_ASCII);
    }
}

package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import jakarta.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signing in at {@code /}, in a real browser. Skipped, with a word, where no Chromium is installed. */
@Timeout(60)
@Tag("one-store")
class SignInPageIT {
    private static final String FRESH = "violet kettle 7 harbour";
    private static final String WRONG = "That name and password do not match.";

    private static Chromium chromium;

    /** Calls the server from an address of its own, so that wrong passwords count against nobody else. */
    private static LossyProxy network;

    @BeforeAll
    static void startChromium() {
        chromium = new Chromium();
        network = new LossyProxy();
    }

    @AfterAll
    static void endChromium() {
        if (chromium != null) {
            network.close();
            chromium.close();
        }
    }

    private static Pages pages() {
        network.move();
        return new Pages(chromium, network.url(), "en-GB");
    }

    @Test
    void aPersonSignsInAndOutByKeyboardAlone() {
        String username = Session.newUser("user");
        try (Pages pages = pages()) {
            Page page = pages.open("/").page;
            pages.heading("Sign in");
            pages.requireAccessible("name");
            pages.picture("sign-in");
            assertEquals("username webauthn", pages.field("Name").getAttribute("autocomplete"));
            page.keyboard().type(username); // the field has the focus
            page.keyboard().press("Enter");
            pages.field("Password").waitFor();
            assertEquals("current-password", pages.field("Password").getAttribute("autocomplete"));
            assertEquals(username, pages.field("Name").inputValue(), "for password managers");
            pages.requireAccessible("password");
            pages.field("Password").focus();
            page.keyboard().type("a wrong guess");
            page.keyboard().press("Enter");
            pages.alert(WRONG);
            pages.requireAccessible("refused");
            pages.enter("Password", Session.PASSWORD);
            pages.heading("Overview");
            assertEquals(username, page.locator(".who").textContent());

            pages.button("Sign out").focus();
            page.keyboard().press("Enter");
            pages.sees("You are signed out.");
        }
    }

    @Test
    void theFirstViewIsSmallAndTheSecondIsCached() {
        try (Pages pages = pages()) {
            Page page = pages.open("/").page;
            pages.heading("Sign in");
            page.waitForLoadState();
            String bytes =
                    "() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
                            + ".reduce((sum, entry) => sum + entry.transferSize, 0)";
            int cold = ((Number) page.evaluate(bytes)).intValue();
            assertTrue(cold > 20_000 && cold < 150_000, cold + " bytes");
            assertEquals(
                    0,
                    page.evaluate(
                            "() => performance.getEntriesByType('resource').filter(({ name }) => /chart/.test(name)).length"));
            page.reload();
            pages.heading("Sign in");
            int warm = ((Number) page.evaluate(bytes)).intValue();
            assertTrue(warm < cold / 2, warm + " bytes");
        }
    }

    @Test
    void aSecondFactorFollowsThePassword() {
        String username = Session.newUser("user");
        AuthenticatorApp app = AuthenticatorApp.enroll(Session.of(username));
        try (Pages pages = pages()) {
            pages.open("/");
            pages.enter("Name", username);
            pages.enter("Password", Session.PASSWORD);
            pages.heading("Second step");
            pages.requireAccessible("second step");
            assertEquals("one-time-code", code(pages).getAttribute("autocomplete"));
            code(pages).fill(app.wrong());
            pages.page.keyboard().press("Enter");
            pages.alert("That code is not right. 4 tries are left.");
            pages.page.getByLabel("Do not ask again on this device for 30 days").check();
            code(pages).fill(app.next());
            pages.page.keyboard().press("Enter");
            pages.heading("Overview");

            pages.click("Sign out");
            pages.enter("Name", username);
            pages.enter("Password", Session.PASSWORD);
            pages.heading("Overview"); // the device is remembered
        }
    }

    @Test
    void aRecoveryCodeReplacesALostPhone() {
        String username = Session.newUser("user");
        AuthenticatorApp app = AuthenticatorApp.enroll(Session.of(username));
        try (Pages pages = new Pages(chromium, network.url(), "de-AT")) {
            pages.open("/");
            assertEquals("de", pages.page.evaluate("document.documentElement.lang"));
            pages.enter("Name", username);
            pages.enter("Passwort", Session.PASSWORD);
            pages.heading("Zweiter Schritt");
            pages.click("Wiederherstellungscode verwenden");
            pages.requireAccessible("recovery code");
            code(pages).fill(app.recoveryCodes.get(0));
            pages.page.keyboard().press("Enter");
            pages.heading("Übersicht");
        }
    }

    private static com.microsoft.playwright.Locator code(Pages pages) {
        return pages.page.locator("input[name=code]");
    }

    @Test
    void aForgottenPasswordIsReplacedByMail() {
        String username = person(false);
        try (Pages pages = pages()) {
            pages.open("/");
            pages.enter("Name", username);
            pages.click("Forgotten your password?");
            pages.requireAccessible("forgotten password");
            pages.enter("Name or mail address", username);
            pages.heading("Look into your mail");
            assertEquals("Look into your mail", pages.focused(), "or a screen reader would tell nothing");
            String link = Mailbox.ofSharedServer()
                    .await(username + "@example.org", "password_reset")
                    .link();

            pages.open(link.substring(link.indexOf("/link.html")));

            pages.heading("Choose a new password");
            pages.requireAccessible("reset");
            pages.field("New password").fill(FRESH);
            pages.enter("New password again", FRESH);
            pages.alert("Your password is set.");
            pages.page.getByText("Back to signing in").click();
            pages.enter("Name", username);
            pages.enter("Password", FRESH);
            pages.heading("Overview");
        }
    }

    @Test
    void aPasswordThatSomebodyElseHasGivenIsChangedFirst() {
        String username = person(true);
        try (Pages pages = pages()) {
            pages.open("/");
            pages.enter("Name", username);
            pages.enter("Password", Session.PASSWORD);
            pages.heading("Change your password");
            pages.requireAccessible("forced change");
            pages.field("Current password").fill(Session.PASSWORD);
            pages.field("New password").fill("short");
            pages.enter("New password again", "short");
            pages.sees("At least 15 characters.");
            pages.alert("This password cannot be used: it is too short");
            pages.field("New password").fill(FRESH);
            pages.enter("New password again", FRESH);
            pages.heading("Overview");
        }
    }

    /** As where {@code auth.mfa=required}: the token says so, which the page reads and only the server enforces. */
    @Test
    void whoMustHaveASecondFactorGetsOneFirst() {
        String username = Session.newUser("user");
        try (Pages pages = pages()) {
            pages.page.route("**/auth/login", route -> {
                var answer = route.fetch();
                route.fulfill(new Route.FulfillOptions()
                        .setResponse(answer)
                        .setBody(answer.text().replaceFirst("\\.([\\w-]+)\\.", "." + mustEnroll(answer.text()) + ".")));
            });
            pages.open("/");
            pages.enter("Name", username);
            pages.enter("Password", Session.PASSWORD);
            pages.heading("Secure your account");
            pages.requireAccessible("enrolment");
            pages.click("Set up");
            pages.page.getByText("Enter it by hand").click();
            AuthenticatorApp app =
                    new AuthenticatorApp(pages.page.locator(".copy-field code").textContent());
            pages.enter("The code that the app shows", app.next());
            pages.heading("Recovery codes");
            pages.click("I have kept them");
            pages.heading("Overview");
        }
    }

    private static String mustEnroll(String answer) {
        String payload = answer.split("\\.")[1];
        String json = new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(
                        json.replaceFirst("\\{", "{\"must_enroll\":true,").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aSessionThatEndsWhileThePageIsOpenIsToldAndGoesOnWhereItWas() {
        String username = Session.newUser("user");
        try (Pages pages = pages().signIn(username)) {
            pages.open("/#/keys");
            pages.sees("You have no key yet."); // loaded: a request that comes later is refused too early
            Session other = Session.of(username);
            other.with(other.client.post("/auth/logout-all")).send();

            pages.click("Make a key");
            pages.field("Name").fill("late");
            pages.page.keyboard().press("Enter");

            pages.sees("Your session is over. Sign in again to go on where you were.");
            assertEquals(0, pages.page.locator("dialog").count());
            pages.requireAccessible("session over");
            pages.enter("Name", username);
            pages.enter("Password", Session.PASSWORD);
            pages.heading("API keys");
        }
    }

    @Test
    void everyRefusalIsToldInWords() {
        try (Pages pages = pages()) {
            pages.open("/");
            pages.enter("Name", "ada");
            Map.of(
                            "429 rate_limited", "Too many attempts.",
                            "503 store_unavailable", "The service cannot answer just now.",
                            "503 overloaded", "The service is busy.",
                            "403 tls_required", "This page was opened without encryption.",
                            "403 origin_not_allowed", "This page is not allowed to do that.",
                            "400 invalid_request", "The service cannot take this: <b>name</b>",
                            "500 internal_error", "That did not work.")
                    .forEach((refusal, words) -> {
                        answerLogin(pages, refusal, "5");
                        pages.enter("Password", "whatever");
                        pages.alert(words);
                    });
            pages.page.route("**/auth/login", Route::abort);
            pages.enter("Password", "whatever");
            pages.alert("The service does not answer.");
        }
    }

    @Test
    void aRetryAfterIsCountedDown() {
        try (Pages pages = pages()) {
            pages.context.clock().install();
            pages.open("/");
            pages.enter("Name", "ada");
            answerLogin(pages, "429 rate_limited", "65");
            pages.enter("Password", "whatever");
            pages.sees("Possible again in 1:0");
            pages.context.clock().fastForward("00:20");
            pages.sees("Possible again in 0:4");
            pages.context.clock().fastForward("00:50");
            pages.page
                    .getByText("Possible again in")
                    .waitFor(new com.microsoft.playwright.Locator.WaitForOptions()
                            .setState(com.microsoft.playwright.options.WaitForSelectorState.DETACHED));
        }
    }

    @Test
    void aNoticeStaysWhileItHasTheFocus() {
        try (Pages pages = pages()) {
            pages.context.clock().install();
            pages.open("/");
            pages.heading("Sign in");
            pages.page.evaluate("async () => (await import('/ui/toast.js')).toast('Done.', { undo() {} })");
            pages.button("Undo").focus();
            pages.context.clock().fastForward("00:30");
            assertTrue(pages.button("Undo").isVisible());
            pages.field("Name").focus();
            pages.context.clock().fastForward("00:30");
            assertEquals(0, pages.page.locator(".toast").count());
        }
    }

    private static void answerLogin(Pages pages, String refusal, String retryAfter) {
        String[] parts = refusal.split(" ");
        pages.page.unrouteAll();
        pages.page.route(
                "**/auth/login",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(Integer.parseInt(parts[0]))
                        .setContentType("application/problem+json")
                        .setHeaders(Map.of("Retry-After", retryAfter, "Content-Type", "application/problem+json"))
                        .setBody("{\"error\":\"" + parts[1] + "\",\"detail\":\"<b>name</b>\"}")));
    }

    @Test
    void theLanguageAndTheColoursStayAsChosen() {
        try (Pages pages = pages()) {
            Page page = pages.open("/").page;
            page.getByLabel("Language").selectOption("de");
            pages.heading("Anmelden");
            page.getByLabel("Farben").selectOption("dark");
            page.reload();
            pages.heading("Anmelden");
            assertEquals("dark", page.evaluate("document.documentElement.dataset.theme"));
            pages.requireAccessible("dark by choice");
        }
    }

    @Test
    void withoutScriptsAFormSignsInWithBothFactors() {
        String username = Session.newUser("user");
        AuthenticatorApp app = AuthenticatorApp.enroll(Session.of(username));
        network.move();
        try (Pages pages = new Pages(chromium, network.url(), options -> options.setJavaScriptEnabled(false)
                .setLocale("de-DE"))) {
            Page page = pages.open("/").page;
            pages.field("Name").fill(username);
            pages.field("Passwort").fill("<script>alert(1)</script>");
            page.keyboard().press("Enter");
            pages.alert("Name und Passwort passen nicht zusammen.");
            assertEquals(username, pages.field("Name").inputValue());
            pages.enter("Passwort", Session.PASSWORD);
            pages.heading("Zweiter Schritt");
            pages.enter("Code", app.wrong());
            pages.alert("Dieser Code stimmt nicht.");
            pages.enter("Code", app.next());
            pages.heading("Sie sind angemeldet");
            assertEquals(
                    List.of("device", "refresh_token", "session_id"),
                    pages.context.cookies().stream()
                            .map(cookie -> cookie.name)
                            .sorted()
                            .toList());
            pages.click("Abmelden");
            pages.heading("Anmelden");
            assertEquals(
                    List.of("device"),
                    pages.context.cookies().stream().map(cookie -> cookie.name).toList());
        }
    }

    @Test
    void aPageBehindAProxysPrefixWorks() {
        String username = Session.newUser("user");
        try (Pages pages = pages()) {
            pages.page.route(
                    "**/sso/**",
                    route -> route.resume(new Route.ResumeOptions()
                            .setUrl(route.request().url().replace("/sso/", "/"))));
            pages.open("/sso/");
            pages.enter("Name", username);
            pages.field("Password").waitFor();
            assertTrue(pages.page
                    .evaluate("() => performance.getEntriesByType('resource').map(({ name }) => name)")
                    .toString()
                    .contains("/sso/webjars/lit-html/"));
            assertFalse(pages.page.getByRole(AriaRole.ALERT).first().isVisible());
        }
    }

    /** The name of somebody with a verified address. */
    private static String person(boolean mustChange) {
        String username = "user-" + UUID.randomUUID();
        Session admin = Session.admin();
        assertEquals(
                201,
                admin.with(admin.client.post("/admin/api/users"))
                        .json(Json.createObjectBuilder()
                                .add("username", username)
                                .add("password", Session.PASSWORD)
                                .add("must_change_password", mustChange)
                                .add("email", username + "@example.org")
                                .add("email_verified", true)
                                .build()
                                .toString())
                        .send()
                        .status());
        return username;
    }
}

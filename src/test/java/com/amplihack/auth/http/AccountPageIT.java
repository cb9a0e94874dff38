package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One's own account at {@code /}, in a real browser. Skipped, with a word, where no Chromium is installed. */
@Timeout(60)
@Tag("one-store")
class AccountPageIT extends ProxyFixture {
    private static final String HOSTILE = "<img src=x onerror=window.pwned=1>\"'><script>pwned=1</script>";

    private static Chromium chromium;

    @BeforeAll
    static void startChromium() {
        chromium = new Chromium();
    }

    @AfterAll
    static void endChromium() {
        if (chromium != null) {
            chromium.close();
        }
    }

    private static Pages pages() {
        return new Pages(chromium, Pages.server(), "en-GB");
    }

    /** What somebody does who has never seen the page. */
    @Test
    void aNewcomerAddsAPasskeyMakesAKeyAndUsesItWithCurl() throws Exception {
        String username = userWith("chat:write");
        try (Pages pages = pages()) {
            pages.plugInAuthenticator();
            pages.signIn(username);
            Page page = pages.page;
            page.getByText("Add your first one.").waitFor();
            pages.requireAccessible("overview");
            pages.picture("account");
            page.locator(".card a", new Page.LocatorOptions().setHasText("Passkeys"))
                    .click();
            pages.sees("You have no passkey yet.");
            pages.click("Add a passkey");
            pages.requireAccessible("dialog");
            pages.enter("Name of the passkey", "my laptop");
            pages.sees("The passkey is added.");
            pages.requireAccessible("sign-in settings");
            pages.picture("passkeys");
            // the browser offers the passkey at the field for the name, and this one takes it at once
            page.waitForResponse("**/auth/login/passkey", () -> pages.click("Sign out"));
            pages.heading("Sign-in");

            page.getByText("API keys").first().click();
            pages.click("Make a key");
            pages.enter("Name", "build server");
            pages.heading("Key “build server”");
            pages.requireAccessible("key");
            pages.picture("api-key");
            String command = page.locator("dialog pre").first().textContent();
            String key = page.locator("dialog .copy-field code").textContent();
            page.locator("dialog copy-button button").first().click();
            pages.sees("Copied");
            assertEquals(command, page.evaluate("() => navigator.clipboard.readText()"));
            assertTrue(command.contains(key));
            Process curl = new ProcessBuilder("bash", "-c", command + " -s")
                    .redirectErrorStream(true)
                    .start();
            String answer = new String(curl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertTrue(answer.contains("\"username\":\"" + username + "\""), answer);
            pages.click("Done");
            page.waitForCondition(() -> page.locator("dialog").count() == 0); // its event comes a moment later
            assertEquals(0, page.getByText(key).count(), "shown this once");
            page.reload();
            pages.sees("used now from");
            pages.requireAccessible("keys");
            pages.click("Revoke “build server”");
            page.locator("dialog button.danger").click();
            pages.sees("“build server” does not work any more.");
            pages.sees("You have no key yet.");
        }
    }

    @Test
    void aPasskeyIsRenamedRenamedBackAndRemoved() {
        String username = Session.newUser("user");
        try (Pages pages = pages()) {
            pages.plugInAuthenticator();
            pages.signIn(username);
            pages.open("/#/security");
            pages.click("Add a passkey");
            pages.enter("Name of the passkey", "laptop");
            pages.click("Rename “laptop”");
            pages.enter("Name of the passkey", "phone");
            pages.sees("The passkey is renamed.");
            pages.button("Rename “phone”").waitFor();
            pages.click("Undo");
            pages.button("Rename “laptop”").waitFor();
            pages.click("Remove “laptop”");
            pages.click("Remove");
            pages.heading("Confirm that it is you"); // by both factors, now that there are two
            pages.enter("Password", Session.PASSWORD);
            pages.sees("Your account also needs its passkey."); // there is no code to ask for
            pages.requireAccessible("step-up by passkey");
            assertEquals("Use a passkey", pages.focused());
            pages.page.keyboard().press("Enter");
            pages.sees("You have no passkey yet.");
        }
    }

    @Test
    void aPasskeyIsASecondStepAfterThePassword() {
        String username = Session.newUser("user");
        try (Pages pages = pages()) {
            VirtualAuthenticator authenticator = pages.plugInAuthenticator();
            pages.signIn(username);
            pages.open("/#/security");
            pages.click("Add a passkey");
            pages.enter("Name of the passkey", "laptop");
            pages.sees("The passkey is added.");
            authenticator.touched(false); // or it answers as soon as the field for the name is there
            pages.click("Sign out");
            pages.enter("Name", username);
            pages.enter("Password", Session.PASSWORD);
            pages.heading("Second step");
            pages.requireAccessible("passkey as second step");
            authenticator.touched(true);
            refuseOnce(pages, "**/auth/login/mfa", 401, "{\"error\":\"invalid_credentials\",\"tries_left\":4}");
            pages.click("Use a passkey");
            pages.alert("The service does not accept this passkey."); // neither a name nor a code was asked for
            pages.click("Use a passkey");
            pages.heading("Sign-in");
        }
    }

    @Test
    void anAuthenticatorAppIsSetUpByItsCodeAndTurnedOff() {
        String username = Session.newUser("user");
        try (Pages pages = pages().signIn(username)) {
            Page page = pages.open("/#/security").page;
            pages.click("Set up");
            page.getByAltText("QR code for your authenticator app").waitFor();
            assertTrue(((Number) page.evaluate("document.querySelector('img.qr').naturalWidth")).intValue() > 0);
            page.getByText("Enter it by hand").click();
            AuthenticatorApp app =
                    new AuthenticatorApp(page.locator(".copy-field code").textContent());
            pages.requireAccessible("authenticator app");
            pages.picture("authenticator-app");
            pages.enter("The code that the app shows", app.wrong());
            pages.alert("That code is not right. Enter the one that the app shows now");
            pages.enter("The code that the app shows", app.next());
            pages.heading("Recovery codes");
            assertEquals(10, page.locator("ol.codes li").count());
            pages.requireAccessible("recovery codes");
            page.emulateMedia(new Page.EmulateMediaOptions().setMedia(com.microsoft.playwright.options.Media.PRINT));
            assertFalse(page.locator("account-app").isVisible(), "on paper are the codes alone");
            assertTrue(page.locator("ol.codes").isVisible());
            page.emulateMedia(new Page.EmulateMediaOptions().setMedia(com.microsoft.playwright.options.Media.SCREEN));
            pages.click("I have kept them");
            pages.sees("10 left");
            pages.click("Turn off");
            page.locator("dialog button.danger").click();
            pages.sees("The authenticator app is turned off.");
        }
    }

    /** RFC 9470: the call is repeated once the user has shown that it is them. */
    @Test
    void whatNeedsARecentSignInAsksForItAndGoesOn() {
        String username = Session.newUser("user");
        try (Pages pages = pages().signIn(username)) {
            pages.open("/#/keys");
            pages.click("Make a key");
            refuseOnce(pages, "**/auth/api-keys");
            pages.enter("Name", "first");
            pages.heading("Confirm that it is you");
            pages.requireAccessible("step-up");
            assertEquals(
                    List.of("Make a key", "Confirm that it is you"),
                    pages.page.evaluate("() => [...document.querySelectorAll('dialog')].map(dialog =>"
                            + " document.getElementById(dialog.getAttribute('aria-labelledby')).textContent)"),
                    "each has its own title");
            pages.page.keyboard().press("Escape");
            pages.page
                    .locator("step-up-form")
                    .waitFor(new Locator.WaitForOptions()
                            .setState(com.microsoft.playwright.options.WaitForSelectorState.DETACHED));
            assertEquals("first", pages.field("Name").inputValue(), "nothing was sent, nothing is lost");

            refuseOnce(pages, "**/auth/api-keys");
            pages.enter("Name", "second");
            pages.heading("Confirm that it is you");
            assertEquals(
                    username, pages.page.locator("step-up-form [name=username]").inputValue(), "for password managers");
            pages.enter("Password", "a wrong guess");
            pages.alert("That is not right. Check the password"); // no name was asked for
            pages.enter("Password", Session.PASSWORD);
            pages.heading("Key “second”");
        }
    }

    private static void refuseOnce(Pages pages, String path) {
        refuseOnce(pages, path, 401, "{\"error\":\"insufficient_user_authentication\",\"max_age\":900}");
    }

    private static void refuseOnce(Pages pages, String path, int status, String problem) {
        pages.page.route(
                path,
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(status)
                        .setHeaders(Map.of("Content-Type", "application/problem+json"))
                        .setBody(problem)),
                new Page.RouteOptions().setTimes(1));
    }

    @Test
    void aRefusedKeyKeepsItsFormAndAKeyIsReplaced() {
        String username = Session.newUser("user");
        try (Pages pages = pages().signIn(username)) {
            Page page = pages.open("/#/keys").page;
            pages.click("Make a key");
            refuseOnce(pages, "**/auth/api-keys", 400, "{\"error\":\"invalid_request\",\"detail\":\"cidrs: no.\"}");
            pages.enter("Name", "robot");
            pages.alert("The service cannot take this: cidrs: no.");
            pages.enter("Name", pages.field("Name").inputValue());
            pages.heading("Key “robot”");
            pages.click("Done");

            pages.click("Replace “robot”");
            page.locator("dialog button[type=submit]").click();
            pages.heading("Key “robot”");
            String key = page.locator("dialog .copy-field code").textContent();
            assertEquals(200, new Client().get("/api/user").bearer(key).send().status());
        }
    }

    @Test
    void aPasswordIsChangedWhenTheCurrentOneIsRight() {
        String username = Session.newUser("user");
        String fresh = "violet kettle 7 harbour";
        try (Pages pages = pages().signIn(username)) {
            pages.open("/#/security");
            pages.click("Change");
            pages.sees("At least 15 characters.");
            change(pages, Session.PASSWORD, "short");
            pages.alert("This password cannot be used: it is too short");
            change(pages, "not the current one", fresh);
            pages.alert("That password is not right.");
            change(pages, Session.PASSWORD, fresh);
            pages.sees("Your password is changed; all other sessions have ended.");
            assertEquals(
                    200, Session.login(new Client(), username, fresh).send().status());
        }
    }

    private static void change(Pages pages, String current, String fresh) {
        pages.field("Current password").fill(current);
        pages.field("New password").fill(fresh);
        pages.enter("New password again", fresh);
    }

    @Test
    void recoveryCodesAreReplacedAndADeviceIsForgotten() {
        String username = Session.newUser("user");
        AuthenticatorApp app = AuthenticatorApp.enroll(Session.of(username));
        try (Pages pages = pages().open("/")) {
            Page page = pages.page;
            pages.enter("Name", username);
            pages.enter("Password", Session.PASSWORD);
            pages.heading("Second step");
            page.getByLabel("Do not ask again on this device for 30 days").check();
            page.locator("[name=code]").fill(app.next());
            page.keyboard().press("Enter");
            pages.heading("Overview");

            pages.open("/#/security");
            pages.click("New recovery codes");
            page.locator("dialog button[type=submit]").click();
            pages.heading("Recovery codes");
            List<String> codes = page.locator("ol.codes li").allTextContents();
            assertEquals(10, codes.size());
            assertTrue(Collections.disjoint(app.recoveryCodes, codes));
            pages.click("I have kept them");

            pages.open("/#/devices");
            pages.heading("Devices without a second step");
            page.getByText("Forget", new Page.GetByTextOptions().setExact(true)).click();
            pages.sees("will be asked for the second factor again.");
        }
    }

    /** A browser says so by a {@code TypeError}. */
    @Test
    void aPasskeyWithoutANetworkIsToldAsThat() {
        try (Pages pages = pages()) {
            pages.plugInAuthenticator();
            pages.signIn(Session.newUser("user"));
            pages.open("/#/security");
            pages.sees("You have no passkey yet.");
            pages.page.route("**/auth/passkeys/options", Route::abort);
            pages.click("Add a passkey");
            pages.enter("Name of the passkey", "laptop");
            pages.alert("The service does not answer.");
        }
    }

    @Test
    void devicesHaveNamesAndAreSignedOut() {
        String username = Session.newUser("user");
        Session other = Session.from(
                new Client(),
                username,
                Session.login(new Client(), username, Session.PASSWORD)
                        .header("User-Agent", "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0")
                        .send());
        try (Pages pages = pages().signIn(username)) {
            pages.open("/#/devices");
            pages.sees("Firefox on Android");
            pages.sees("This device");
            pages.requireAccessible("devices");
            pages.picture("devices");
            pages.click("Sign out Firefox on Android");
            pages.sees("Firefox on Android is signed out.");
            assertEquals(401, other.refresh().status());

            pages.click("Sign out everywhere");
            pages.page.locator("dialog button.danger").click();
            pages.heading("Sign in");
        }
    }

    @Test
    void usageIsAChartWithATableAndTheBudgetSaysWhatIsLeft() {
        String username = userWith("chat:write");
        Session session = Session.of(username);
        Session admin = Session.admin();
        assertEquals(
                200,
                admin.with(admin.client.request(
                                "PUT", "/admin/api/users/" + session.claims().getString("sub") + "/budget"))
                        .json("{\"tokens\":100000,\"window\":\"month\"}")
                        .send()
                        .status());
        answer(BudgetIT.chat(1_200, 340));
        assertEquals(
                200,
                request(session, "POST", CHAT)
                        .json("{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}")
                        .send()
                        .status());
        try (Pages pages = pages().signIn(username)) {
            pages.open("/#/usage");
            pages.sees("98,460 of 100,000 tokens left");
            pages.page.waitForFunction(
                    "() => globalThis.Chart !== undefined && document.querySelector('canvas').height > 0");
            Locator days = pages.page.locator("chart-view[caption='Tokens of the last 30 days']");
            days.getByText("Numbers as a table").click();
            assertEquals(30, days.locator("tbody tr").count());
            Locator models = pages.page.locator("chart-view[caption='Tokens of the last 30 days by model']");
            models.getByText("Numbers as a table").click();
            assertEquals(
                    List.of("gpt-4o-mini", "1,200", "340"),
                    models.locator("tbody tr > *").allTextContents());
            pages.requireAccessible("usage");
        }
    }

    @Test
    void theProfileChangesAddressAndLanguageGivesTheDataAndDeletesTheAccount() throws IOException {
        String username = Session.newUser("user");
        String address = username + "@example.org";
        try (Pages pages = pages().signIn(username)) {
            Page page = pages.open("/#/profile").page;
            pages.sees("None yet.");
            pages.requireAccessible("profile");
            page.getByLabel("Language of mails").selectOption("de");
            pages.sees("The language of mails is changed.");
            pages.enter("New address", address);
            pages.sees("A mail is on its way to " + address);
            String link = Mailbox.ofSharedServer()
                    .await(address, "email_verification")
                    .link();
            Page second = pages.context.newPage();
            second.navigate(Pages.server() + link.substring(link.indexOf("/link.html")));
            second.getByText("Confirm the address").click();
            second.getByText(address + " is the address of your account now.").waitFor();

            Download download = page.waitForDownload(() -> pages.click("Download"));
            try (InputStream file = download.createReadStream()) {
                JsonObject data = Json.createReader(file).readObject();
                assertEquals(address, data.getJsonObject("account").getString("email"));
                assertEquals("de", data.getJsonObject("account").getString("language"));
                assertEquals(1, data.getJsonArray("sessions").size());
                assertTrue(data.keySet().containsAll(List.of("passkeys", "api_keys", "usage", "remembered_devices")));
            }

            pages.click("Delete the account");
            pages.enter("Password", "a wrong guess");
            pages.alert("That password is not right.");
            pages.click("Delete the account");
            pages.field("Password").fill(Session.PASSWORD);
            page.keyboard().press("Enter");
            pages.heading("Sign in");
            assertEquals(
                    401,
                    Session.login(new Client(), username, Session.PASSWORD)
                            .send()
                            .status());
        }
    }

    @Test
    void nothingThatIsStoredBecomesMarkup() {
        String username =
                HOSTILE.substring(0, 34) + UUID.randomUUID().toString().substring(0, 8);
        make(username, "chat:write");
        Session session = Session.of(username);
        answer(BudgetIT.chat(12, 34));
        assertEquals(
                200,
                request(session, "POST", CHAT)
                        .json(Json.createObjectBuilder()
                                .add("model", "<img/src=x/onerror=window.pwned=1>")
                                .add("messages", Json.createArrayBuilder())
                                .build()
                                .toString())
                        .send()
                        .status());
        Session.login(new Client(), username, Session.PASSWORD)
                .header("User-Agent", HOSTILE)
                .send();
        assertEquals(
                201,
                session.with(session.client.post("/auth/api-keys"))
                        .json(Json.createObjectBuilder()
                                .add("name", HOSTILE)
                                .build()
                                .toString())
                        .send()
                        .status());
        try (Pages pages = pages()) {
            pages.plugInAuthenticator();
            pages.signIn(username);
            for (String view : List.of("", "keys", "devices", "usage", "profile")) {
                pages.open("/#/" + view);
                pages.page.locator("h2").first().waitFor();
                pages.page
                        .locator("main")
                        .getByText(Pattern.compile("<img.src=x"))
                        .locator("visible=true") // and not the closed table of a chart
                        .first()
                        .waitFor();
                assertEquals(0, pages.page.locator("main img").count(), view);
            }
            pages.open("/#/devices");
            pages.click("Sign out " + HOSTILE.substring(0, 60));
            pages.page.locator(".toast").getByText("<img src=x").waitFor();
            pages.open("/#/security");
            pages.click("Add a passkey");
            pages.enter("Name of the passkey", HOSTILE);
            pages.page.locator("strong").getByText("<img src=x").waitFor();
            pages.click("Remove “" + HOSTILE + "”");
            pages.page.locator("dialog h2").getByText("<img src=x").waitFor();
            assertEquals(0, pages.page.locator("img[src=x]").count());
            assertNull(pages.page.evaluate("window.pwned"));
        }
    }

    @Test
    void germanHasAllOfIt() {
        String username = Session.newUser("user");
        try (Pages pages = new Pages(chromium, Pages.server(), "de-DE")) {
            pages.open("/");
            pages.enter("Name", username);
            pages.enter("Passwort", Session.PASSWORD);
            pages.heading("Übersicht");
            for (String view : List.of("security", "devices", "keys", "usage", "profile")) {
                pages.open("/#/" + view);
                pages.page.locator("h2").first().waitFor();
                if (List.of("security", "keys").contains(view)) {
                    pages.requireAccessible(view);
                } else {
                    pages.requireNarrow(view);
                }
            }
            pages.open("/#/security");
            pages.click("Ändern");
            pages.sees("Mindestens 15 Zeichen.");
            pages.field("Jetziges Passwort").fill(Session.PASSWORD);
            pages.field("Neues Passwort").fill("kurz");
            pages.enter("Neues Passwort noch einmal", "kurz");
            pages.alert("Dieses Passwort kann nicht verwendet werden: Es ist zu kurz");
        }
    }

    private static String userWith(String... permissions) {
        String username = Pages.arePicturesTaken() ? "grace.hopper" : "user-" + UUID.randomUUID();
        make(username, permissions);
        return username;
    }

    static void make(String username, String... permissions) {
        Session admin = Session.admin();
        assertEquals(
                201,
                admin.with(admin.client.post("/admin/api/users"))
                        .json(Json.createObjectBuilder()
                                .add("username", username)
                                .add("password", Session.PASSWORD)
                                .add("permissions", Json.createArrayBuilder(List.of(permissions)))
                                .build()
                                .toString())
                        .send()
                        .status());
    }
}

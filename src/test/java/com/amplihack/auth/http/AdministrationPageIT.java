package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.Until;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.WaitForSelectorState;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The administrators' page at {@code /admin/}, in a real browser. Skipped, with a word, where no Chromium is installed. */
@Timeout(60)
@Tag("one-store")
class AdministrationPageIT extends ProxyFixture {
    private static final String HOSTILE = "<img src=x onerror=window.pwned=1>\"'><script>pwned=1</script>";
    private static final Map<String, String> VIEWS = Map.of(
            "", "Overview",
            "accounts", "Accounts",
            "roles", "Roles",
            "sessions", "Sessions",
            "api-keys", "API keys",
            "usage", "Usage",
            "keys", "Signing keys",
            "policy", "Policy",
            "audit", "Audit");

    /** Of which views pictures are taken, and of what height: as far as there is something to see. */
    private static final Map<String, Integer> PICTURES = Map.of(
            "", 1150,
            "accounts", 800,
            "roles", 700,
            "sessions", 800,
            "api-keys", 600,
            "usage", 800,
            "keys", 800,
            "policy", 800,
            "audit", 800);

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

    /** Somebody who is signed in at the administrators' page. */
    private static Pages signedIn(String username) {
        return signedIn(chromium, username);
    }

    static Pages signedIn(Chromium chromium, String username) {
        Pages pages = new Pages(chromium, Pages.server(), "en-GB").open("/admin/");
        pages.enter("Name", username);
        pages.enter("Password", Session.PASSWORD);
        pages.page.locator(".frame").waitFor();
        return pages;
    }

    private static Pages administrator() {
        return signedIn(Session.newUser("admin"));
    }

    /** What an administrator does who has never seen the page. */
    @Test
    void anAdministratorFindsOutWhySomebodyCannotSignInLetsThemInAndSeesItInTheAudit() {
        String username = Session.newUser("user");
        Session admin = Session.admin();
        JsonObject account = find(username);
        assertEquals(
                200,
                admin.with(admin.client.request("PATCH", "/admin/api/users/" + account.getString("user_id")))
                        .json("{\"enabled\":false}")
                        .send()
                        .status());
        Client stranger = new Client();
        assertEquals(
                401, Session.login(stranger, username, Session.PASSWORD).send().status());
        try (Pages pages = administrator()) {
            Page page = pages.page;
            link(pages, "Accounts").click(); // warnings have links too, which contain the word
            pages.field("Search names and mail addresses").fill(username);
            link(pages, username).click();

            pages.sees("The account is disabled.");
            pages.sees("account disabled, or wrong password");
            pages.requireAccessible("account");
            pages.picture("admin-account");
            pages.click("Enable");

            pages.sees(username + " can sign in again.");
            pages.sees("Nothing keeps " + username + " from signing in now.");
            assertEquals(
                    200,
                    Session.login(stranger, username, Session.PASSWORD).send().status());
            page.locator("audit-list").getByText("change_user").first().waitFor();
            page.getByText("All in the audit").click();
            pages.heading("Audit");
            Locator entry = page.locator("details.entry summary")
                    .filter(new Locator.FilterOptions().setHasText("LOGIN_SUCCESS"));
            Until.holds(
                    "the entry is found",
                    () -> { // it is on its way to the database for a moment
                        pages.click("Reload");
                        return entry.count() > 0;
                    });
            page.locator("details.entry summary")
                    .filter(new Locator.FilterOptions().setHasText("ADMIN_ACTION"))
                    .first()
                    .waitFor();
            entry.first().click();
            pages.sees("Somebody signed in.");
            pages.click("What happened before and after");
            pages.sees("This entry");
            pages.requireAccessible("audit");
        }
    }

    @Test
    void whoIsLockedOutIsUnlocked() {
        String username = Session.newUser("user");
        IntStream.range(0, 10).parallel().forEach(i -> Session.login(new Client(), username, "a wrong guess " + i)
                .send());
        try (Pages pages = administrator()) {
            openAccount(pages, username);
            pages.sees("Locked for unknown devices until");
            pages.click("Unlock");
            pages.sees(username + " is unlocked and can try again.");
            pages.page.getByText("Locked for unknown devices until").waitFor(gone());
            pages.sees("The last attempt failed: the password was wrong.");
            pages.click("Set a temporary password");
            pages.sees("stops working and all sessions end");
            pages.page.locator("dialog button.danger").click();
            String password = pages.page.locator("dialog .copy-field code").textContent();
            pages.click("Done");
            Client client = new Client();
            Answer first = Session.login(client, username, password).send();
            assertEquals(200, first.status());
            assertEquals(
                    "password_change_required",
                    Session.from(client, username, first).user().error());
        }
    }

    @Test
    void whoComesFromALimitedAddressIsLetInAndASessionIsEnded() {
        String username = Session.newUser("user");
        Session open = Session.of(username);
        Client stranger = new Client();
        for (int i = 0; i < 5; i++) {
            Session.login(stranger, username, "a wrong guess").send();
        }
        assertEquals(
                429, Session.login(stranger, username, Session.PASSWORD).send().status());
        try (Pages pages = administrator()) {
            openAccount(pages, username);
            pages.sees("Too many attempts from " + stranger.address());
            pages.click("Lift the limit");
            pages.sees("Sign-ins from " + stranger.address() + " are possible again.");
            assertEquals(
                    200,
                    Session.login(stranger, username, Session.PASSWORD).send().status());

            Locator sessions = pages.page.locator("account-sessions");
            sessions.getByRole(AriaRole.BUTTON).getByText("End").last().click(); // the older one
            pages.sees("is over.");
            assertEquals("token_revoked", open.user().error());
            pages.page.locator("audit-list").getByText("end_session").first().waitFor();
        }
    }

    @Test
    void everyViewIsAccessibleInEnglishAndGermanAndFitsOnANarrowScreen() {
        Session.make(Session.admin(), "hopper", "admin"); // a name for the pictures
        if (Pages.arePicturesTaken()) {
            furnish();
        }
        try (Pages pages = signedIn("hopper")) {
            for (Map.Entry<String, String> view : VIEWS.entrySet()) {
                pages.open("/admin/#/" + view.getKey());
                pages.heading(view.getValue());
                pages.page.locator("main [aria-busy=true]").first().waitFor(gone());
                pages.requireAccessible(view.getValue());
                pages.page.setViewportSize(1200, PICTURES.get(view.getKey()));
                pages.picture("admin-" + (view.getKey().isEmpty() ? "overview" : view.getKey()));
            }
            pages.page.getByLabel("Language").selectOption("de");
            for (String view : VIEWS.keySet()) { // the browser complains of a missing message
                pages.open("/admin/#/" + view);
                pages.page.locator("main h1").waitFor();
                pages.page.locator("main [aria-busy=true]").first().waitFor(gone());
            }
        }
    }

    /** Something to see in the pictures. */
    private void furnish() {
        AccountPageIT.make("lovelace", "chat:write");
        Session caller = Session.of("lovelace");
        for (String key : List.of("build server", "notebook", "nightly report")) {
            ApiKeys.of(caller, "{\"name\":\"" + key + "\",\"permissions\":[\"chat:write\"]}");
        }
        for (String model : List.of("gpt-4o", "gpt-4o-mini", "claude-sonnet-4")) {
            answer(BudgetIT.chat(1_200L * model.length(), 340));
            request(caller, "POST", CHAT)
                    .json("{\"model\":\"" + model + "\",\"messages\":[]}")
                    .send();
        }
        caller.with(caller.client.get("/auth/usage/budgets")).send(); // which saves what was used
        Session admin = Session.admin();
        admin.with(admin.client.request("PUT", "/admin/api/roles/helpdesk"))
                .json("{\"permissions\":[\"users:read\",\"users:unlock\",\"sessions:read\"]}")
                .send();
    }

    @Test
    void theOverviewTellsWhatHasJustHappened() {
        String username = Session.newUser("user");
        try (Pages pages = administrator()) {
            Session.login(new Client(), username, "a wrong guess").send();
            pages.sees("ready");
            pages.page.waitForFunction(
                    "() => /[1-9]\\d* failed/.test(document.querySelector('.tiles').textContent)",
                    null,
                    new Page.WaitForFunctionOptions().setTimeout(40_000));
            pages.page
                    .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("What to do"))
                    .first()
                    .click();
            pages.page.locator("dialog .runbook h3").first().waitFor();
            pages.requireAccessible("runbook");
        }
    }

    @Test
    void anAccountIsMadeChangedAndTheChangeTakenBack() {
        String username = "made-" + UUID.randomUUID();
        try (Pages pages = administrator()) {
            pages.open("/admin/#/accounts");
            pages.click("New account");
            pages.field("Name").fill(username);
            pages.requireAccessible("new account");
            pages.click("Create account");
            pages.heading("Password of " + username);
            String password = pages.page.locator("dialog .copy-field code").textContent();
            pages.click("Done");
            pages.sees(username + " is created.");
            assertEquals(
                    200, Session.login(new Client(), username, password).send().status());

            pages.page.locator("account-rights").getByText("admin").first().waitFor();
            pages.page.getByLabel("Further permissions").fill("chat:write model:read");
            pages.click("Save");
            pages.sees(username + " is changed.");
            assertEquals(2, find(username).getJsonArray("permissions").size());
            undo(pages, "is changed");
            Until.holds(
                    "the change is taken back",
                    () -> find(username).getJsonArray("permissions").isEmpty());

            pages.click("Change budget");
            pages.page.getByLabel("Tokens").fill("1000");
            pages.page.locator("dialog button[type=submit]").click();
            pages.sees("1,000 tokens a month");

            pages.page.evaluate("() => document.querySelectorAll('.toast .close').forEach(button => button.click())");
            pages.click("Delete account…");
            pages.page.locator("dialog button.danger").click();
            assertTrue(pages.page.locator("dialog").isVisible(), "the name is not typed yet");
            pages.page.locator("dialog input").fill(username);
            pages.page.locator("dialog button.danger").click();
            pages.sees(username + " is deleted.");
            assertNull(find(username));
        }
    }

    /** Or the form without its boxes would take every role away. */
    @Test
    void anAccountIsChangedOnlyByWhoHasSeenWhatItHas() {
        String username = Session.newUser("user");
        JsonObject account = patch(username, "{\"email\":\"" + username + "@example.org\",\"email_verified\":true}");
        try (Pages pages = administrator()) {
            refuse(pages, "**/admin/api/roles", "503 store_unavailable");
            openAccount(pages, username);
            Locator card = pages.page.locator("account-rights");
            card.getByText("The service cannot answer just now.").waitFor();
            assertEquals(0, pages.button("Save").count());
            pages.page.unrouteAll();
            card.getByText("Reload").click();
            pages.button("Save").waitFor();

            assertEquals(List.of("user"), roles(account));
            patch(username, "{\"permissions\":[\"chat:write\"]}"); // by somebody else, meanwhile
            card.getByLabel("Mail address").fill("other@example.org");
            pages.click("Save");
            pages.alert("Somebody else has changed this account meanwhile.");
            assertEquals(
                    username + "@example.org", find(username).getString("email"), "it was not looked at as it is now");
            pages.page.waitForFunction("() => document.querySelector('[name=permissions]').value === 'chat:write'");
            card.getByLabel("Mail address").fill("other@example.org");
            pages.click("Save");
            pages.sees(username + " is changed.");
            JsonObject changed = find(username);
            assertEquals("other@example.org", changed.getString("email"));
            assertFalse(changed.getBoolean("email_verified"));
            assertEquals(List.of("user"), roles(changed));
            assertEquals(1, changed.getJsonArray("permissions").size());

            undo(pages, "is changed");
            pages.sees("Undone.");
            assertEquals(username + "@example.org", find(username).getString("email"));
            assertTrue(find(username).getBoolean("email_verified"), "as it was before");
        }
    }

    @Test
    void anUndoDoesNotUndoWhatSomebodyElseHasDoneSince() {
        String username = Session.newUser("user");
        try (Pages pages = administrator()) {
            openAccount(pages, username);
            pages.page.getByLabel("Further permissions").fill("chat:write");
            pages.click("Save");
            pages.sees(username + " is changed.");
            patch(username, "{\"permissions\":[\"model:read\"]}");
            undo(pages, "is changed");
            pages.sees("That could not be undone.");
            assertEquals(
                    "model:read", find(username).getJsonArray("permissions").getString(0));
        }
    }

    /** Back, or an edited address, works below a dialog. */
    @Test
    void whatIsConfirmedIsDoneToTheAccountOfTheQuestion() {
        String asked = Session.newUser("user");
        String other = Session.newUser("user");
        try (Pages pages = administrator()) {
            openAccount(pages, asked);
            pages.click("Delete account…");
            pages.page.locator("dialog input").fill(asked);
            pages.page.evaluate(
                    "id => { location.hash = '#/accounts/' + id; }", find(other).getString("user_id"));
            pages.page.locator("header.subject").getByText(other).first().waitFor();
            pages.page.locator("dialog button.danger").click();
            pages.sees(asked + " is deleted.");
            assertNull(find(asked));
            assertEquals(other, find(other).getString("username"));
        }
    }

    @Test
    void whoCouldNotBeSignedOutSeesSoAndWhoIsLeavesNothingBehind() {
        String username = Session.newUser("user");
        try (Pages pages = administrator()) {
            openAccount(pages, username);
            refuse(pages, "**/auth/logout", "503 store_unavailable");
            pages.click("Sign out");
            pages.alert("The service cannot answer just now.");
            pages.sees("Possible again in"); // the page counts what the service asks for
            assertTrue(pages.page.locator(".frame").isVisible(), "as whoever reloads the page is signed in");
            pages.page.unrouteAll();

            pages.click("Disable");
            pages.page.locator("dialog button.danger").click();
            pages.page.locator(".toast").getByText("Undo").waitFor();
            pages.click("Delete account…");
            pages.page.evaluate("async () => (await import('/ui/api.js')).session.logout()"); // as in another tab
            pages.heading("Sign in");
            assertEquals(0, pages.page.locator("dialog").count(), "a question to, or a secret of, who was signed in");
            assertEquals(0, pages.page.locator(".toast").count(), "nobody else undoes it");
        }
    }

    /** Nobody learns to type passwords into dialogs that come by themselves. */
    @Test
    void aFreshSignInThatIsNotWantedIsNotAskedForAgain() {
        try (Pages pages = administrator()) {
            pages.open("/admin/#/accounts");
            pages.heading("Accounts");
            List<String> asked = new ArrayList<>();
            pages.page.onRequest(request -> asked.add(request.url()));
            refuse(pages, "**/admin/api/overview*", "401 insufficient_user_authentication");
            pages.open("/admin/#/");
            pages.page.locator("step-up-form").waitFor();
            pages.page.keyboard().press("Escape");
            pages.alert("This needs a fresh sign-in, which was not given.");
            pages.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))");
            pages.page.unrouteAll();
            pages.click("Reload");
            pages.page.locator(".tiles").waitFor();
            assertEquals(
                    2,
                    asked.stream().filter(url -> url.contains("/api/overview")).count());
        }
    }

    @Test
    void manyAccountsAreImportedAfterATrialThatTellsWhatIsWrong() {
        String prefix = "import-" + UUID.randomUUID().toString().substring(0, 8) + "-";
        String lines = accounts(prefix, 300);
        try (Pages pages = administrator()) {
            pages.open("/admin/#/accounts/import");
            choose(pages, lines + "{\"username\":7}\n");
            pages.click("Try first");
            pages.sees("On trial: 301 lines, nothing was changed.");
            pages.sees("failed: 1");
            pages.requireAccessible("import");
            assertNull(find(prefix + "7"));
            choose(pages, lines);
            pages.click("Try first");
            pages.sees("On trial: 300 lines, nothing was changed.");
            pages.page.locator("[name=update]").check();
            assertTrue(pages.button("Import").isDisabled(), "it was tried otherwise");
            pages.click("Try first");
            pages.sees("On trial: 300 lines, nothing was changed.");
            pages.click("Import");
            pages.sees("Done: 300 lines.");
            assertEquals(prefix + "7", find(prefix + "7").getString("username"));

            pages.open("/admin/#/accounts");
            pages.field("Search names and mail addresses").fill(prefix);
            link(pages, prefix + "0").waitFor();
            pages.click("Show more");
            pages.page.waitForFunction("() => document.querySelectorAll('tbody tr').length === 100");
        }
    }

    @Test
    void aRoleIsMadeAndTakenBack() {
        String role = "role-" + UUID.randomUUID().toString().substring(0, 8);
        try (Pages pages = administrator()) {
            pages.open("/admin/#/roles");
            pages.click("New role");
            pages.field("Name").fill(role);
            pages.page.getByLabel("users:unlock").check();
            pages.requireAccessible("new role");
            pages.click("Save");
            pages.sees("The role " + role + " is saved");
            pages.page
                    .locator("li")
                    .filter(new Locator.FilterOptions().setHasText(role))
                    .getByText("users:unlock")
                    .waitFor();
            pages.click("New role");
            pages.field("Name").fill(role);
            pages.click("Save");
            pages.alert("There is a role with this name already.");
            pages.click("Cancel");
            undo(pages, role);
            pages.page
                    .locator("li")
                    .filter(new Locator.FilterOptions().setHasText(role))
                    .first()
                    .waitFor(gone());
        }
    }

    @Test
    void whoMayLittleSeesLittle() {
        String helper = Session.newUser();
        Session admin = Session.admin();
        assertEquals(
                200,
                admin.with(admin.client.request(
                                "PATCH", "/admin/api/users/" + find(helper).getString("user_id")))
                        .json("{\"permissions\":[\"users:read\",\"users:unlock\"]}")
                        .send()
                        .status());
        String username = Session.newUser("user");
        try (Pages pages = signedIn(helper)) {
            assertEquals(
                    List.of("Accounts", "Roles", "API keys", "Usage"),
                    pages.page.locator(".frame nav a").allTextContents().stream()
                            .map(String::trim)
                            .toList());
            assertFalse(pages.button("New account").isVisible());
            openAccount(pages, username);
            pages.button("Unlock").waitFor();
            for (String hidden : List.of(
                    "Disable", "Save", "Set a temporary password", "New API key", "Change budget", "Delete account…")) {
                assertEquals(0, pages.button(hidden).count(), hidden);
            }
        }
        try (Pages pages = signedInAsNobody()) {
            pages.sees("Your account administers nothing here.");
        }
    }

    private static Pages signedInAsNobody() {
        Pages pages = new Pages(chromium, Pages.server(), "en-GB").open("/admin/");
        pages.enter("Name", Session.newUser("user"));
        pages.enter("Password", Session.PASSWORD);
        return pages;
    }

    @Test
    void keyboardAloneIsEnough() {
        String username = Session.newUser("user");
        try (Pages pages = administrator()) {
            Page page = pages.page;
            pages.open("/admin/#/accounts");
            pages.field("Search names and mail addresses").focus();
            page.keyboard().type(username);
            link(pages, username).waitFor();
            for (int i = 0; i < 30 && !username.equals(pages.focused()); i++) {
                page.keyboard().press("Tab");
            }
            assertEquals(username, pages.focused(), "reached by the tabulator");
            page.keyboard().press("Enter");
            pages.button("Disable").focus();
            page.keyboard().press("Enter");
            assertEquals("Cancel", pages.focused(), "the harmless answer has the focus");
            page.keyboard().press("Escape");
            page.locator("dialog").waitFor(gone());
            assertEquals("Disable", pages.focused(), "the focus is where it was");
        }
    }

    @Test
    void aSessionThatEndsWhileThePageIsOpenGoesOnWhereItWas() {
        String username = Session.newUser("admin");
        try (Pages pages = signedIn(username)) {
            pages.open("/admin/#/keys");
            pages.button("Rotate now").waitFor(); // loaded: a request that comes later is refused too early
            Session other = Session.of(username);
            other.with(other.client.post("/auth/logout-all")).send();

            pages.click("Rotate now");
            pages.page.locator("dialog button[type=submit]").click();

            pages.sees("Your session is over. Sign in again to go on where you were.");
            pages.enter("Name", username);
            pages.enter("Password", Session.PASSWORD);
            pages.heading("Signing keys");
        }
    }

    @Test
    void everyRefusalIsToldInWords() {
        try (Pages pages = administrator()) {
            pages.open("/admin/#/keys");
            pages.heading("Signing keys");
            Map.of(
                            "429 rate_limited", "Too many attempts.",
                            "503 store_unavailable", "The service cannot answer just now.",
                            "403 address_not_allowed", "Administration is not open to the network address",
                            "403 insufficient_permissions", "You may not do this.",
                            "409 rotation_too_early", "Too early: caches may not know the next key yet.")
                    .forEach((refusal, words) -> {
                        String[] parts = refusal.split(" ");
                        pages.page.unrouteAll();
                        pages.page.route(
                                "**/admin/api/keys/rotate",
                                route -> route.fulfill(new Route.FulfillOptions()
                                        .setStatus(Integer.parseInt(parts[0]))
                                        .setHeaders(
                                                Map.of("Retry-After", "1", "Content-Type", "application/problem+json"))
                                        .setBody("{\"error\":\"" + parts[1]
                                                + "\",\"earliest_at\":\"2030-01-01T00:00:00Z\"}")));
                        pages.click("Rotate now");
                        pages.page.locator("dialog button[type=submit]").click();
                        pages.alert(words);
                    });
        }
    }

    /** Those of a session that is over, or that needs a fresh sign-in, lead elsewhere and have tests of their own. */
    @Test
    void noRefusalIsToldByItsCode() {
        try (Pages pages = administrator()) {
            pages.open("/admin/#/keys");
            pages.button("Rotate now").waitFor();
            for (ErrorCode code : ErrorCode.values()) {
                if (code.status() == 401) {
                    continue;
                }
                pages.page.unrouteAll();
                refuse(pages, "**/admin/api/keys/rotate", code.status() + " " + code.code());
                pages.click("Rotate now");
                pages.page.waitForResponse(
                        "**/admin/api/keys/rotate",
                        () -> pages.page.locator("dialog button[type=submit]").click());
                Locator alert =
                        pages.page.locator("main").getByRole(AriaRole.ALERT).first();
                alert.waitFor();
                String told = alert.innerText().strip();
                assertTrue(told.length() > 10 && !told.contains(code.code()), code + ": " + told);
            }
        }
    }

    @Test
    void whatNeedsAFreshSignInIsDoneAfterIt() {
        try (Pages pages = administrator()) {
            openAccount(pages, Session.newUser("user"));
            pages.page.route(
                    "**/unlock",
                    route -> route.fulfill(new Route.FulfillOptions()
                            .setStatus(401)
                            .setHeaders(Map.of("Content-Type", "application/problem+json"))
                            .setBody("{\"error\":\"insufficient_user_authentication\",\"max_age\":900}")),
                    new Page.RouteOptions().setTimes(1));
            pages.click("Unlock");
            pages.page.locator("step-up-form").waitFor();
            pages.requireAccessible("step-up");
            pages.page.locator("step-up-form [name=password]").fill(Session.PASSWORD);
            pages.page.keyboard().press("Enter");
            pages.sees("is unlocked and can try again.");
        }
    }

    @Test
    void aKeyIsDeclaredLeakedOnlyWhenItsNameIsTyped() {
        try (Pages pages = administrator()) {
            pages.open("/admin/#/keys");
            pages.page.getByText("Declare leaked…").last().click();
            pages.requireAccessible("declare leaked");
            pages.page.locator("dialog button.danger").click();
            assertTrue(pages.page.locator("dialog").isVisible());
            pages.page.keyboard().press("Escape");
            pages.page.locator("dialog").waitFor(gone());
        }
    }

    @Test
    void theCommandThatChangesASettingStandsBesideIt() {
        try (Pages pages = administrator()) {
            pages.open("/admin/#/policy");
            pages.field("Search").fill("auth.login.limit");
            pages.page
                    .locator("summary")
                    .filter(new Locator.FilterOptions().setHasText("auth.login.limit"))
                    .first()
                    .click();
            pages.page.locator("copy-field code").first().waitFor();
            assertTrue(
                    pages.page
                            .locator("copy-field code")
                            .first()
                            .textContent()
                            .startsWith(
                                    "asadmin set-config-property --source domain --propertyName auth.login.limit --propertyValue '"));
            pages.requireAccessible("setting");
        }
    }

    @Test
    void whatIsStoredIsShownAndNeverRun() {
        String username =
                HOSTILE.substring(0, 34) + UUID.randomUUID().toString().substring(0, 8);
        Session.make(Session.admin(), username, "user");
        String id = find(username).getString("user_id");
        Session admin = Session.of(Session.newUser("admin"));
        assertEquals(
                201,
                admin.with(admin.client.post("/admin/api/users/" + id + "/api-keys"))
                        .json(Json.createObjectBuilder()
                                .add("name", HOSTILE.substring(0, 60))
                                .build()
                                .toString())
                        .send()
                        .status());
        Session.login(new Client(), username, Session.PASSWORD)
                .header("User-Agent", HOSTILE)
                .send();
        Session.login(new Client(), username, "a wrong guess")
                .header("User-Agent", HOSTILE)
                .send();
        try (Pages pages = administrator()) {
            openAccount(pages, username);
            pages.sees("<img src=x onerror");
            pages.click("Disable");
            pages.page.locator("dialog").getByText("<img src=x").first().waitFor();
            pages.page.locator("dialog button.danger").click();
            pages.page.locator(".toast").getByText("<img src=x").waitFor();
            for (String view : List.of("sessions", "api-keys", "accounts", "audit?user=" + id)) {
                pages.open("/admin/#/" + view);
                pages.page.locator("main [aria-busy=true]").first().waitFor(gone());
                pages.page.locator("details.entry summary").all().forEach(Locator::click);
            }
            assertEquals(0, pages.page.locator("img[src=x]").count());
            assertNull(pages.page.evaluate("() => window.pwned"));
        }
    }

    @Test
    void theChainIsProvenAndWhatIsFoundIsSaved() {
        try (Pages pages = administrator()) {
            pages.open("/admin/#/audit?event=LOGIN_SUCCESS");
            pages.page.locator("details.entry").first().waitFor();
            pages.click("Prove the chain");
            pages.sees("as far as this node can prove.");
            String name = pages.page
                    .waitForDownload(() -> pages.click("Save as file"))
                    .suggestedFilename();
            assertEquals("audit.ndjson", name);
            pages.page.route("**/admin/api/audit*", AdministrationPageIT::answerWithManyEntries);
            pages.page.waitForDownload(() -> pages.click("Save as file"));
            pages.sees("The newest 2,500 entries are saved, and there are more");
        }
    }

    @Test
    @Tag("full")
    @Timeout(300)
    void tenThousandAccountsAndAHundredThousandEntriesFreezeNothing() {
        String prefix = "many-" + UUID.randomUUID().toString().substring(0, 8) + "-";
        try (Pages pages = administrator()) {
            pages.open("/admin/#/accounts/import");
            choose(pages, accounts(prefix, 10_000));
            pages.click("Try first");
            pages.page.getByText("On trial: 10,000 lines").waitFor(patient());
            pages.click("Import");
            pages.page.getByText("Done: 10,000 lines.").waitFor(patient());
            pages.page.evaluate(
                    "() => { window.longest = 0; new PerformanceObserver(list => list.getEntries().forEach("
                            + "({ duration }) => { longest = Math.max(longest, duration); })).observe({ type: 'longtask' }); }");
            pages.open("/admin/#/accounts");
            pages.field("Search names and mail addresses").fill(prefix + "9999");
            link(pages, prefix + "9999").waitFor();

            pages.page.route("**/admin/api/audit*", AdministrationPageIT::answerWithManyEntries);
            pages.open("/admin/#/audit");
            for (int page = 1; page <= 40; page++) {
                pages.page.waitForFunction(
                        "shown => document.querySelectorAll('details.entry').length === shown", page * 50);
                pages.page.getByText("Show more").click();
            }

            int longest = ((Number) pages.page.evaluate("() => longest")).intValue();
            assertTrue(longest < 2_000, longest + " ms");
        }
    }

    /** A page of a hundred thousand entries; how the service finds them is measured by a benchmark. */
    static void answerWithManyEntries(Route route) {
        String cursor = route.request().url().replaceAll(".*[?&]cursor=|[^?&]*\\?.*", "");
        int first = cursor.matches("[0-9]+") ? Integer.parseInt(cursor) : 100_000;
        String items = IntStream.range(0, 50)
                .mapToObj(i -> "{\"timestamp\":\"2026-01-31T12:00:00Z\",\"node\":\"one\",\"seq\":" + (first - i)
                        + ",\"event\":\"LOGIN_FAILED\",\"severity\":\"warning\",\"username\":\"ada\",\"details\":{}}")
                .collect(Collectors.joining(","));
        route.fulfill(new Route.FulfillOptions()
                .setContentType("application/json")
                .setBody("{\"items\":[" + items + "],\"next_cursor\":\"" + (first - 50) + "\"}"));
    }

    static void refuse(Pages pages, String path, String refusal) {
        String[] parts = refusal.split(" ");
        pages.page.route(
                path,
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(Integer.parseInt(parts[0]))
                        .setHeaders(Map.of("Retry-After", "120", "Content-Type", "application/problem+json"))
                        .setBody("{\"error\":\"" + parts[1] + "\",\"max_age\":900}")));
    }

    private static void undo(Pages pages, String toast) {
        pages.page
                .locator(".toast")
                .filter(new Locator.FilterOptions().setHasText(toast))
                .getByText("Undo")
                .click();
    }

    /** An account, changed by another administrator. */
    private static JsonObject patch(String username, String change) {
        Session admin = Session.admin();
        Answer answer = admin.with(admin.client.request(
                        "PATCH", "/admin/api/users/" + find(username).getString("user_id")))
                .json(change)
                .send();
        assertEquals(200, answer.status(), answer::body);
        return answer.json();
    }

    private static List<String> roles(JsonObject account) {
        return account.getJsonArray("roles").getValuesAs(JsonString::getString);
    }

    private static String accounts(String prefix, int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> "{\"username\":\"" + prefix + i + "\",\"roles\":[\"user\"]}\n")
                .collect(Collectors.joining());
    }

    private static Locator.WaitForOptions patient() {
        return new Locator.WaitForOptions().setTimeout(120_000);
    }

    private static void choose(Pages pages, String lines) {
        pages.page
                .locator("input[type=file]")
                .setInputFiles(new FilePayload(
                        "accounts.ndjson", "application/x-ndjson", lines.getBytes(StandardCharsets.UTF_8)));
    }

    static void openAccount(Pages pages, String username) {
        pages.open("/admin/#/accounts/" + find(username).getString("user_id"));
        pages.page.locator("header.subject").getByText(username).first().waitFor();
    }

    static Locator link(Pages pages, String name) {
        return pages.page.getByRole(
                AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    static Locator.WaitForOptions gone() {
        return new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED);
    }

    /** The account of that name, or null. */
    static JsonObject find(String username) {
        Session admin = Session.admin();
        return admin
                .with(admin.client.get("/admin/api/users?query=" + URLEncoder.encode(username, StandardCharsets.UTF_8)))
                .send()
                .json()
                .getJsonArray("items")
                .stream()
                .map(item -> item.asJsonObject())
                .filter(account -> account.getString("username").equals(username))
                .findFirst()
                .orElse(null);
    }
}

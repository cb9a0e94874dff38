package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.store.Until;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The deeds of administrators, and what the page says when something is wrong. Skipped, with a word, without Chromium. */
@Timeout(60)
@Tag("one-store")
class AdministrationWorkIT extends ProxyFixture {
    /** A model has no spaces in its name, and tags need none. */
    private static final String HOSTILE = "<img/src=x/onerror=pwned=1>";

    private static final int STEP = 10; // seconds

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

    private static Pages administrator() {
        return AdministrationPageIT.signedIn(chromium, Session.newUser("admin"));
    }

    @Test
    void aKeyIsMadeForAnAccountAndRevoked() {
        String username = Session.newUser("user");
        try (Pages pages = administrator()) {
            AdministrationPageIT.openAccount(pages, username);
            pages.click("New API key");
            pages.field("What is it for?").fill("robot");
            pages.click("Create key");
            pages.heading("robot");
            String key = pages.page.locator("dialog .copy-field code").textContent();
            pages.click("Done");
            assertEquals(200, status(key));

            pages.click("Revoke robot");
            pages.page.locator("dialog button.danger").click();
            pages.sees("“robot” is revoked.");
            Until.holds("the key is refused", () -> status(key) == 401);
        }
    }

    private static int status(String key) {
        return new Client().get("/api/user").bearer(key).send().status();
    }

    @Test
    void whoHasLostTheirPhoneSignsInAgainAndEverySessionOfAnAccountEnds() {
        String username = Session.newUser("user");
        Session open = Session.of(username);
        AuthenticatorApp.enroll(open);
        Client client = new Client();
        assertEquals(
                "mfa_required",
                Session.login(client, username, Session.PASSWORD).send().error());
        try (Pages pages = administrator()) {
            AdministrationPageIT.openAccount(pages, username);
            pages.click("Remove second factors");
            pages.page.locator("dialog button.danger").click();
            pages.sees("The second factors of " + username + " are removed.");
            Session another = Session.of(username);

            AdministrationPageIT.openAccount(pages, username);
            pages.page.reload();
            pages.click("End all sessions");
            pages.page.locator("dialog button.danger").click();
            pages.sees("sessions are over.");
            assertEquals("token_revoked", another.user().error());
        }
    }

    @Test
    void aRoleIsDeletedWhenItsNameIsTyped() {
        String role = "role-" + UUID.randomUUID().toString().substring(0, 8);
        Session admin = Session.admin();
        assertTrue(admin.with(admin.client.request("PUT", "/admin/api/roles/" + role))
                        .json("{\"permissions\":[\"users:unlock\"]}")
                        .send()
                        .status()
                < 300);
        try (Pages pages = administrator()) {
            pages.open("/admin/#/roles");
            pages.click("Delete " + role);
            pages.page.locator("dialog input").fill(role);
            pages.page.locator("dialog button.danger").click();
            pages.sees("The role " + role + " is deleted.");
            pages.button("Delete " + role).waitFor(AdministrationPageIT.gone());
        }
    }

    /** The service would answer that it is too early: others have just begun with its keys. */
    @Test
    void aRotationThatSucceedsIsTold() {
        try (Pages pages = administrator()) {
            pages.open("/admin/#/keys");
            pages.page.route("**/admin/api/keys/rotate", AdministrationWorkIT::succeed);
            pages.click("Rotate now");
            pages.page.locator("dialog button[type=submit]").click();
            pages.sees("Another key signs now.");
        }
    }

    /** What it does is tested elsewhere: it would end the sessions of all other tests. */
    @Test
    void whoEndsEverySessionSignsInAgain() {
        try (Pages pages = administrator()) {
            pages.open("/admin/#/sessions");
            pages.page.route("**/admin/api/revoke-all", AdministrationWorkIT::succeed);
            pages.click("End every session…");
            pages.page.locator("dialog input").fill("end");
            pages.page.locator("dialog button.danger").click();
            pages.sees("You are signed out.");
        }
    }

    private static void succeed(Route route) {
        route.fulfill(
                new Route.FulfillOptions().setContentType("application/json").setBody("{}"));
    }

    @Test
    void theAuditIsFilteredByItsFields() {
        String username = Session.newUser("user");
        Session.login(new Client(), username, "a wrong guess").send();
        try (Pages pages = administrator()) {
            pages.open("/admin/#/audit");
            pages.page.getByLabel("Event").selectOption("LOGIN_FAILED");
            pages.page.getByLabel("Severity").selectOption("warning");
            pages.field("Name or id").fill(username);
            Locator entry = pages.page.locator("details.entry summary");
            pages.page.waitForFunction("() => location.hash.includes('user=')");
            Until.holds(
                    "the entry is found",
                    () -> { // it is on its way to the database for a moment
                        pages.click("Reload");
                        return entry.filter(new Locator.FilterOptions().setHasText(username))
                                        .count()
                                == 1;
                    });
            assertEquals(1, entry.count(), "and no other");
            pages.field("Until").fill("2001-01-01T00:00");
            pages.sees("No entry matches.");
            pages.page.getByText("Clear filters").click();
            entry.nth(1).waitFor();
            assertEquals("", pages.field("Name or id").inputValue());
        }
    }

    @Test
    void usageIsSummedAndALateAnswerDoesNotReplaceALaterOne() {
        Session caller = Session.withPermission("chat:write");
        String model = HOSTILE + UUID.randomUUID();
        answer(BudgetIT.chat(1_200, 340));
        assertEquals(
                200,
                request(caller, "POST", CHAT)
                        .json(Json.createObjectBuilder()
                                .add("model", model)
                                .add("messages", Json.createArrayBuilder())
                                .build()
                                .toString())
                        .send()
                        .status());
        assertEquals(
                200,
                caller.with(caller.client.get("/auth/usage/budgets")).send().status()); // which saves it
        try (Pages pages = administrator()) {
            List<Route> late = new ArrayList<>();
            pages.page.route("**/admin/api/usage?*by=user*", late::add);
            pages.open("/admin/#/usage");
            pages.page.waitForCondition(() -> !late.isEmpty());
            pages.page.getByLabel("Sum by").selectOption("model");
            Locator row =
                    pages.page.locator("admin-usage section tr").filter(new Locator.FilterOptions().setHasText(model));
            row.getByText("1,200").waitFor();
            pages.page.waitForResponse("**/admin/api/usage?*by=user*", () -> late.get(0)
                    .fulfill(new Route.FulfillOptions()
                            .setContentType("application/json")
                            .setBody("{\"items\":[],\"next_cursor\":null}")));
            pages.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            assertEquals(1, row.count());
            pages.page.locator("chart-view canvas").waitFor();
            assertEquals(0, pages.page.locator("main img").count());
        }
    }

    @Test
    void theOverviewSeesEndlessGuessesForgeriesAndNodesThatAreNotReady() {
        try (Pages pages = AdministrationPageIT.signedIn(chromium, Session.newUser("admin"))) {
            pages.open("/admin/#/accounts");
            pages.heading("Accounts");
            pages.page.route(
                    "**/admin/api/overview*",
                    route -> route.fulfill(new Route.FulfillOptions()
                            .setContentType("application/json")
                            .setBody(overview().build().toString())));
            pages.open("/admin/#/");
            Locator well = pages.page.locator("section[aria-labelledby=well]");
            Locator attack = pages.page.locator("section[aria-labelledby=attack]");
            well.getByText("Something is down. Look below.").waitFor();
            attack.getByText("25 sign-ins refused by the limits within ten minutes")
                    .waitFor();
            attack.getByText("3 tokens of another algorithm were presented within ten minutes")
                    .waitFor();
            assertEquals(
                    List.of("9"),
                    pages.page
                            .locator(".tile")
                            .filter(new Locator.FilterOptions().setHasText("Refusals"))
                            .locator("dd:not(.hint)")
                            .allTextContents(),
                    "as many as in the chart");

            pages.page.unrouteAll();
            AdministrationPageIT.refuse(pages, "**/admin/api/overview*", "503 store_unavailable");
            pages.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))");
            pages.alert("The service cannot answer just now.");
            well.getByText("Unknown: there is no answer just now.").waitFor();
            attack.getByText("Unknown: there is no answer just now.").waitFor();
            pages.requireAccessible("overview without an answer");
        }
    }

    /** What two nodes tell, one of which is not ready. */
    private static JsonObjectBuilder overview() {
        Instant now = Instant.now();
        JsonObjectBuilder series = Json.createObjectBuilder()
                .add("sign_ins.limited", Json.createArrayBuilder().add(25))
                .add("critical.ALGORITHM_CONFUSION", Json.createArrayBuilder().add(3))
                .add("refusals.invalid_token", Json.createArrayBuilder().add(4))
                .add("rate_limits.api", Json.createArrayBuilder().add(5));
        return Json.createObjectBuilder()
                .add("now", now.toString())
                .add(
                        "from",
                        Instant.ofEpochSecond((now.getEpochSecond() / STEP - 1) * STEP)
                                .toString())
                .add("step_seconds", STEP)
                .add("steps", 1)
                .add("series", series)
                .add("node", "one")
                .add("ready", true)
                .add("warnings", Json.createArrayBuilder())
                .add("keys", Json.createArrayBuilder())
                .add(
                        "nodes",
                        Json.createArrayBuilder().add(node("one", true, now)).add(node("two", false, now)));
    }

    private static JsonObjectBuilder node(String name, boolean ready, Instant now) {
        return Json.createObjectBuilder()
                .add("node", name)
                .add("version", "1")
                .add("started_at", now.toString())
                .add("seen_at", now.toString())
                .add("ready", ready)
                .add("self", ready);
    }

    @Test
    void whatCouldNotBeLoadedIsTriedAgain() {
        try (Pages pages = administrator()) {
            for (String[] view : new String[][] {
                {"keys", "**/admin/api/keys", "No key."},
                {"policy", "**/admin/api/policy", "No setting."},
                {"api-keys", "**/admin/api/api-keys*", "No API key."}
            }) {
                AdministrationPageIT.refuse(pages, view[1], "503 store_unavailable");
                pages.open("/admin/#/" + view[0]);
                pages.alert("The service cannot answer just now.");
                assertEquals(0, pages.page.locator("main [aria-busy=true]").count(), view[0]);
                assertEquals(0, pages.page.getByText(view[2]).count(), "nobody knows");
                pages.page.unrouteAll();
                pages.click("Reload");
                pages.button("Reload").waitFor(AdministrationPageIT.gone());
                pages.page.locator("main [role=alert] p").waitFor(AdministrationPageIT.gone());
            }
        }
    }

    @Test
    void aDoubleClickLoadsOnePage() {
        try (Pages pages = administrator()) {
            List<String> asked = new ArrayList<>();
            pages.page.onRequest(request -> asked.add(request.url()));
            pages.page.route("**/admin/api/audit?*", AdministrationPageIT::answerWithManyEntries);
            pages.page.route("**/admin/api/audit", AdministrationPageIT::answerWithManyEntries);
            pages.open("/admin/#/audit");
            pages.button("Show more").waitFor();
            pages.button("Show more").evaluate("button => { button.click(); button.click(); }");
            pages.page.waitForFunction("() => document.querySelectorAll('details.entry').length >= 100");
            pages.button("Show more").waitFor();
            pages.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            assertEquals(100, pages.page.locator("details.entry").count());
            assertEquals(
                    1, asked.stream().filter(url -> url.contains("cursor=")).count());
        }
    }

    @Test
    void withoutScriptsThePageSaysThatItNeedsThem() {
        try (Pages pages = new Pages(chromium, Pages.server(), options -> options.setJavaScriptEnabled(false)
                .setLocale("de-DE"))) {
            pages.open("/admin/");
            assertEquals(
                    "Diese Seite braucht Skripte.", pages.page.locator("main p").textContent());
        }
    }

    @Test
    void noCommandIsOfferedForWhatIsPinned() {
        try (Pages pages = administrator()) {
            String item =
                    "{\"name\":\"auth.login.limit\",\"value\":\"5\",\"source\":\"pinned by environment\",\"live\":true,"
                            + "\"description\":\"tries\",\"default\":\"5\",\"allowed\":\"\",\"example\":\"5\"}";
            pages.page.route(
                    "**/admin/api/policy",
                    route -> route.fulfill(new Route.FulfillOptions()
                            .setContentType("application/json")
                            .setBody("{\"items\":[" + item + "],\"refused\":[]}")));
            pages.open("/admin/#/policy");
            pages.page.locator("summary").getByText("auth.login.limit").click();
            pages.sees("It was set where the server is started");
            assertEquals(0, pages.page.locator("copy-field").count());
        }
    }
}

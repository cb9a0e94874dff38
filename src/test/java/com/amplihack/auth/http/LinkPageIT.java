package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import jakarta.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page that the links of mails open, in a real browser. Skipped, with a word, where no Chromium is installed. */
@Timeout(60)
class LinkPageIT {
    private static final String FRESH = "violet kettle 7 harbour";

    private static Chromium chromium;

    private final Mailbox mailbox = Mailbox.ofSharedServer();
    private final List<Request> requests = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private BrowserContext context;

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

    @AfterEach
    void closeBrowser() {
        context.close();
        assertEquals(List.of(), complaints, "what the browser complains about");
    }

    private Page page(String locale, int width) {
        context = chromium.browser()
                .newContext(new Browser.NewContextOptions().setLocale(locale).setViewportSize(width, 700));
        context.setDefaultTimeout(20_000);
        context.onRequest(requests::add);
        Page page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            // a refused link or password is a 400, which browsers note as well, as they do that there is no icon
            if (message.type().equals("error")
                    && !message.text().contains("status of 400")
                    && !message.location().contains("/favicon.ico")) {
                complaints.add(message.text());
            }
        });
        return page;
    }

    @Test
    void aForgottenPasswordIsReplacedByKeyboardAloneAndTheTokenLeavesTheAddressBar() {
        String username = person();
        String token = resetToken(username);
        Page page = page("en-GB", 1200);

        page.navigate(url("/link.html#reset=" + token));

        page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Choose a new password"))
                .waitFor();
        assertEquals(url("/link.html"), page.url());
        assertEquals("en", page.evaluate("document.documentElement.lang"));
        page.keyboard().type("short"); // the first field has the focus
        page.keyboard().press("Tab");
        page.keyboard().type("other");
        page.keyboard().press("Enter");
        alert(page, "The two passwords differ.");
        page.getByLabel("New password again").fill("short");
        page.keyboard().press("Enter");
        alert(page, "This password cannot be used: it is too short");
        page.getByLabel("New password", new Page.GetByLabelOptions().setExact(true))
                .fill(FRESH);
        page.getByLabel("New password again").fill(FRESH);
        page.keyboard().press("Enter");
        alert(page, "Your password is set.");

        assertEquals(200, Session.login(new Client(), username, FRESH).send().status());
        assertTrue(requests.stream().noneMatch(request -> request.url().contains(token)), "in no address");
        assertTrue(
                requests.stream()
                        .noneMatch(request ->
                                request.headers().getOrDefault("referer", "").contains(token)),
                "in no referrer");
        page.goBack();
        assertFalse(page.url().contains(token), "nor in the history");
    }

    @Test
    void aUsedLinkSaysSoInWordsAndLeavesNoForm() {
        Page page = page("fr-FR", 1200);
        page.navigate(url("/link.html#reset=" + "A".repeat(43)));
        page.getByLabel("New password", new Page.GetByLabelOptions().setExact(true))
                .fill(FRESH);
        page.getByLabel("New password again").fill(FRESH);
        page.keyboard().press("Enter");
        alert(page, "This link is not valid any more");
        assertFalse(page.locator("form:visible").count() > 0);
    }

    @Test
    void anInvitationIsAcceptedInGermanOnANarrowScreenBelowAPrefix() {
        String username = "guest-" + UUID.randomUUID();
        String email = username + "@example.org";
        admin(Json.createObjectBuilder()
                .add("username", username)
                .add("email", email)
                .add("invite", true)
                .build()
                .toString());
        Page page = page("de-AT", 320);
        page.route(
                "**/sso/**",
                route -> route.resume(new Route.ResumeOptions()
                        .setUrl(route.request().url().replace("/sso/", "/")))); // a proxy in front

        page.navigate(url("/sso/link.html#invitation="
                + mailbox.await(email, "invitation").token()));

        assertEquals("Willkommen", page.getByRole(AriaRole.HEADING).textContent());
        assertEquals("de", page.evaluate("document.documentElement.lang"));
        assertEquals(true, page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out");
        page.getByLabel("Neues Passwort", new Page.GetByLabelOptions().setExact(true))
                .fill(FRESH);
        page.getByLabel("Neues Passwort noch einmal").fill(FRESH);
        page.getByRole(AriaRole.BUTTON).click();
        alert(page, "als " + username + " an");
        assertEquals(200, Session.login(new Client(), username, FRESH).send().status());
    }

    /** Programs that look at mails open links, and run scripts. */
    @Test
    void anAddressIsVerifiedByTheButtonOnly() {
        String username = person();
        Session session = Session.of(username);
        String fresh = "new-" + username + "@example.org";
        session.with(session.client.post("/auth/email"))
                .json(Json.createObjectBuilder().add("email", fresh).build().toString())
                .send();
        String token = mailbox.await(fresh, "email_verification").token();
        Page page = page("en-US", 1200);

        page.navigate(url("/link.html#verify=" + token));
        page.getByRole(AriaRole.BUTTON).waitFor();
        page.waitForLoadState();
        assertTrue(
                requests.stream().noneMatch(request -> request.method().equals("POST")), "nothing is sent by itself");

        page.getByRole(AriaRole.BUTTON).click();
        alert(page, fresh + " is the address of your account now.");
    }

    @Test
    void withoutALinkThePageSaysWhatItIsFor() {
        Page page = page("en-US", 1200);
        for (String fragment :
                List.of("", "#", "#reset=", "#other=x", "#reset=<script>", "#reset=" + "A".repeat(300))) {
            page.navigate("about:blank");
            page.navigate(url("/link.html" + fragment));
            alert(page, "This page is opened by a link in a mail.");
        }
    }

    private static void alert(Page page, String text) {
        page.getByRole(AriaRole.ALERT)
                .filter(new com.microsoft.playwright.Locator.FilterOptions().setHasText(text))
                .waitFor();
    }

    private static String url(String path) {
        return "http://localhost:" + SharedServer.get().port() + path;
    }

    private String resetToken(String username) {
        new Client()
                .post("/auth/password/forgot")
                .json(Json.createObjectBuilder()
                        .add("username", username)
                        .build()
                        .toString())
                .send();
        return mailbox.await(username + "@example.org", "password_reset").token();
    }

    /** The name of somebody with a verified address. */
    private static String person() {
        String username = "user-" + UUID.randomUUID();
        admin(Json.createObjectBuilder()
                .add("username", username)
                .add("password", Session.PASSWORD)
                .add("email", username + "@example.org")
                .add("email_verified", true)
                .build()
                .toString());
        return username;
    }

    private static void admin(String body) {
        Session admin = Session.admin();
        assertEquals(
                201,
                admin.with(admin.client.post("/admin/api/users"))
                        .json(body)
                        .send()
                        .status());
    }
}

package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.TimeoutError;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * One person's browser in front of the pages. It collects whatever the browser complains about, a violation of the
 * Content-Security-Policy above all; {@link #close} fails if there was anything.
 */
final class Pages implements AutoCloseable {
    private static final String AXE = axe();

    /** What is refused or cut off by a test, which browsers note as an error. */
    private static final String REFUSED = "Failed to load resource: ";

    final Page page;
    final BrowserContext context;
    private final String base;
    private final List<String> complaints = new ArrayList<>();

    Pages(Chromium chromium, String base, String locale) {
        this(chromium, base, options -> options.setLocale(locale));
    }

    Pages(Chromium chromium, String base, UnaryOperator<Browser.NewContextOptions> how) {
        this.base = base;
        context = chromium.browser()
                .newContext(how.apply(new Browser.NewContextOptions()
                        .setLocale("en-GB")
                        .setColorScheme(ColorScheme.LIGHT)
                        .setReducedMotion(ReducedMotion.REDUCE) // or colours are measured on their way
                        .setViewportSize(1200, 800)));
        context.setDefaultTimeout(15_000);
        context.grantPermissions(List.of("clipboard-read", "clipboard-write"));
        page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().startsWith(REFUSED)) {
                complaints.add(message.text());
            }
        });
    }

    /** The shared server as it is. */
    static String server() {
        return "http://localhost:" + SharedServer.get().port();
    }

    Pages open(String path) {
        page.navigate(base + path);
        return this;
    }

    /** Signs in by name and password, and waits for the account. */
    Pages signIn(String username) {
        open("/");
        enter("Name", username);
        enter("Password", Session.PASSWORD);
        heading("Overview");
        return this;
    }

    /** Types into the field with that label, and presses Enter. */
    void enter(String label, String text) {
        field(label).fill(text);
        page.keyboard().press("Enter");
    }

    Locator field(String label) {
        return page.getByLabel(label, new Page.GetByLabelOptions().setExact(true));
    }

    void click(String button) {
        button(button).click();
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    void heading(String text) {
        page.getByRole(
                        AriaRole.HEADING,
                        new Page.GetByRoleOptions().setName(text).setExact(true))
                .waitFor();
    }

    /** Waits until the text is read out as an alert. */
    void alert(String text) {
        page.getByRole(AriaRole.ALERT)
                .filter(new Locator.FilterOptions().setHasText(text))
                .first()
                .waitFor();
    }

    void sees(String text) {
        page.getByText(text).first().waitFor();
    }

    /** The words of what has the focus. */
    String focused() {
        return ((String) page.evaluate("() => document.activeElement.textContent")).strip();
    }

    /** What hinders people with disabilities, in both themes, and what sticks out of a narrow screen. */
    void requireAccessible(String view) {
        page.evaluate(AXE);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        assertEquals(List.of(), axe("{ runOnly: ['color-contrast'] }"), view + " in the dark");
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        assertEquals(List.of(), axe("{}"), view);
        requireNarrow(view);
    }

    private Object axe(String options) {
        return page.evaluate("async () => (await axe.run(" + options + ")).violations.map(({ id, nodes }) =>"
                + " id + ': ' + nodes.map(node => node.target + ' ' + node.failureSummary).join('; '))");
    }

    /** Nothing sticks out of a screen of 320 pixels: 1280 at 400 % (WCAG 2.2, 1.4.10). */
    void requireNarrow(String view) {
        page.setViewportSize(320, 640);
        try { // charts are drawn anew after a moment
            page.waitForFunction(
                    "() => document.documentElement.scrollWidth <= innerWidth",
                    null,
                    new Page.WaitForFunctionOptions().setTimeout(5_000));
        } catch (TimeoutError wide) {
            // what sticks out is told below
        }
        assertEquals(
                List.of(),
                page.evaluate(
                        "() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('*')]"
                                + ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + '.' + e.className)"),
                view + ": sticks out");
        page.setViewportSize(1200, 800);
    }

    VirtualAuthenticator plugInAuthenticator() {
        return new VirtualAuthenticator(page, true);
    }

    /** Writes a picture into {@code docs/images} where {@code -Dpictures=update} asks for it. */
    void picture(String name) {
        if (arePicturesTaken()) {
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("docs/images", name + ".png")));
        }
    }

    static boolean arePicturesTaken() {
        return "update".equals(System.getProperty("pictures"));
    }

    @Override
    public void close() {
        context.close();
        assertEquals(List.of(), complaints, "what the browser complains about");
    }

    private static String axe() {
        try (InputStream script = Objects.requireNonNull(Pages.class.getResourceAsStream("/axe.min.js"))) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package com.amplihack.auth.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.http.Chromium;
import com.amplihack.auth.http.ServerProcess;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An administrator at the server's web console, by hand: a setting is typed in, saved, in force, and taken back. Pictures of
 * each step stay below {@code target/it/console-…}. Skipped, with a word, where no Chromium is installed.
 */
@Tag("one-store")
@Tag("full")
class ConsoleIT {
    private static final String TREE = "treeForm:tree:configurations:server-config:";
    private static final String SAVE = "propertyForm:propertyContentPage:topButtons:saveButton";
    private static final String TABLE = "propertyForm:basicTable:";

    private static Chromium chromium;

    private final PayaraServer server = PayaraServer.get();
    private final Path pictures = ServerProcess.freshDirectory("console");
    private BrowserContext context;
    private Page page;

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

    @BeforeEach
    void signIn() {
        context = chromium.browser().newContext();
        context.setDefaultTimeout(120_000); // the console is loaded when somebody first asks for it
        page = context.newPage();
        page.setViewportSize(1440, 900);
        page.navigate("http://127.0.0.1:" + server.adminPort() + "/");
        id("Login.username").fill("admin");
        id("Login.password").fill(server.adminPassword());
        id("loginButton").click();
        id("treeForm").waitFor();
        picture("1-signed-in");
    }

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void aSettingThatIsTypedInIsInForceAndCanBeTakenBack() {
        openProperties();
        for (Setting<?> live : Settings.all().stream().filter(Setting::isLive).toList()) {
            assertTrue(indexOf(rows(), live.name()) >= 0, live.name());
        }
        row("auth.jwks.limit").locator("input[id$='col3:col1St']").fill("555");
        picture("3-typed");
        save("4-saved");
        await(() -> limit().startsWith("\"jwks\";q=555;"));
        await(() -> audit().contains("\"name\":\"auth.jwks.limit\",\"before\":\"600\",\"after\":\"555\""));

        openProperties();
        row("auth.jwks.limit").locator("input[type=checkbox]").check();
        id(TABLE + "topActionsGroup1:button1").click();
        await(() -> indexOf(rows(), "auth.jwks.limit") < 0); // a page that is being drawn anew loses a click
        picture("5-deleted");
        save("6-saved");
        await(() -> limit().startsWith("\"jwks\";q=600;"));
        assertEquals("\"jwks\";q=600;w=60", limit());
    }

    private void openProperties() {
        Locator microProfile = id(TREE + "microprofile:microprofile_link");
        if (!microProfile.isVisible()) {
            id(TREE + "server-config_turner").click();
        }
        microProfile.click();
        page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName("Property").setExact(true))
                .click();
        rows().first().waitFor(); // the tab before has a button to save of the same name
        picture("2-properties");
    }

    private void save(String picture) {
        id(SAVE).click();
        page.getByText("New values successfully saved.").waitFor();
        picture(picture);
    }

    /** The row of the table whose name field holds that text now. */
    private Locator row(String name) {
        await(() -> indexOf(rows(), name) >= 0);
        return rows().nth(indexOf(rows(), name));
    }

    private Locator rows() {
        return page.locator("tr[id^='" + TABLE + "rowGroup1:']");
    }

    private static int indexOf(Locator rows, String name) {
        for (int i = 0; i < rows.count(); i++) {
            Locator field = rows.nth(i).locator("input[id$='col2:col1St']");
            if (field.count() == 1 && field.inputValue().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private Locator id(String id) {
        return page.locator("[id='" + id + "']");
    }

    private void picture(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(pictures.resolve(name + ".png")));
    }

    private String limit() {
        return server.client()
                .get("/auth/jwks")
                .send()
                .header("RateLimit-Policy")
                .orElse("");
    }

    private String audit() {
        try {
            return Files.readString(server.home().resolve("audit.jsonl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(BooleanSupplier condition) {
        for (int i = 0; i < 240 && !condition.getAsBoolean(); i++) {
            try {
                Thread.sleep(250);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        assertTrue(condition.getAsBoolean());
    }
}

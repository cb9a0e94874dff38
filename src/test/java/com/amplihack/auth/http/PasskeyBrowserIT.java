package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Passkeys by {@code amplihack-auth.js} in a real browser, whose virtual authenticator stands for the fingerprint reader.
 * Skipped, with a word, where no Chromium is installed.
 */
@Timeout(60) // a promise that never settles would be waited for as long
@Tag("store")
class PasskeyBrowserIT {
    private static Chromium chromium;

    private String username;
    private BrowserContext context;
    private Page tab;
    private CDPSession devtools;
    private String authenticator;

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
    void openBrowser() {
        username = Session.newUser("user");
        context = chromium.browser().newContext();
        context.setDefaultTimeout(20_000);
        tab = context.newPage();
        devtools = context.newCDPSession(tab);
        JsonObject enable = new JsonObject();
        enable.addProperty("enableUI", false);
        devtools.send("WebAuthn.enable", enable);
        authenticator = plugIn(true);
        open();
    }

    @AfterEach
    void closeBrowser() {
        context.close();
    }

    private String plugIn(boolean verifies) {
        JsonObject options = new JsonObject();
        options.addProperty("protocol", "ctap2");
        options.addProperty("ctap2Version", "ctap2_1");
        options.addProperty("transport", "internal");
        options.addProperty("hasResidentKey", true);
        options.addProperty("hasUserVerification", true);
        options.addProperty("isUserVerified", verifies);
        options.addProperty("automaticPresenceSimulation", true);
        JsonObject arguments = new JsonObject();
        arguments.add("options", options);
        return devtools.send("WebAuthn.addVirtualAuthenticator", arguments)
                .get("authenticatorId")
                .getAsString();
    }

    private JsonArray credentials() {
        return devtools.send("WebAuthn.getCredentials", ofAuthenticator()).getAsJsonArray("credentials");
    }

    private JsonObject ofAuthenticator() {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("authenticatorId", authenticator);
        return arguments;
    }

    private void open() {
        tab.navigate("http://localhost:" + SharedServer.get().port() + "/");
        tab.evaluate(
                """
                async () => {
                  const { AuthSession } = await import('/amplihack-auth.js');
                  window.AuthSession = AuthSession;
                  window.session = new AuthSession();
                  window.refusal = promise => promise.then(() => 'none', error => error.name === 'AuthError' ? error.code : error.name);
                }""");
    }

    private void login() {
        tab.evaluate("([name, password]) => session.login(name, password)", List.of(username, Session.PASSWORD));
    }

    private String user() {
        return (String) tab.evaluate("async () => (await (await session.fetch('/api/user')).json()).username");
    }

    @Test
    void aPasskeyIsMadeAndSignsInWithoutAName() {
        assertEquals(true, tab.evaluate("() => AuthSession.hasPasskeys"));
        login();
        Object name = tab.evaluate("async () => (await session.addPasskey('laptop')).name");
        assertEquals("laptop", name);
        assertEquals(1, credentials().size());
        assertTrue(credentials()
                .get(0)
                .getAsJsonObject()
                .get("isResidentCredential")
                .getAsBoolean());
        tab.evaluate("() => session.logout()");
        open();

        tab.evaluate("() => session.loginWithPasskey()");

        assertEquals(username, user());
        Object listed = tab.evaluate(
                "async () => (await session.passkeys()).map(p => `${p.name} ${p.sign_count > 0} ${p.last_used_at != null}`).join()");
        assertEquals("laptop true true", listed);
        open();
        assertEquals(username, user(), "the session goes on by its cookies");
    }

    /** Browsers without the JSON methods of WebAuthn Level 3. */
    @Test
    void olderBrowsersDoTheSame() {
        tab.evaluate(
                """
                () => {
                  delete PublicKeyCredential.parseCreationOptionsFromJSON;
                  delete PublicKeyCredential.parseRequestOptionsFromJSON;
                  delete PublicKeyCredential.prototype.toJSON;
                }""");
        login();
        tab.evaluate("() => session.addPasskey('old')");
        tab.evaluate("() => session.loginWithPasskey()");
        assertEquals("InvalidStateError", tab.evaluate("() => refusal(session.addPasskey('again'))"));

        assertEquals(username, user());
    }

    @Test
    void aPasskeyIsOfferedInTheFieldForTheName() {
        login();
        tab.evaluate("() => session.addPasskey('laptop')");
        tab.evaluate("() => session.logout()");
        open();
        tab.evaluate("() => { document.body.innerHTML = '<input autocomplete=\"username webauthn\">'; }");

        assertEquals(true, tab.evaluate("() => session.offerPasskeys()"));

        assertEquals(username, user());
    }

    @Test
    void anOfferThatNobodyTakesEndsWhenAnotherWayIsChosen() {
        login();
        tab.evaluate("() => session.addPasskey('laptop')");
        tab.evaluate("() => session.logout()");
        open();
        JsonObject nobody = ofAuthenticator();
        nobody.addProperty("enabled", false);
        devtools.send("WebAuthn.setAutomaticPresenceSimulation", nobody);

        Object ended = tab.evaluate(
                """
                async () => {
                  const offer = session.offerPasskeys();
                  await new Promise(resume => setTimeout(resume, 500));
                  session.stopOfferingPasskeys();
                  return offer;
                }""");

        assertEquals(false, ended);
        username = Session.newUser("user");
        login();
        assertEquals(username, user());
    }

    @Test
    void whatIsRemovedIsRemovedFromTheDeviceToo() {
        login();
        String id = (String) tab.evaluate("async () => (await session.addPasskey('laptop')).id");
        tab.evaluate("() => session.loginWithPasskey()");
        tab.evaluate(
                """
                () => {
                  window.signals = [];
                  for (const name of ['signalAllAcceptedCredentials', 'signalCurrentUserDetails']) {
                    const real = PublicKeyCredential[name].bind(PublicKeyCredential);
                    PublicKeyCredential[name] = (what) => { signals.push([name, what]); return real(what); };
                  }
                }""");

        Object renamed = tab.evaluate("async id => (await session.renamePasskey(id, 'phone'))[0].name", id);
        assertEquals("phone", renamed);
        assertEquals(
                "signalAllAcceptedCredentials 1,signalCurrentUserDetails " + username,
                tab.evaluate(
                        "() => signals.map(([name, s]) => `${name} ${s.name ?? s.allAcceptedCredentialIds.length}`).join()"));
        assertEquals(1, credentials().size(), "it still works");

        assertEquals(0, tab.evaluate("async id => (await session.removePasskey(id)).length", id));

        assertEquals(0, credentials().size(), "the browser has told the authenticator");
        assertEquals(
                "NotAllowedError",
                tab.evaluate("() => refusal(session.loginWithPasskey())"),
                "there is none left to choose");
    }

    @Test
    void whoIsNotVerifiedMakesNone() {
        login();
        devtools.send("WebAuthn.removeVirtualAuthenticator", ofAuthenticator());
        authenticator = plugIn(false);

        assertEquals("NotAllowedError", tab.evaluate("() => refusal(session.addPasskey('laptop'))"));

        assertFalse(credentials().iterator().hasNext());
        assertEquals(0, tab.evaluate("async () => (await session.passkeys()).length"));
    }
}

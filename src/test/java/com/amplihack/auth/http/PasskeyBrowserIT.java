package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
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
    private VirtualAuthenticator authenticator;

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
        authenticator = new VirtualAuthenticator(tab, true);
        open();
    }

    @AfterEach
    void closeBrowser() {
        context.close();
    }

    private void open() {
        tab.navigate("http://localhost:" + SharedServer.get().port() + "/auth/jwks"); // without scripts of its own
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
        assertEquals(1, authenticator.credentials().size());
        assertTrue(authenticator
                .credentials()
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
        tab.evaluate("() => { const field = document.createElement('input'); field.autocomplete = 'username webauthn';"
                + " document.body.replaceChildren(field); }");

        assertEquals(true, tab.evaluate("() => session.offerPasskeys()"));

        assertEquals(username, user());
    }

    @Test
    void anOfferThatNobodyTakesEndsWhenAnotherWayIsChosen() {
        login();
        tab.evaluate("() => session.addPasskey('laptop')");
        tab.evaluate("() => session.logout()");
        open();
        authenticator.touched(false);

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
        assertEquals(1, authenticator.credentials().size(), "it still works");

        assertEquals(0, tab.evaluate("async id => (await session.removePasskey(id)).length", id));

        assertEquals(0, authenticator.credentials().size(), "the browser has told the authenticator");
        assertEquals(
                "NotAllowedError",
                tab.evaluate("() => refusal(session.loginWithPasskey())"),
                "there is none left to choose");
    }

    @Test
    void whoIsNotVerifiedMakesNone() {
        login();
        authenticator.replace(false);

        assertEquals("NotAllowedError", tab.evaluate("() => refusal(session.addPasskey('laptop'))"));

        assertFalse(authenticator.credentials().iterator().hasNext());
        assertEquals(0, tab.evaluate("async () => (await session.passkeys()).length"));
    }
}

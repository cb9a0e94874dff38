package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.LossyProxy.Fate;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code amplihack-auth.js} in a real browser, with several tabs and a network that loses things. Skipped, with a word,
 * where no Chromium is installed.
 */
@Timeout(60) // a promise that never settles would be waited for as long
@Tag("one-store")
class BrowserIT {
    private static Chromium chromium;
    private static String username;
    private static String other;

    private LossyProxy proxy;
    private BrowserContext context;

    @BeforeAll
    static void startChromium() {
        chromium = new Chromium();
        username = Session.newUser("user");
        other = Session.newUser("user");
    }

    @AfterAll
    static void endChromium() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void openBrowser() {
        proxy = new LossyProxy();
        context = chromium.browser().newContext();
        context.setDefaultTimeout(20_000);
    }

    @AfterEach
    void closeBrowser() {
        context.close();
        proxy.close();
    }

    @Test
    void fiveTabsWhoseTokenExpiresRefreshOnce() {
        context.clock().install();
        List<Page> tabs = tabs(5);
        login(tabs.get(0), username);
        tabs.forEach(BrowserIT::token);
        assertEquals(0, proxy.moreRefreshes(), "the other tabs have it from the first one");
        String old = token(tabs.get(0));
        CountDownLatch allHaveAsked = new CountDownLatch(1);
        proxy.next(new Fate.Late(allHaveAsked));

        context.clock().fastForward("14:05");
        tabs.forEach(BrowserIT::ask);
        proxy.sentKey();
        allHaveAsked.countDown();

        String fresh = asked(tabs.get(0));
        assertNotEquals(old, fresh);
        tabs.forEach(tab -> assertEquals(fresh, asked(tab)));
        tabs.forEach(tab -> assertEquals(username, user(tab)));
        assertEquals(0, proxy.moreRefreshes());
    }

    @Test
    void fiveTabsThatAreRestoredRefreshOnce() {
        Page before = tab();
        login(before, username);
        before.close();
        List<Page> tabs = tabs(5);

        tabs.forEach(BrowserIT::ask);

        String fresh = asked(tabs.get(0));
        tabs.forEach(tab -> assertEquals(fresh, asked(tab)));
        proxy.sentKey();
        assertEquals(0, proxy.moreRefreshes());
    }

    @Test
    void aTokenIsRenewedBeforeItExpiresAndNotMuchEarlier() {
        context.clock().install();
        Page tab = tab();
        login(tab, username);
        String first = token(tab);

        context.clock().fastForward("13:30");
        assertEquals(first, token(tab));
        context.clock().fastForward("00:35");
        assertNotEquals(first, token(tab));

        proxy.sentKey();
        assertEquals(0, proxy.moreRefreshes());
    }

    @Test
    void aLostAnswerIsAskedForByTheSameKey() {
        Page tab = signedInWithoutToken();
        proxy.next(new Fate.LostAnswer(), new Fate.LostAnswer(), new Fate.LostAnswer());

        assertEquals(username, user(tab));

        assertEquals(
                1,
                IntStream.range(0, 4).mapToObj(i -> proxy.sentKey()).distinct().count());
        assertEquals(username, user(tab));
        assertEquals(0, proxy.moreRefreshes());
    }

    /** Five seconds are longer than the grace: only the key tells this refresh from a theft. */
    @Test
    void anAnswerThatNeverComesIsGivenUpAfterFiveSecondsAndAskedForByTheSameKey() {
        Page tab = signedInWithoutToken();
        proxy.next(new Fate.Silence());

        assertEquals(username, user(tab));

        String key = proxy.sentKey();
        assertEquals(key, proxy.sentKey());
        assertEquals(0, proxy.moreRefreshes());
        assertEquals(List.of(), told(tab));
    }

    @Test
    void aRequestThatIsLostOnItsWayIsSentAgain() {
        Page tab = signedInWithoutToken();
        proxy.next(new Fate.LostRequest(), new Fate.LostRequest());

        assertEquals(username, user(tab));

        String key = proxy.sentKey();
        assertEquals(key, proxy.sentKey());
        assertEquals(key, proxy.sentKey());
    }

    @Test
    void theNextRefreshHasAnotherKey() {
        String first = keyOf(signedInWithoutToken());

        assertNotEquals(first, keyOf(tab()));
    }

    @Test
    void aTabThatIsClosedInTheMiddleIsFollowedByOneThatSendsTheSameKey() {
        Page closed = signedInWithoutToken();
        proxy.next(new Fate.Silence());
        ask(closed);
        String key = proxy.sentKey();
        closed.close();
        Session.graceEnds();
        Page next = tab();

        assertEquals(username, user(next));

        assertEquals(key, proxy.sentKey());
        assertEquals(List.of(), told(next));
    }

    @Test
    void aTabThatIsClosedInItsTurnGivesItToTheNext() {
        List<Page> tabs = List.of(signedInWithoutToken(), tab());
        proxy.next(new Fate.Silence());
        ask(tabs.get(0));
        String key = proxy.sentKey();
        ask(tabs.get(1));
        tabs.get(0).close();

        asked(tabs.get(1));

        assertEquals(key, proxy.sentKey());
        assertEquals(username, user(tabs.get(1)));
    }

    @Test
    void signingOutInOneTabSignsTheOthersOut() {
        List<Page> tabs = tabs(3);
        login(tabs.get(0), username);
        tabs.forEach(BrowserIT::token);

        tabs.get(1).evaluate("() => session.logout()");

        tabs.forEach(tab -> assertEquals(List.of("logout"), awaitTold(tab)));
        tabs.forEach(tab -> assertEquals("refresh_token_required", tokenRefusal(tab)));
        assertEquals(
                List.of("device"), // the browser stays a known one
                context.cookies().stream().map(cookie -> cookie.name).toList());
    }

    @Test
    void whoIsNotSignedInCanSignOutAllTheSame() {
        Page tab = tab();

        tab.evaluate("() => session.logout()");

        assertEquals(List.of("logout"), told(tab));
    }

    @Test
    void whenAThiefHasUsedTheRefreshTokenEveryTabIsSignedOut() {
        List<Page> tabs = tabs(2);
        login(tabs.get(0), username);
        tabs.forEach(BrowserIT::token);
        Client thief = new Client();
        Answer theft = thief.post("/auth/refresh").header("Cookie", cookies()).send();
        assertEquals(200, theft.status());
        Session.graceEnds();
        Page restored = tab();
        proxy.move(); // so that the tokens are refused

        assertEquals("refresh_token_reused", userRefusal(tabs.get(0)));

        tabs.forEach(tab -> assertEquals(List.of("refresh_token_reused"), awaitTold(tab)));
        assertEquals("invalid_refresh_token", tokenRefusal(restored));
        Answer loot = thief.get("/api/user")
                .bearer(theft.json().getString("access_token"))
                .cookie("session_id", theft.cookieValue("session_id"))
                .send();
        assertEquals("token_revoked", loot.error(), "and the thief has nothing");
    }

    @Test
    void aSessionThatWasEndedElsewhereIsNoticedAtTheNextRequest() {
        Page tab = tab();
        login(tab, username);
        new Client().post("/auth/logout").header("Cookie", cookies()).send();

        assertEquals("invalid_refresh_token", userRefusal(tab));

        assertEquals(List.of("invalid_refresh_token"), told(tab));
    }

    @Test
    void aTabNeverActsAsSomebodyWhoSignedInInAnotherTab() {
        List<Page> tabs = tabs(2);
        login(tabs.get(0), username);
        assertEquals(username, user(tabs.get(0)));

        login(tabs.get(1), other);

        assertEquals(List.of("user_changed"), awaitTold(tabs.get(0)));
        assertEquals("user_changed", userRefusal(tabs.get(0)));
        assertEquals(other, user(tabs.get(1)));
        assertEquals(other, user(tab()), "a page that is loaded anew is theirs");
    }

    /** The other tab has no module that would tell; the server notices by the access token that came along. */
    @Test
    void aTabNoticesASignInThatNobodyToldItOf() {
        Page tab = tab();
        login(tab, username);
        assertEquals(username, user(tab));

        tab().evaluate(
                        "([username, password]) => fetch('/auth/login', {method: 'POST', body: JSON.stringify({username,"
                                + " password}), headers: {'Content-Type': 'application/json'}})",
                        List.of(other, Session.PASSWORD));

        assertEquals("user_changed", userRefusal(tab));
        assertEquals(List.of("user_changed"), told(tab));
        assertNotEquals(proxy.sentKey(), proxy.sentKey(), "session_changed, and anew");
    }

    @Test
    void whoSignsInAgainInAnotherTabGoesOnInBoth() {
        List<Page> tabs = tabs(2);
        login(tabs.get(0), username);
        assertEquals(username, user(tabs.get(0)));

        login(tabs.get(1), username);

        assertEquals(username, user(tabs.get(0)));
        assertEquals(username, user(tabs.get(1)));
        assertEquals(List.of(), told(tabs.get(0)));
    }

    @Test
    void aRefusedTokenIsRenewedAndTheRequestSentAgain() {
        Page tab = tab();
        login(tab, username);
        assertEquals(username, user(tab));
        proxy.move();

        assertEquals(username, user(tab));

        proxy.sentKey();
        assertEquals(0, proxy.moreRefreshes());
    }

    @Test
    void whatSomebodyInBetweenAnswersSignsNobodyOut() {
        Page tab = signedInWithoutToken();
        proxy.next(
                instead("401 Unauthorized", "X-Portal: 1", "<h1>Sign in to the guest network</h1>"),
                instead("302 Found", "Location: https://portal.invalid/", ""));

        assertEquals(username, user(tab));

        String key = proxy.sentKey();
        assertEquals(List.of(key, key), List.of(proxy.sentKey(), proxy.sentKey()));
        assertEquals(List.of(), told(tab));
    }

    @Test
    void thePauseThatTheServerAsksForIsKept() {
        Page tab = signedInWithoutToken();
        proxy.next(instead("503 Service Unavailable", "Retry-After: 1", "{\"error\":\"store_unavailable\"}"));
        long start = System.nanoTime();

        assertEquals(username, user(tab));

        assertTrue(System.nanoTime() - start > 1_000_000_000);
        assertEquals(proxy.sentKey(), proxy.sentKey());
    }

    @Test
    void aSupersededRefreshStartsAnewWithAnotherKey() {
        Page tab = signedInWithoutToken();
        proxy.next(instead("409 Conflict", "X-Test: 1", "{\"error\":\"refresh_superseded\"}"));

        assertEquals(username, user(tab));

        assertNotEquals(proxy.sentKey(), proxy.sentKey());
    }

    @Test
    void whoIsOfflineGoesOnWhenTheNetworkIsBack() {
        Page tab = signedInWithoutToken();
        context.setOffline(true);
        ask(tab);
        tab.waitForFunction("() => localStorage.length === 1");
        context.setOffline(false);

        asked(tab);

        assertEquals(username, user(tab));
    }

    @Test
    void noScriptSeesMoreThanTheAccessTokenInMemory() {
        Page tab = tab();
        login(tab, username);
        assertEquals(username, user(tab));

        assertEquals("", tab.evaluate("() => document.cookie"));
        assertEquals(0, tab.evaluate("() => localStorage.length + sessionStorage.length"));
        assertEquals("{}", tab.evaluate("() => JSON.stringify(session)"));
        assertTrue(context.cookies().stream().allMatch(cookie -> cookie.httpOnly && cookie.secure));
    }

    @Test
    void theAccessTokenGoesToItsOwnServiceOnly() {
        assertEquals(
                "TypeError",
                tab().evaluate("() => session.fetch('https://elsewhere.invalid/').catch(error => error.name)"));
    }

    @Test
    void aWrongPasswordIsTold() {
        assertEquals(
                "invalid_credentials",
                tab().evaluate("name => session.login(name, 'wrong').catch(error => error.code)", username));
    }

    private Page tab() {
        Page tab = context.newPage();
        tab.navigate(proxy.url() + "/auth/jwks"); // a page without scripts of its own
        tab.evaluate(
                """
                async () => {
                  const { AuthSession } = await import('/amplihack-auth.js');
                  window.told = [];
                  window.session = new AuthSession({
                    onSignedOut: code => told.push(code),
                    onUserChanged: () => told.push('user_changed'),
                  });
                  window.refusal = promise => promise.then(() => 'none', error => error.code ?? String(error));
                }""");
        return tab;
    }

    private List<Page> tabs(int number) {
        return IntStream.range(0, number).mapToObj(i -> tab()).toList();
    }

    private static void login(Page tab, String username) {
        tab.evaluate("([name, password]) => session.login(name, password)", List.of(username, Session.PASSWORD));
    }

    /** Somebody is signed in, and the page has just been loaded. */
    private Page signedInWithoutToken() {
        Page before = tab();
        login(before, username);
        before.close();
        return tab();
    }

    private static String token(Page tab) {
        return (String) tab.evaluate("() => session.accessToken()");
    }

    /** Begins to ask for a token; {@link #asked} waits for it. */
    private static void ask(Page tab) {
        tab.evaluate("() => { window.asked = session.accessToken(); asked.catch(() => {}); }");
    }

    private static String asked(Page tab) {
        return (String) tab.evaluate("() => asked");
    }

    private static String tokenRefusal(Page tab) {
        return (String) tab.evaluate("() => refusal(session.accessToken())");
    }

    private static String user(Page tab) {
        return (String) tab.evaluate("async () => (await (await session.fetch('/api/user')).json()).username");
    }

    private static String userRefusal(Page tab) {
        return (String) tab.evaluate("() => refusal(session.fetch('/api/user'))");
    }

    private static Object told(Page tab) {
        return tab.evaluate("() => told");
    }

    private static Object awaitTold(Page tab) {
        tab.waitForFunction("() => told.length > 0");
        return told(tab);
    }

    private String keyOf(Page tab) {
        token(tab);
        tab.close();
        String key = proxy.sentKey();
        assertFalse(key.isEmpty());
        return key;
    }

    /** What somebody copies who can read the browser's disk. */
    private String cookies() {
        return String.join(
                "; ",
                context.cookies(proxy.url() + "/auth/refresh").stream()
                        .map((Cookie cookie) -> cookie.name + "=" + cookie.value)
                        .toList());
    }

    private static Fate instead(String status, String header, String body) {
        return new Fate.Instead("HTTP/1.1 " + status + "\r\n" + header + "\r\nContent-Length: " + body.length()
                + "\r\nConnection: close\r\n\r\n" + body);
    }
}

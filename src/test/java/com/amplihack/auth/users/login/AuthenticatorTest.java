package com.amplihack.auth.users.login;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.LoginAttempt;
import com.amplihack.auth.store.LoginFailure;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.AccountDirectory.AccountRef;
import com.amplihack.auth.users.Accounts;
import com.amplihack.auth.users.TestAccounts;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.web.ClientContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole authentication on a clock that is set, without hashing: what is compared, and who gets in. */
@Tag("fault-25")
class AuthenticatorTest {
    private static final String ID = UUID.randomUUID().toString();
    private static final Secret RIGHT = Secret.of("the password");
    private static final Secret WRONG = Secret.of("a guess");
    private static final PresentedDevices DEVICE = (account, version) -> Optional.of("device");
    private static final int ADDRESSES = 100;

    private final Configuration configuration =
            new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of("jwt.key.size", "2048")));
    private final Account account = TestAccounts.account(ID, "ada", Set.of(), Set.of());
    private final List<String> compared = Collections.synchronizedList(new ArrayList<>());
    private final RecordedAudit audit = new RecordedAudit();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final ScriptedStore store = new ScriptedStore(new EmbeddedBackend(() -> now));
    private boolean overloaded;
    private boolean outdated;
    private Runnable rehash = () -> {};
    private Duration checking = Duration.ZERO;
    private Authenticator authenticator;

    @BeforeEach
    void make() {
        authenticator = authenticator(store);
    }

    /**
     * A hundred addresses at the full rate of the login limit for a day; whoever has the right password but no device is
     * kept out as long as the lock is on, so that no answer tells whether a guess was right.
     */
    @Test
    @Tag("full")
    void aDayOfAHundredAddressesGetsTheGuessesThatArePromisedAndNeverKeepsTheOwnerOut() {
        Random random = new Random(7);
        Instant end = now.plus(Duration.ofDays(1));
        int guesses = 0;
        int attempts = 0;
        int logins = 0;
        while (now.isBefore(end)) {
            for (int i = 0; i < ADDRESSES; i++) {
                attempts++;
                guesses += isTried("192.0.2." + i) ? 1 : 0;
            }
            if (random.nextInt(20) == 0) {
                assertFalse(signsIn(RIGHT, PresentedDevices.NONE, "198.51.100.2"), "a stranger, at " + now);
            }
            if (random.nextInt(5) == 0) {
                assertTrue(signsIn(RIGHT, DEVICE, "198.51.100.1"), "the owner, at " + now);
                logins++;
            }
            now = now.plusSeconds(60); // 5 in 300 s
        }

        int promised = configuration.settings().limits().lockout().guessesWithin(Duration.ofDays(1));
        assertEquals(150, promised);
        assertEquals(promised, guesses, "of " + attempts);
        assertTrue(logins > 200, "the owner came by: " + logins);
        assertEquals(15, audit.count("ACCOUNT_LOCKED"), "one event for each lock");
    }

    /** Whoever stays below the threshold, however far, gets no more: one guess in so many minutes, for a day. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 13, 14, 21, 34})
    void aPatientAttackerGetsNoMoreGuesses(int minutes) {
        Instant end = now.plus(Duration.ofDays(1));
        int guesses = 0;
        for (int i = 0; now.isBefore(end); i++) {
            guesses += isTried("192.0.2." + i % ADDRESSES) ? 1 : 0;
            now = now.plus(Duration.ofMinutes(minutes));
        }

        assertTrue(guesses <= 150, "guesses: " + guesses);
        assertTrue(guesses > 40, "guesses: " + guesses);
    }

    @Test
    @Tag("fault-27")
    void aLockedAccountComparesThePasswordAndAnswersAsToAWrongOne() {
        AuthException wrong = refusal("ada", WRONG, "192.0.2.200");
        lock();
        compared.clear();

        AuthException locked = refusal("ada", RIGHT, "192.0.2.201");
        AuthException unknown = refusal("nobody-of-that-name", RIGHT, "192.0.2.202");

        assertEquals(List.of("ada", "nobody"), compared, "the same work");
        for (AuthException other : List.of(locked, unknown)) {
            assertEquals(wrong.code(), other.code());
            assertEquals(wrong.getMessage(), other.getMessage());
            assertEquals(wrong.headers().keySet(), other.headers().keySet());
        }
        assertTrue(wrong.headers().containsKey("RateLimit"));
    }

    @Test
    void namesThatNobodyHasPileNothingUpAndLockNobody() {
        Set<String> counted = new HashSet<>();
        InvocationHandler watch = (proxy, method, arguments) -> {
            if (method.getName().equals("beginLogin")) {
                counted.add((String) arguments[0]);
            }
            return method.invoke(store, arguments);
        };
        SecurityStore watched = (SecurityStore) Proxy.newProxyInstance(
                SecurityStore.class.getClassLoader(), new Class<?>[] {SecurityStore.class}, watch);
        authenticator = authenticator(watched);

        for (int i = 0; i < 5_000; i++) {
            refusal("name-" + i, WRONG, "192.0." + i / 250 + "." + i % 250);
        }

        assertTrue(counted.stream().allMatch(id -> id.startsWith("00000000-0000-0000-0000-")), "nobody's");
        assertEquals(0, audit.count("ACCOUNT_LOCKED"));
        assertTrue(signsIn(RIGHT, PresentedDevices.NONE, "198.51.100.1"));
    }

    @Test
    void namesThatNobodyHasShareABoundedNumberOfCounters() {
        long counters = IntStream.range(0, 500_000)
                .mapToObj(name -> Authenticator.counter("pseudonym-" + name * 7919L))
                .distinct()
                .count();

        assertTrue(counters <= Authenticator.UNKNOWN_NAME_COUNTERS, "counters: " + counters);
        assertTrue(counters > Authenticator.UNKNOWN_NAME_COUNTERS / 2, "counters: " + counters);
    }

    @Test
    @Tag("fault-27")
    void aNameThatNobodyHasIsCountedAsAnAccountIs() {
        List<String> subjects = new ArrayList<>();
        InvocationHandler watch = (proxy, method, arguments) -> {
            if (method.getName().equals("beginLogin")) {
                subjects.add((String) arguments[0]);
            }
            return method.invoke(store, arguments);
        };
        authenticator = authenticator((SecurityStore) Proxy.newProxyInstance(
                SecurityStore.class.getClassLoader(), new Class<?>[] {SecurityStore.class}, watch));

        refusal("nobody", WRONG, "192.0.2.1");
        refusal("NOBODY", WRONG, "192.0.2.2");
        refusal("somebody-else", WRONG, "192.0.2.3");

        assertEquals(subjects.get(0), subjects.get(1), "in any case");
        assertNotEquals(subjects.get(0), subjects.get(2));
    }

    /** Each waits for the others: their passwords were not looked at. */
    @Test
    void ofSixteenSignInsAtOnceWithTheRightPasswordNoneIsRefused() throws Exception {
        assertEquals(List.of(), atOnce(16, i -> RIGHT));
    }

    @Test
    void ofFiftyGuessesAtOnceTenAreLookedAt() throws Exception {
        List<ErrorCode> answers = atOnce(50, i -> WRONG);

        assertEquals(Collections.nCopies(50, ErrorCode.INVALID_CREDENTIALS), answers);
        assertEquals(10, audit.count("LOGIN_FAILED wrong_password"), "as many as may be looked at");
        assertEquals(40, audit.count("LOGIN_FAILED locked"));
        assertEquals(1, audit.count("ACCOUNT_LOCKED"));
    }

    @Test
    void whoFindsNoPlaceInTimeIsToldSoAndNothingElse() throws Exception {
        List<LoginAttempt> lost = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            lost.add(store.beginLogin(
                    ID, Optional.empty(), configuration.settings().limits().lockout()));
        }

        assertEquals(ErrorCode.OVERLOADED, refusal("ada", RIGHT, "192.0.2.1").code());
        assertEquals(List.of(), compared, "nobody looked at the password");

        store.giveBackLogin(lost.get(0));
        assertTrue(signsIn(RIGHT, PresentedDevices.NONE, "192.0.2.2"), "it held no place");
    }

    /** What the refused ones were told. */
    private List<ErrorCode> atOnce(int count, IntFunction<Secret> password) throws Exception {
        return atOnce(count, password, i -> "192.0.2." + i);
    }

    private List<ErrorCode> atOnce(int count, IntFunction<Secret> password, IntFunction<String> address)
            throws Exception {
        checking = Duration.ofMillis(20);
        ExecutorService people = Executors.newFixedThreadPool(count);
        try {
            List<Callable<Optional<ErrorCode>>> attempts = IntStream.range(0, count)
                    .<Callable<Optional<ErrorCode>>>mapToObj(i -> () -> {
                        try {
                            authenticator.authenticate(
                                    "ada", password.apply(i), PresentedDevices.NONE, client(address.apply(i)));
                            return Optional.empty();
                        } catch (AuthException refused) {
                            return Optional.of(refused.code());
                        }
                    })
                    .toList();
            List<ErrorCode> refusals = new ArrayList<>();
            for (Future<Optional<ErrorCode>> answer : people.invokeAll(attempts)) {
                answer.get().ifPresent(refusals::add);
            }
            return refusals;
        } finally {
            people.shutdownNow();
        }
    }

    @Test
    void successesAreGivenBackToTheAddress() {
        for (int i = 0; i < 12; i++) {
            assertTrue(signsIn(RIGHT, PresentedDevices.NONE, "192.0.2.1"), "sign-in " + i);
        }
        for (int i = 0; i < 5; i++) {
            assertEquals(
                    ErrorCode.INVALID_CREDENTIALS,
                    refusal("ada", WRONG, "192.0.2.1").code());
            now = now.plusSeconds(1);
        }
        assertEquals(ErrorCode.RATE_LIMITED, refusal("ada", RIGHT, "192.0.2.1").code());
        assertEquals("rate_limited", store.failures(ID).get(0).failure().reason());
    }

    @Test
    void oneAddressPushesOutNoFailureOfOthers() {
        refusal("ada", WRONG, "198.51.100.1");
        useUp("2001:db8::1");
        List<String> names = List.of("ada", "ADA", " Ada", "ada\n", "aDa\u00a0");
        for (int i = 0; i < 2 * LoginFailure.IN_ALL; i++) {
            String name = i % 2 == 0 ? names.get(i / 2 % names.size()) : "nobody " + i;
            ClientContext client = new ClientContext("2001:db8::1:" + Integer.toHexString(i), "Test/" + i, "");
            assertThrows(
                    AuthException.class, () -> authenticator.authenticate(name, WRONG, PresentedDevices.NONE, client));
        }

        List<LoginFailure> own = noted(store.failures(ID));
        assertTrue(own.contains(new LoginFailure(ID, "ada", "rate_limited", "2001:db8::", "")));
        assertTrue(own.contains(new LoginFailure(ID, "ada", "wrong_password", "198.51.100.1", "Test/1.0")));
        List<LoginFailure> all = noted(store.failures(0, LoginFailure.IN_ALL));
        assertTrue(all.contains(new LoginFailure("", "", "rate_limited", "2001:db8::", "")));
        assertTrue(all.contains(new LoginFailure(ID, "ada", "wrong_password", "198.51.100.1", "Test/1.0")));
        assertEquals(2, own.size());
        assertEquals(4, all.size(), "and the one failure of nobody that was looked at");
    }

    @Test
    void theNameOfAFailedSignInIsNotedWithoutWhatSurroundsIt() {
        refusal("Ada\nlocked\n", WRONG, "192.0.2.1"); // no valid name
        refusal("\n Ada\n", WRONG, "192.0.2.2");

        assertEquals(
                List.of(new LoginFailure(ID, "Ada", "wrong_password", "192.0.2.2", "Test/1.0")),
                noted(store.failures(ID)));
    }

    private static List<LoginFailure> noted(List<LoginFailure.Last> failures) {
        return failures.stream().map(LoginFailure.Last::failure).toList();
    }

    @Test
    void whatWasNotLookedAtIsGivenBackToTheAddress() {
        overloaded = true;
        for (int i = 0; i < 12; i++) {
            assertEquals(
                    ErrorCode.OVERLOADED, refusal("ada", WRONG, "192.0.2.1").code());
        }
    }

    @Test
    void ofSixteenSignInsAtOnceFromOneAddressNoneIsRefused() throws Exception {
        assertEquals(List.of(), atOnce(16, i -> RIGHT, i -> "192.0.2.1"));
    }

    @Test
    void ofFiftyGuessesAtOnceFromOneAddressFiveAreLookedAt() throws Exception {
        List<ErrorCode> answers = atOnce(50, i -> WRONG, i -> "192.0.2.1");

        assertEquals(5, Collections.frequency(answers, ErrorCode.INVALID_CREDENTIALS));
        assertEquals(45, Collections.frequency(answers, ErrorCode.RATE_LIMITED));
        assertEquals(5, compared.size());
    }

    @Test
    void strangersDoNotUseUpTheAddressOfADeviceOrSessionOfTheAccount() {
        String alive = openSession(ID);
        useUp("192.0.2.1");

        assertEquals(ErrorCode.RATE_LIMITED, refusal("ada", RIGHT, "192.0.2.1").code());
        assertTrue(signsIn(RIGHT, DEVICE, "192.0.2.1"));
        assertTrue(signsIn(RIGHT, PresentedDevices.NONE.with(List.of(alive)), "192.0.2.1"));
    }

    @Test
    void aDeviceOrSessionHasAQuotaOfItsOwnAndNoMore() {
        PresentedDevices session = PresentedDevices.NONE.with(List.of(openSession(ID)));
        for (PresentedDevices presented : List.of(DEVICE, session)) {
            for (int i = 0; i < 5; i++) {
                assertFalse(signsIn(WRONG, presented, "192.0.2." + i));
            }
            compared.clear();
            assertFalse(signsIn(RIGHT, presented, "192.0.2.9"), "from any address");
            assertEquals(List.of(), compared);
            store.unlock(ID);
        }
    }

    @Test
    void aSessionOfSomebodyElseOrOneThatIsOverIsAStranger() {
        String others = openSession("00000000-0000-4000-8000-00000000000b");
        String over = openSession(ID);
        store.end(ID, over);
        useUp("192.0.2.1");

        PresentedDevices presented = PresentedDevices.NONE.with(List.of(others, over, "made-up"));

        assertFalse(signsIn(RIGHT, presented, "192.0.2.1"));
        assertEquals("RATE_LIMIT_EXCEEDED", audit.last());
    }

    @Test
    void noMoreThanThreeSessionsAreLookedUp() {
        useUp("192.0.2.1");
        List<String> sids = new ArrayList<>(List.of("a", "b", "c"));
        sids.add(openSession(ID));

        assertFalse(signsIn(RIGHT, PresentedDevices.NONE.with(sids), "192.0.2.1"));
    }

    /** Uses up the quota of an address with a name that nobody has. */
    private void useUp(String address) {
        for (int i = 0; i < 5; i++) {
            refusal("nobody", WRONG, address);
        }
    }

    private String openSession(String subject) {
        String sid = "session-" + subject + now.getNano();
        now = now.plusNanos(1_000_000);
        store.open(
                SessionRecord.first(
                        subject, sid, "live", store.epoch(subject), now, now.plusSeconds(9_999), "192.0.2.7", "curl"),
                Duration.ofHours(1),
                100);
        return sid;
    }

    @Test
    void anOutdatedHashThatCannotBeRenewedNowSignsIn() {
        outdated = true;
        for (ErrorCode failure : List.of(ErrorCode.OVERLOADED, ErrorCode.STORE_UNAVAILABLE)) {
            rehash = () -> {
                throw new AuthException(failure, "");
            };
            assertTrue(signsIn(RIGHT, PresentedDevices.NONE, "198.51.100.1"), failure.toString());
        }
        List<String> renewed = new ArrayList<>();
        rehash = () -> renewed.add("");
        assertTrue(signsIn(RIGHT, PresentedDevices.NONE, "198.51.100.1"));

        assertEquals(1, renewed.size(), "it is tried again");
    }

    @Test
    void aDeviceOfAnotherAccountIsAStranger() {
        lock();

        PresentedDevices another = (id, version) -> id.equals(ID) ? Optional.empty() : Optional.of("device");

        assertFalse(signsIn(RIGHT, another, "198.51.100.1"));
        assertTrue(signsIn(RIGHT, DEVICE, "198.51.100.1"));
    }

    @Test
    void aFullQueueIsNoFailure() {
        overloaded = true;
        for (int i = 0; i < 30; i++) {
            assertEquals(
                    ErrorCode.OVERLOADED, refusal("ada", WRONG, "192.0.2." + i).code());
        }
        overloaded = false;

        assertTrue(signsIn(RIGHT, PresentedDevices.NONE, "198.51.100.1"));
    }

    @Test
    void afterALockStrangersWithThePasswordGetInAgain() {
        lock();
        assertFalse(signsIn(RIGHT, PresentedDevices.NONE, "198.51.100.1"));

        now = now.plus(Duration.ofMinutes(15));

        assertTrue(signsIn(RIGHT, PresentedDevices.NONE, "198.51.100.1"));
    }

    private Authenticator authenticator(SecurityStore counted) {
        LoginLimit limit = new LoginLimit(counted, new RateLimiter(audit, configuration), configuration);
        return new Authenticator(
                directory(), accounts(), hasher(), counted, counted, audit, configuration, limit, new Meters());
    }

    private void lock() {
        for (int i = 0; i < 10; i++) {
            refusal("ada", WRONG, "192.0.2." + i);
        }
        assertTrue(store.lockedUntil(ID).isPresent());
    }

    /** A stranger's wrong guess; whether the right one would have got in. */
    private boolean isTried(String address) {
        AuthException refused = refusal("ada", WRONG, address);
        assertEquals(ErrorCode.INVALID_CREDENTIALS, refused.code());
        return !audit.last().equals("LOGIN_FAILED locked");
    }

    private AuthException refusal(String username, Secret password, String address) {
        return assertThrows(
                AuthException.class,
                () -> authenticator.authenticate(username, password, PresentedDevices.NONE, client(address)));
    }

    private boolean signsIn(Secret password, PresentedDevices devices, String address) {
        try {
            return authenticator
                    .authenticate("ada", password, devices, client(address))
                    .account()
                    .equals(account);
        } catch (AuthException refused) {
            return false;
        }
    }

    private static ClientContext client(String address) {
        return new ClientContext(address, "Test/1.0", "");
    }

    private AccountDirectory directory() {
        return new AccountDirectory(new Database(configuration)) {
            @Override
            public Optional<AccountRef> findKey(Username username) {
                return username.key().equals("ada") ? Optional.of(new AccountRef(ID, 0)) : Optional.empty();
            }

            @Override
            public Optional<Account> find(String id) {
                return Optional.of(account);
            }

            @Override
            public Optional<String> someHash(String seed) {
                return Optional.empty();
            }
        };
    }

    private Accounts accounts() {
        return new Accounts(new Database(configuration), configuration, () -> now) {
            @Override
            public Optional<Account> rehash(Account found, String fresh) {
                rehash.run();
                return Optional.of(found);
            }
        };
    }

    private PasswordHasher hasher() {
        return new PasswordHasher(configuration, new Meters()) {
            @Override
            public boolean verify(String encoded, Secret password) {
                if (overloaded) {
                    throw new AuthException(ErrorCode.OVERLOADED, "");
                }
                compared.add("ada");
                pause(checking);
                return password.equals(RIGHT);
            }

            @Override
            public String hash(Secret password) {
                return "";
            }

            @Override
            public boolean verifyUnknownUser(Optional<String> decoy, Secret password) {
                compared.add("nobody");
                return false;
            }

            @Override
            public boolean isOutdated(String encoded, Secret password) {
                return outdated;
            }
        };
    }

    private static void pause(Duration length) {
        try {
            Thread.sleep(length.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

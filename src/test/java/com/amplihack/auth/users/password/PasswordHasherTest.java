package com.amplihack.auth.users.password;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import de.mkammerer.argon2.Argon2;
import de.mkammerer.argon2.Argon2Factory;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHasherTest {
    private static final Secret PASSWORD = Secret.of("correct horse battery staple");
    private static final Map<String, String> CHEAP =
            Map.of("auth.argon2.memory.kib", "64", "auth.argon2.iterations", "1", "auth.argon2.parallelism", "1");

    /** Takes some seconds to verify: long enough to look around meanwhile. */
    private static final String SLOW_HASH =
            "$argon2id$v=19$m=65536,t=25,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    @Test
    void defaultHashIsArgon2idWithTheParametersOfTheSpecification() {
        PasswordHasher hasher = hasher(Map.of());
        String encoded = hasher.hash(PASSWORD);
        assertTrue(encoded.startsWith("$argon2id$v=19$m=65536,t=3,p=4$"), encoded);
        String[] parts = encoded.split("\\$");
        assertEquals(16, Base64.getDecoder().decode(parts[4]).length);
        assertEquals(32, Base64.getDecoder().decode(parts[5]).length);
        assertTrue(hasher.verify(encoded, PASSWORD));
    }

    @Test
    void onlyTheRightPasswordMatches() {
        PasswordHasher hasher = hasher(CHEAP);
        String encoded = hasher.hash(PASSWORD);
        assertTrue(hasher.verify(encoded, PASSWORD));
        assertFalse(hasher.verify(encoded, Secret.of(PASSWORD.reveal() + " ")));
        assertFalse(hasher.verify(encoded, Secret.of(PASSWORD.reveal().toUpperCase())));
        assertFalse(hasher.verify(encoded, Secret.of("")));
    }

    @Test
    void passwordsOfAllScriptsAndLengthsAreTold() {
        PasswordHasher hasher = hasher(CHEAP);
        String encoded = hasher.hash(Secret.of("p\u00e4ss\ud83d\ude00".repeat(20)));
        assertTrue(hasher.verify(encoded, Secret.of("p\u00e4ss\ud83d\ude00".repeat(20))));
        assertFalse(hasher.verify(encoded, Secret.of("p\u00e4ss\ud83d\ude01".repeat(20))));
        assertFalse(hasher.verify(encoded, Secret.of("p\u00e4ss\ud83d\ude00".repeat(19))));
    }

    @Test
    void aPasswordMatchesHoweverItsLettersAreComposedAndItsSpacesMade() {
        PasswordHasher hasher = hasher(CHEAP);
        String encoded = hasher.hash(Secret.of("Zoe\u0308\u00a0ko\u0308nigin\u300057"));

        assertTrue(hasher.verify(encoded, Secret.of("Zo\u00eb k\u00f6nigin 57")));
        assertTrue(hasher.verify(encoded, Secret.of("Zoe\u0308 k\u00f6nigin\u202f57")));
        assertFalse(hasher.verify(encoded, Secret.of("Zo\u00eb K\u00f6nigin 57")));
        assertFalse(hasher.verify(encoded, Secret.of("Zo\u00eb k\u00f6nigin \uff15\uff17")), "width stays");
        assertFalse(hasher.isOutdated(encoded, Secret.of("Zoe\u0308 k\u00f6nigin 57")));
    }

    @Test
    void anOlderHashOfWhatWasTypedStillOpensAndIsOutdated() {
        PasswordHasher hasher = hasher(CHEAP);
        String typed = "Zoe\u0308-ko\u0308nigin-57";
        String older =
                Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id, 16, 32).hash(1, 64, 1, typed.toCharArray());

        assertTrue(hasher.verify(older, Secret.of(typed)));
        assertTrue(hasher.isOutdated(older, Secret.of(typed)));
        assertFalse(hasher.verify(older, Secret.of("Zo\u00eb-k\u00f6nigin-57")), "nobody knows how it was typed");
    }

    /** What is typed decides about the work: not whether there is an account, nor which form its hash is of. */
    @Test
    @Tag("fault-27")
    void theWorkDependsOnWhatIsTypedAlone() {
        String composed = "Zo\u00eb-k\u00f6nigin-57";
        String decomposed = "Zoe\u0308-ko\u0308nigin-57";
        String right = hasher(CHEAP).hash(Secret.of(composed));
        String corrupt = "$argon2id$";
        for (String typed : List.of(composed, decomposed)) {
            int comparisons = typed.equals(composed) ? 1 : 2;
            assertEquals(comparisons, comparisons(hasher -> hasher.verify(right, Secret.of(typed))));
            assertEquals(comparisons, comparisons(hasher -> hasher.verify(right, Secret.of(typed + "x"))));
            assertEquals(comparisons, comparisons(hasher -> hasher.verify(corrupt, Secret.of(typed))));
            assertEquals(
                    comparisons, comparisons(hasher -> hasher.verifyUnknownUser(Optional.empty(), Secret.of(typed))));
        }
    }

    private static long comparisons(Consumer<PasswordHasher> work) {
        Argon2 library = Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id, 16, 32);
        AtomicLong comparisons = new AtomicLong();
        Argon2 counting = (Argon2) Proxy.newProxyInstance(
                Argon2.class.getClassLoader(), new Class<?>[] {Argon2.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("verify")) {
                        comparisons.incrementAndGet();
                    }
                    return method.invoke(library, arguments);
                });
        PasswordHasher hasher =
                new PasswordHasher(new Configuration(TestSettings.dev(Path.of("/nowhere"), CHEAP)), new Meters());
        hasher.prepare(counting);
        work.accept(hasher);
        return comparisons.get();
    }

    @Test
    void samePasswordHashesDifferentlyEachTime() {
        PasswordHasher hasher = hasher(CHEAP);
        assertNotEquals(hasher.hash(PASSWORD), hasher.hash(PASSWORD));
    }

    @Test
    void hashOfOtherParametersStillMatches() {
        String encoded = hasher(CHEAP).hash(PASSWORD);
        assertTrue(hasher(with(CHEAP, "auth.argon2.iterations", "2")).verify(encoded, PASSWORD));
    }

    @Tag("fault-30")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "$argon2id$",
                "$argon2id$v=19$m=64,t=1,p=1$",
                "$argon2id$v=19$m=64,t=1,p=1$!!!!$!!!!",
                "$argon2id$v=19$m=64,t=0,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
                "$argon2id$v=19$m=99999999999,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
                "$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
                "5f4dcc3b5aa765d61d8327deb882cf99"
            })
    void corruptHashIsANoAndNoException(String corrupt) {
        PasswordHasher hasher = hasher(CHEAP);
        assertFalse(hasher.verify(corrupt, PASSWORD));
    }

    @Tag("fault-30")
    @Test
    void hashCutShortIsANo() {
        PasswordHasher hasher = hasher(CHEAP);
        String encoded = hasher.hash(PASSWORD);
        for (int length = 0; length < encoded.length(); length += 3) {
            assertFalse(hasher.verify(encoded.substring(0, length), PASSWORD), "cut to " + length);
        }
    }

    @Tag("fault-27")
    @Test
    void nobodyHasNoPassword() {
        PasswordHasher hasher = hasher(CHEAP);
        assertFalse(hasher.verifyUnknownUser(Optional.empty(), PASSWORD));
        assertFalse(hasher.verifyUnknownUser(Optional.empty(), Secret.of("")));
    }

    @Test
    void aHashOfAnotherSystemOpensAndIsOutdated() {
        PasswordHasher hasher = hasher(CHEAP);
        for (String foreign : List.of(
                "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
                "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI",
                Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2i, 16, 32)
                        .hash(1, 64, 1, PASSWORD.reveal().toCharArray()))) {
            assertTrue(hasher.verify(foreign, PASSWORD), foreign);
            assertFalse(hasher.verify(foreign, Secret.of("another")), foreign);
            assertTrue(hasher.isOutdated(foreign, PASSWORD), foreign);
        }
    }

    /** One that lies in the database although no import lets it in. */
    @Test
    @Timeout(20)
    void aStoredHashOfHostileCostIsANo() {
        PasswordHasher hasher = hasher(CHEAP);

        assertFalse(hasher.verify(
                "$argon2id$v=19$m=4194304,t=100,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                PASSWORD));
        assertFalse(hasher.verify("$2b$31$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG", PASSWORD));
    }

    /** What takes more memory than ours waits for one place, and keeps nobody else from theirs. */
    @Test
    @Timeout(60)
    void oneHashOfMoreMemoryIsComparedAtATime() throws Exception {
        Argon2 library = Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id, 16, 32);
        AtomicLong now = new AtomicLong();
        AtomicLong most = new AtomicLong();
        CountDownLatch meeting = new CountDownLatch(2);
        Argon2 watched = (Argon2) Proxy.newProxyInstance(
                Argon2.class.getClassLoader(), new Class<?>[] {Argon2.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("verify")) {
                        return method.invoke(library, arguments);
                    }
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    meeting.countDown();
                    meeting.await(1, TimeUnit.SECONDS); // the other one, if it can come
                    now.decrementAndGet();
                    return false;
                });
        PasswordHasher hasher = new PasswordHasher(
                new Configuration(TestSettings.dev(Path.of("/nowhere"), with(CHEAP, "auth.argon2.concurrency", "2"))),
                new Meters());
        hasher.prepare(watched);
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<Boolean>> checks = List.of(
                    threads.submit(() -> hasher.verify(SLOW_HASH, PASSWORD)),
                    threads.submit(() -> hasher.verify(SLOW_HASH, PASSWORD)));
            assertDoesNotThrow(() -> hasher.hash(PASSWORD));
            for (Future<Boolean> check : checks) {
                assertFalse(check.get(50, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(1, most.get());
    }

    @Test
    void hashIsOutdatedWhenAnyParameterInForceDiffers() {
        String encoded = hasher(CHEAP).hash(PASSWORD);
        assertFalse(hasher(CHEAP).isOutdated(encoded, PASSWORD));
        assertTrue(hasher(with(CHEAP, "auth.argon2.memory.kib", "65")).isOutdated(encoded, PASSWORD));
        assertTrue(hasher(with(CHEAP, "auth.argon2.iterations", "2")).isOutdated(encoded, PASSWORD));
        assertTrue(hasher(with(CHEAP, "auth.argon2.parallelism", "2")).isOutdated(encoded, PASSWORD));
    }

    @Tag("fault-31")
    @Test
    @Timeout(60)
    void moreThanTheConcurrencyWithoutAQueueIsOverloaded() throws Exception {
        PasswordHasher hasher = hasher(bulkhead("0"));
        occupied(hasher, () -> {
            AuthException refused = assertThrows(AuthException.class, () -> hasher.hash(PASSWORD));
            assertEquals(ErrorCode.OVERLOADED, refused.code());
            assertEquals("2", refused.headers().get("Retry-After"));
            assertEquals(
                    ErrorCode.OVERLOADED,
                    assertThrows(AuthException.class, () -> hasher.verifyUnknownUser(Optional.empty(), PASSWORD))
                            .code());
        });
        assertDoesNotThrow(() -> hasher.hash(PASSWORD), "the turn was given back");
    }

    @Tag("fault-31")
    @Test
    @Timeout(60)
    void queueTakesAsManyAsItIsLong() throws Exception {
        PasswordHasher hasher = hasher(bulkhead("1"));
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<?>[] waiting = new Future<?>[1];
            occupied(hasher, () -> {
                CountDownLatch started = new CountDownLatch(1);
                waiting[0] = other.submit(() -> {
                    started.countDown();
                    hasher.hash(PASSWORD);
                });
                started.await();
                Thread.sleep(200);
                assertFalse(waiting[0].isDone());
                assertThrows(AuthException.class, () -> hasher.hash(PASSWORD));
            });
            waiting[0].get(30, TimeUnit.SECONDS); // it got its turn
        } finally {
            other.shutdownNow();
        }
    }

    @Tag("fault-31")
    @Test
    void corruptHashGivesItsTurnBack() {
        PasswordHasher hasher = hasher(bulkhead("0"));
        for (int i = 0; i < 3; i++) {
            assertFalse(hasher.verify("$argon2id$v=19$m=64,t=1,p=1$!", PASSWORD));
        }
        assertDoesNotThrow(() -> hasher.hash(PASSWORD));
    }

    private interface Check {
        void run() throws Exception;
    }

    /** Runs the check while another thread has the only turn. */
    private static void occupied(PasswordHasher hasher, Check check) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            CountDownLatch started = new CountDownLatch(1);
            Future<Boolean> busy = thread.submit(() -> {
                started.countDown();
                return hasher.verify(SLOW_HASH, PASSWORD);
            });
            started.await();
            Thread.sleep(200);
            check.run();
            assertFalse(busy.isDone(), "the slow hash must outlast the check");
            assertFalse(busy.get(50, TimeUnit.SECONDS));
        } finally {
            thread.shutdownNow();
        }
    }

    private static Map<String, String> bulkhead(String queue) {
        return with(with(CHEAP, "auth.argon2.concurrency", "1"), "auth.argon2.queue", queue);
    }

    private static Map<String, String> with(Map<String, String> settings, String name, String value) {
        Map<String, String> all = new HashMap<>(settings);
        all.put(name, value);
        return all;
    }

    private static PasswordHasher hasher(Map<String, String> overrides) {
        PasswordHasher hasher =
                new PasswordHasher(new Configuration(TestSettings.dev(Path.of("/nowhere"), overrides)), new Meters());
        hasher.prepare();
        return hasher;
    }
}

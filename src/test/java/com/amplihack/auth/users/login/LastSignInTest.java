package com.amplihack.auth.users.login;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.TestAccounts;
import jakarta.persistence.EntityManager;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class LastSignInTest {
    private final Configuration configuration = new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of()));
    private final Account account = TestAccounts.account("a", "ada", Set.of(), Set.of());

    @Test
    void aSignInNeitherWaitsForTheDatabaseNorPilesUpWithoutBound() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Semaphore answers = new Semaphore(0);
        AtomicInteger stored = new AtomicInteger();
        LastSignIn lastSignIn = new LastSignIn(
                new Database(configuration) {
                    @Override
                    @SuppressWarnings("unchecked")
                    public <T> T write(Function<EntityManager, T> change) {
                        begun.countDown();
                        answers.acquireUninterruptibly();
                        stored.incrementAndGet();
                        return (T) Integer.valueOf(1);
                    }
                },
                () -> Instant.EPOCH);

        lastSignIn.note(account);
        assertTrue(begun.await(10, TimeUnit.SECONDS));
        for (int i = 0; i < 5_000; i++) { // while the database does not answer
            lastSignIn.note(account);
        }
        answers.release(10_000);
        lastSignIn.stop();

        assertTrue(lastSignIn.awaitEnd(10), "all that waited was stored");
        assertEquals(1_001, stored.get(), "1,000 waited, all others were dropped");
    }

    @Test
    void aDatabaseThatFailsFailsNoSignIn() throws InterruptedException {
        Semaphore tried = new Semaphore(0);
        LastSignIn lastSignIn = new LastSignIn(
                new Database(configuration) {
                    @Override
                    public <T> T write(Function<EntityManager, T> change) {
                        tried.release();
                        throw new AuthException(ErrorCode.STORE_UNAVAILABLE, "down");
                    }
                },
                () -> Instant.EPOCH);

        for (int i = 0; i < 3; i++) { // the thread lives on
            assertDoesNotThrow(() -> lastSignIn.note(account));
            assertTrue(tried.tryAcquire(10, TimeUnit.SECONDS));
        }
        lastSignIn.stop();
    }
}

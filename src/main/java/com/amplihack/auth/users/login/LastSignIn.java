package com.amplihack.auth.users.login;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.users.Account;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Stores when accounts have signed in last, at most once a minute for each, in the background: a sign-in neither waits for
 * it nor fails with it. The accounts' version stays as it is.
 */
@Singleton
public class LastSignIn {
    private static final Logger LOG = Logger.getLogger(LastSignIn.class.getName());
    private static final Duration PRECISION = Duration.ofMinutes(1);
    private static final int MOST_WAITING = 1_000;

    private final Database database;
    private final InstantSource clock;
    private final ThreadPoolExecutor background;

    @Inject
    public LastSignIn(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        background = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                work -> {
                    Thread thread = new Thread(work, "last-sign-in");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy()); // more than the database can store: the next one counts
        background.allowCoreThreadTimeOut(true);
    }

    /** Notes a sign-in that has just succeeded; those beyond 1,000 that wait are dropped. */
    public void note(Account account) {
        Instant now = clock.instant();
        Instant recent = now.minus(PRECISION);
        if (account.lastSignInAt().filter(last -> last.isAfter(recent)).isEmpty()) {
            background.execute(() -> store(account.id(), now, recent));
        }
    }

    private void store(String id, Instant now, Instant recent) {
        try {
            database.write(entities -> entities.createNativeQuery(
                            "update auth_account set last_sign_in_at = ?" + " where id = ? and last_sign_in_at <= ?")
                    .setParameter(1, now.toEpochMilli())
                    .setParameter(2, id)
                    .setParameter(3, recent.toEpochMilli())
                    .executeUpdate());
        } catch (AuthException unavailable) { // the database logs its outage
            LOG.log(Level.FINE, "A sign-in was not noted", unavailable);
        }
    }

    @PreDestroy
    void stop() {
        background.shutdown();
    }

    /** Waits until what was noted before {@link #stop} is stored; whether it is. */
    boolean awaitEnd(int seconds) throws InterruptedException {
        return background.awaitTermination(seconds, TimeUnit.SECONDS);
    }
}

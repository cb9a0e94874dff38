package com.amplihack.auth.apikey.management;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimitedLogger;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Looks twice a minute for keys that expire soon, and every night for those that ended long ago. */
@Singleton
@TransactionManagement(TransactionManagementType.BEAN) // the database has connections of its own
public class KeyExpiryTimer {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(KeyExpiryTimer.class.getName()), 1);

    @Inject
    private KeyExpiry expiry;

    @Schedule(hour = "*", minute = "*", second = "20,50", persistent = false)
    void warn() {
        run("warn", expiry::warn);
    }

    @Schedule(hour = "3", minute = "40", persistent = false)
    void forget() {
        run("forget", expiry::forget);
    }

    /** Catches failures: the next run does the work of this one. */
    private static void run(String kind, Runnable task) {
        try {
            task.run();
        } catch (AuthException unavailable) {
            // the database has logged its outage
        } catch (RuntimeException failed) {
            LOG.log(Level.SEVERE, kind, "The API keys that end could not be read", failed);
        }
    }
}

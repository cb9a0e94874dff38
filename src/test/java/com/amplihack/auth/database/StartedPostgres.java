package com.amplihack.auth.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.Driver;

/**
 * A PostgreSQL of a test's own, also after a test in the same JVM whose {@link Database} has taken the driver out of the JDK,
 * without which the start would wait in vain.
 */
public final class StartedPostgres {
    private static final Duration MOST = Duration.ofSeconds(30);

    private StartedPostgres() {}

    public static EmbeddedPostgres start() throws IOException {
        return builder().start();
    }

    public static EmbeddedPostgres.Builder builder() {
        try {
            if (!Driver.isRegistered()) {
                Driver.register();
            }
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return EmbeddedPostgres.builder().setPGStartupWait(MOST);
    }
}

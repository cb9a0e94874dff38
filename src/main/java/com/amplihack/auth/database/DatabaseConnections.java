package com.amplihack.auth.database;

import com.amplihack.auth.config.DatabaseSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.lang.reflect.InvocationTargetException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.postgresql.ds.common.BaseDataSource;

/**
 * The account database's connection pool, which bounds the wait for a connection and for an answer of PostgreSQL
 * whatever {@code auth.db.url} says, and validates idle connections (docs/adr/0041).
 */
final class DatabaseConnections {
    /** The maximum pool size. */
    static final int MAX_CONNECTIONS = 32;

    /** For a connection of the pool, without the {@link #MAX_VALIDATION} that validating one may take. */
    static final Duration MAX_WAIT = Duration.ofSeconds(1);

    static final Duration MAX_VALIDATION = Duration.ofMillis(250);

    /** PostgreSQL's socket timeout. */
    static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(2);

    /** Until a new connection is authenticated; done in the background, no request waits for it. */
    private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(2);

    /** Silenced, since {@link Database} logs an outage once; the field keeps the logger from being collected. */
    private static final Logger POOL = Logger.getLogger("com.zaxxer.hikari");

    private DatabaseConnections() {}

    /**
     * Opens the pool with one connection in it; the caller closes it.
     *
     * @throws SQLException when the database cannot be reached
     */
    static HikariDataSource pool(DatabaseSettings settings) throws SQLException {
        POOL.setLevel(Level.OFF);
        DataSource driver = driver(settings);
        if (driver instanceof BaseDataSource postgres) {
            postgres.setConnectTimeout((int) MAX_WAIT.toSeconds());
            postgres.setSocketTimeout((int) SOCKET_TIMEOUT.toSeconds());
            postgres.setTcpKeepAlive(true);
        }
        HikariConfig config = new HikariConfig();
        if (driver instanceof BaseDataSource) {
            config.setConnectionInitSql("set lock_timeout = '1500ms'"); // an error instead of a socket timeout
        }
        config.setPoolName("accounts");
        config.setDataSource(driver);
        config.setMaximumPoolSize(MAX_CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(MAX_WAIT.toMillis());
        config.setValidationTimeout(MAX_VALIDATION.toMillis());
        config.setInitializationFailTimeout(1);
        if (settings.isEmbedded()) {
            config.setMaxLifetime(0); // H2 closes its file with the last connection
        }
        try {
            HikariDataSource pool = new HikariDataSource(config);
            driver.setLoginTimeout((int) LOGIN_TIMEOUT.toSeconds()); // the pool has set it to MAX_WAIT
            return pool;
        } catch (PoolInitializationException unreachable) {
            throw new SQLException("no connection", unreachable.getCause());
        }
    }

    /** Lets the pools of other applications log again. */
    static void restoreLogging() {
        POOL.setLevel(null);
    }

    /** Unpooled connections with the URL's own timeouts: a migration may take long. */
    static DataSource driver(DatabaseSettings settings) {
        DataSource driver;
        try {
            driver = Class.forName(settings.driver(), true, DatabaseConnections.class.getClassLoader())
                    .asSubclass(DataSource.class)
                    .getConstructor()
                    .newInstance();
            set(driver, "Url", settings.url().reveal());
            if (settings.user().isPresent()) {
                set(driver, "User", settings.user().get());
            }
            if (settings.password().isPresent()) {
                set(driver, "Password", settings.password().map(Secret::reveal).get());
            }
        } catch (ReflectiveOperationException | LinkageError | ClassCastException wrong) {
            throw new InvalidSettingException("auth.db.class and auth.db.url do not fit: " + settings.driver()
                    + " is no data source for " + settings.address());
        }
        return driver;
    }

    private static void set(DataSource driver, String property, String value) throws ReflectiveOperationException {
        try {
            driver.getClass().getMethod("set" + property, String.class).invoke(driver, value);
        } catch (NoSuchMethodException otherSpelling) {
            driver.getClass()
                    .getMethod("set" + property.toUpperCase(Locale.ROOT), String.class)
                    .invoke(driver, value);
        } catch (InvocationTargetException refused) {
            throw new ReflectiveOperationException(refused.getCause());
        }
    }
}

package com.amplihack.auth.database;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.DatabaseSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.metrics.Tracing;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.store.Breaker;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.EntityTransaction;
import jakarta.persistence.Persistence;
import jakarta.persistence.PersistenceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.output.MigrateResult;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.ds.common.BaseDataSource;

/**
 * The account database behind a circuit breaker: every call returns within seconds or fails with {@code
 * store_unavailable}, at once while the breaker is open (docs/adr/0041).
 */
@Singleton
public class Database {
    /** The role that the first migration creates. */
    public static final String ADMIN_ROLE = "admin";

    private static final Logger LOG = Logger.getLogger(Database.class.getName());
    private static final RateLimitedLogger FAILURES = new RateLimitedLogger(LOG, 1);
    private static final int TRIES = 5;

    private final Configuration configuration;
    private final Breaker breaker;
    private final Meters meters;
    private volatile @Nullable HikariDataSource pool;
    private volatile @Nullable EntityManagerFactory entities;

    /** For use outside a server. */
    public Database(Configuration configuration) {
        this(configuration, new Meters());
    }

    @Inject
    public Database(Configuration configuration, Meters meters) {
        this.configuration = configuration;
        this.meters = meters;
        breaker = new Breaker(
                "The account database at " + configuration.settings().database().address(),
                failure -> DatabaseFault.of(failure).isSilence(),
                failure -> DatabaseFault.of(failure) == DatabaseFault.NO_CONNECTION && isPoolExhausted(),
                this::dropIdle);
        meters.showConnections(
                "database",
                () -> connections(HikariPoolMXBean::getActiveConnections),
                () -> connections(HikariPoolMXBean::getIdleConnections),
                () -> connections(HikariPoolMXBean::getThreadsAwaitingConnection),
                DatabaseConnections.MAX_CONNECTIONS);
    }

    private int connections(ToIntFunction<HikariPoolMXBean> kind) {
        HikariDataSource connections = pool;
        return connections == null ? 0 : kind.applyAsInt(connections.getHikariPoolMXBean());
    }

    /**
     * Connects, migrates the schema (forward only, one node at a time) and opens the persistence unit, unless that is
     * done already. Until then every other call fails with {@code store_unavailable}.
     *
     * @throws AuthException {@code store_unavailable} with one sentence for the operator, when the database is not there
     *     yet
     * @throws InvalidSettingException with one sentence for the operator, when no waiting makes the database usable
     */
    public void open() {
        if (entities != null) {
            return;
        }
        DatabaseSettings settings = configuration.settings().database();
        HikariDataSource connected = null;
        try {
            connected = DatabaseConnections.pool(settings);
            MigrateResult migrated =
                    migrations(DatabaseConnections.driver(settings)).load().migrate();
            if (migrated.migrationsExecuted > 0) {
                LOG.log(Level.INFO, "The account database at {0} has schema version {1} from now on", new Object[] {
                    settings.address(), migrated.targetSchemaVersion
                });
            }
            pool = connected;
            entities = Persistence.createEntityManagerFactory(
                    "auth", Map.of("jakarta.persistence.nonJtaDataSource", connected));
        } catch (SQLException | RuntimeException failed) {
            if (connected != null) {
                connected.close();
            }
            throw DatabaseFault.atStart(failed, settings.address());
        }
    }

    private static <T> T opened(@Nullable T part) {
        if (part == null) {
            throw new AuthException(ErrorCode.STORE_UNAVAILABLE, "The account database has not answered yet.");
        }
        return part;
    }

    /**
     * Checks that the database answers, within two seconds.
     *
     * @return its product name and version
     * @throws AuthException {@code store_unavailable} when it does not answer
     */
    public String ping() {
        return guarded(this::product, true);
    }

    private String product() {
        HikariDataSource connections = opened(pool);
        DataSource source = isPoolExhausted() ? connections.getDataSource() : connections; // busy is not down
        try (Connection connection = source.getConnection()) {
            if (!connection.isValid(1)) {
                throw new SQLException("the connection is dead", "08000");
            }
            return connection.getMetaData().getDatabaseProductName()
                    + ' '
                    + connection.getMetaData().getDatabaseProductVersion();
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /**
     * Reads without a transaction, retrying on a lost connection.
     *
     * @throws AuthException {@code store_unavailable} when there is no answer in time
     */
    public <T> T read(Function<EntityManager, T> query) {
        return guarded(
                () -> {
                    try (EntityManager manager = opened(entities).createEntityManager()) {
                        return query.apply(manager);
                    }
                },
                true);
    }

    /**
     * Runs a change in one transaction, and retries it after a conflict with a concurrent one.
     *
     * @throws AuthException {@code store_unavailable} when there is no answer in time: the change may be stored or not
     * @throws DataRefusedException when the database does not take a value
     */
    public <T> T write(Function<EntityManager, T> change) {
        return guarded(() -> inTransaction(change), false);
    }

    /**
     * Runs a change serialized with every other call of this method on any node, so that what it reads still holds at
     * commit.
     *
     * @throws AuthException as {@link #write} does
     */
    public <T> T writeSerialized(Function<EntityManager, T> change) {
        return write(manager -> {
            try {
                lockAdministration(manager.unwrap(Connection.class));
            } catch (SQLException failed) {
                throw new IllegalStateException(failed);
            }
            return change.apply(manager);
        });
    }

    /**
     * Takes the lock that serializes administrative changes, the row of the role {@code admin}, and waits for it less
     * than two seconds on PostgreSQL and two on H2.
     */
    public static void lockAdministration(Connection transaction) throws SQLException {
        try (Statement statement = transaction.createStatement()) {
            if (transaction.getMetaData().getDatabaseProductName().equals("PostgreSQL")) {
                statement.execute("set local lock_timeout = '1500ms'"); // an error instead of a socket timeout
            }
            statement.execute("select name from auth_role where name = '" + ADMIN_ROLE + "' for update");
        }
    }

    private <T> T inTransaction(Function<EntityManager, T> change) {
        try (EntityManager manager = opened(entities).createEntityManager()) {
            EntityTransaction transaction = manager.getTransaction();
            transaction.begin();
            try {
                T changed = change.apply(manager);
                transaction.commit();
                return changed;
            } finally {
                if (transaction.isActive()) {
                    rollBack(transaction);
                }
            }
        }
    }

    private static void rollBack(EntityTransaction transaction) {
        try {
            transaction.rollback();
        } catch (RuntimeException lost) { // the connection is lost; the exception that says why propagates
            LOG.log(Level.FINE, "A transaction was lost with its connection", lost);
        }
    }

    private <T> T guarded(Supplier<T> call, boolean repeatable) {
        String operation = repeatable ? "read" : "write";
        long start = System.nanoTime();
        try {
            return meters.tracing().within(Tracing.Step.DATABASE, operation, () -> answered(call, repeatable));
        } finally {
            meters.databaseAnswered(operation, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private <T> T answered(Supplier<T> call, boolean repeatable) {
        try {
            return breaker.call(() -> withRetries(call, repeatable));
        } catch (AuthException refused) {
            throw refused;
        } catch (CallNotPermittedException open) {
            throw unavailable(open); // logged once, when it opened
        } catch (RuntimeException failed) {
            DatabaseFault fault = DatabaseFault.of(failed);
            if (fault == DatabaseFault.BUSY) {
                throw new AuthException(ErrorCode.OVERLOADED, "Other changes of accounts are in progress.", failed);
            }
            if (fault == DatabaseFault.SLOW) {
                throw new AuthException(
                        ErrorCode.OVERLOADED,
                        "The search takes too long: ask for fewer, or for a longer text.",
                        failed);
            }
            if (!isOfTheDatabase(failed)) {
                throw failed; // a bug of ours: no outage, and a retry would not help
            }
            Throwable root = failed;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            if (DatabaseFault.isOfTheData(failed)) {
                FAILURES.log(Level.WARNING, "data", "The account database does not take a value: " + root.getMessage());
                throw new DataRefusedException(failed);
            }
            FAILURES.log(Level.WARNING, fault.name(), "The account database did not answer: " + root.getMessage());
            throw unavailable(failed);
        }
    }

    private static boolean isOfTheDatabase(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException || cause instanceof PersistenceException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Retries after a conflict, and reads also after a lost connection, of which a restarted database leaves a pool.
     */
    private <T> T withRetries(Supplier<T> call, boolean repeatable) {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.get();
            } catch (AuthException refused) {
                throw refused;
            } catch (RuntimeException failed) {
                DatabaseFault fault = DatabaseFault.of(failed);
                if (fault == DatabaseFault.BROKEN) {
                    dropIdle();
                }
                boolean retry = fault == DatabaseFault.CONFLICT || (fault == DatabaseFault.BROKEN && repeatable);
                if (!retry || attempt == TRIES) {
                    throw failed;
                }
            }
        }
    }

    /** Validating each idle connection after an outage would take too long. */
    private void dropIdle() {
        opened(pool).getHikariPoolMXBean().softEvictConnections();
    }

    /** Whether the pool is exhausted by our own load: a timeout then says nothing about the database. */
    private boolean isPoolExhausted() {
        return opened(pool).getHikariPoolMXBean().getActiveConnections() >= DatabaseConnections.MAX_CONNECTIONS;
    }

    private static AuthException unavailable(RuntimeException failed) {
        return new AuthException(ErrorCode.STORE_UNAVAILABLE, "The account database does not answer.", failed);
    }

    /** The schema migrations, forward only; cleaning is disabled. */
    public static FluentConfiguration migrations(DataSource database) {
        boolean postgresql = database instanceof BaseDataSource;
        return Flyway.configure(Database.class.getClassLoader())
                .dataSource(database)
                .locations("classpath:db/migration")
                .placeholders(Map.of(
                        "by_code_point", postgresql ? " collate \"C\"" : "",
                        "by_month", postgresql ? " partition by range (at)" : "",
                        "where_target", postgresql ? " where target is not null" : ""))
                .cleanDisabled(true)
                .loggers("slf4j");
    }

    @PreDestroy
    public void close() {
        if (entities != null) {
            entities.close();
        }
        if (pool != null) {
            pool.close();
        }
        DatabaseConnections.restoreLogging();
        deregisterDriver();
    }

    /** The WAR's JDBC driver registers itself in the JDK, which would leak the class loader of every deployment. */
    private static void deregisterDriver() {
        try {
            if (Driver.isRegistered()) {
                Driver.deregister();
            }
        } catch (SQLException | LinkageError failed) {
            LOG.log(Level.FINE, "The JDBC driver was not deregistered", failed);
        }
    }
}

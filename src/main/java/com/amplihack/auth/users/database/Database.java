package com.amplihack.auth.users.database;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.DatabaseSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RepeatedLog;
import com.amplihack.auth.store.Breaker;
import com.zaxxer.hikari.HikariDataSource;
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
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * The account database: every question is answered within seconds or refused with {@code store_unavailable}, at once
 * while the database is known to be silent, and never waits for ever (docs/adr/0041).
 */
@Singleton
public class Database {
    /** The role that every installation has, made by the first migration. */
    public static final String ADMIN_ROLE = "admin";

    private static final Logger LOG = Logger.getLogger(Database.class.getName());
    private static final RepeatedLog FAILURES = new RepeatedLog(LOG, 1);
    private static final int TRIES = 5;

    private final Configuration configuration;
    private final Breaker breaker;
    private @Nullable HikariDataSource pool;
    private @Nullable EntityManagerFactory entities;

    @Inject
    public Database(Configuration configuration) {
        this.configuration = configuration;
        breaker = new Breaker(
                "The account database at " + configuration.settings().database().address(),
                failure -> DatabaseFault.of(failure).isSilence(),
                failure -> DatabaseFault.of(failure) == DatabaseFault.NO_CONNECTION && isOurCrowd(),
                this::dropIdle);
    }

    /**
     * Connects, brings the schema to this version (forward only, one node at a time) and opens the persistence unit.
     *
     * @throws SQLException when the database does not answer
     * @throws InvalidSettingException when there is no such driver
     */
    public void open() throws SQLException {
        DatabaseSettings settings = configuration.settings().database();
        pool = DatabaseConnections.pool(settings);
        migrations(DatabaseConnections.driver(settings)).load().migrate();
        entities = Persistence.createEntityManagerFactory("auth", Map.of("jakarta.persistence.nonJtaDataSource", pool));
    }

    private static <T> T opened(@Nullable T part) {
        return Objects.requireNonNull(part, "the start opens the database");
    }

    /**
     * Asks the database for a sign of life, for less than two seconds.
     *
     * @return its product
     * @throws AuthException {@code store_unavailable} when it does not answer
     */
    public String ping() {
        return answered(this::product, true);
    }

    private String product() {
        try (Connection connection = opened(pool).getConnection()) {
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
     * Reads; each statement sees what is committed by then.
     *
     * @throws AuthException {@code store_unavailable} when there is no answer in time
     */
    public <T> T read(Function<EntityManager, T> question) {
        return answered(
                () -> {
                    try (EntityManager manager = opened(entities).createEntityManager()) {
                        return question.apply(manager);
                    }
                },
                true);
    }

    /**
     * Changes something in one transaction; another change of the same rows meanwhile has it done again.
     *
     * @throws AuthException {@code store_unavailable} when there is no answer in time: the change may be stored or not
     */
    public <T> T write(Function<EntityManager, T> change) {
        return answered(() -> inTransaction(change), false);
    }

    /**
     * Changes something while nobody else does through this method, on any node: what the change reads still holds when
     * it is stored.
     *
     * @throws AuthException as {@link #write} does
     */
    public <T> T writeAlone(Function<EntityManager, T> change) {
        return write(manager -> {
            try {
                takeTurn(manager.unwrap(Connection.class));
            } catch (SQLException failed) {
                throw new IllegalStateException(failed);
            }
            return change.apply(manager);
        });
    }

    /**
     * Waits until this transaction is the only one that changes accounts or roles by the rules of administration: the row
     * of the role that must never be without a holder is what they lock. H2 waits 2 s by itself.
     */
    public static void takeTurn(Connection transaction) throws SQLException {
        try (Statement statement = transaction.createStatement()) {
            if (transaction.getMetaData().getDatabaseProductName().equals("PostgreSQL")) {
                statement.execute(
                        "set local lock_timeout = '1500ms'"); // an error, before the socket's time-out breaks it
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
        } catch (RuntimeException lost) { // with its connection; why that went is on its way already
            LOG.log(Level.FINE, "A transaction ended with its connection", lost);
        }
    }

    private <T> T answered(Supplier<T> question, boolean repeatable) {
        try {
            return breaker.call(() -> exchange(question, repeatable));
        } catch (AuthException refused) {
            throw refused;
        } catch (CallNotPermittedException open) {
            throw unavailable(open); // said once, when it opened
        } catch (RuntimeException failed) {
            DatabaseFault fault = DatabaseFault.of(failed);
            if (fault == DatabaseFault.BUSY) {
                throw new AuthException(ErrorCode.OVERLOADED, "Other changes of accounts are going on.", failed);
            }
            if (!isOfTheDatabase(failed)) {
                throw failed; // a fault of ours: no outage, and sending it again would not help
            }
            Throwable root = failed;
            while (root.getCause() != null) {
                root = root.getCause();
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

    /** A lost connection (a database that was restarted leaves a pool of them) has a question, but no change, sent again. */
    private <T> T exchange(Supplier<T> question, boolean repeatable) {
        for (int attempt = 1; ; attempt++) {
            try {
                return question.get();
            } catch (AuthException refused) {
                throw refused;
            } catch (RuntimeException failed) {
                DatabaseFault fault = DatabaseFault.of(failed);
                if (fault == DatabaseFault.BROKEN) {
                    dropIdle();
                }
                boolean again = fault == DatabaseFault.CONFLICT || (fault == DatabaseFault.BROKEN && repeatable);
                if (!again || attempt == TRIES) {
                    throw failed;
                }
            }
        }
    }

    /** Each would cost a look of its own. */
    private void dropIdle() {
        opened(pool).getHikariPoolMXBean().softEvictConnections();
    }

    /** Whether each connection is in use: then somebody who found none says nothing about the database. */
    private boolean isOurCrowd() {
        return opened(pool).getHikariPoolMXBean().getActiveConnections() >= DatabaseConnections.MOST;
    }

    private static AuthException unavailable(RuntimeException failed) {
        return new AuthException(ErrorCode.STORE_UNAVAILABLE, "The account database does not answer.", failed);
    }

    /** How every database gets its schema: forward only, nothing is ever cleaned. */
    public static FluentConfiguration migrations(DataSource database) {
        return Flyway.configure(Database.class.getClassLoader())
                .dataSource(database)
                .locations("classpath:db/migration")
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
        forgetDriver();
    }

    /** The driver in the WAR registers itself in the JDK, which would keep the classes of every deployment. */
    private static void forgetDriver() {
        try {
            if (Driver.isRegistered()) {
                Driver.deregister();
            }
        } catch (SQLException | LinkageError unwilling) {
            LOG.log(Level.FINE, "The driver stays", unwilling);
        }
    }
}

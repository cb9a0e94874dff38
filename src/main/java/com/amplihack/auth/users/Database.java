package com.amplihack.auth.users;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.InvalidSettingException;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.postgresql.Driver;

/**
 * The account database. It is opened by us and not by the container, which would connect (and fail in many lines)
 * before the settings are checked.
 */
@ApplicationScoped
public class Database {
    private static final Logger LOG = Logger.getLogger(Database.class.getName());

    @Resource(lookup = "java:app/jdbc/auth")
    private DataSource pool;

    @Inject
    private Configuration configuration;

    private EntityManagerFactory entities;

    /**
     * Brings the schema to this version (forward only, one node at a time) and opens the persistence unit.
     *
     * @throws SQLException when the database does not answer
     * @throws InvalidSettingException when there is no such driver
     */
    public void open() throws SQLException {
        AccountDataSource.use(configuration.settings().database());
        ping();
        migrations(pool).load().migrate();
        entities = Persistence.createEntityManagerFactory("auth");
    }

    /**
     * Asks the database for a sign of life, at most a second long.
     *
     * @return its product
     * @throws SQLException when it does not answer
     */
    public String ping() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            if (!connection.isValid(1)) {
                throw new SQLException("the connection is dead");
            }
            return connection.getMetaData().getDatabaseProductName()
                    + ' '
                    + connection.getMetaData().getDatabaseProductVersion();
        }
    }

    /** How every database gets its schema: forward only, nothing is ever cleaned. */
    static FluentConfiguration migrations(DataSource database) {
        return Flyway.configure(Database.class.getClassLoader())
                .dataSource(database)
                .locations("classpath:db/migration")
                .cleanDisabled(true)
                .loggers("slf4j");
    }

    /** A manager that takes part in the transaction of the caller; the caller closes it. */
    EntityManager entities() {
        return entities.createEntityManager();
    }

    @PreDestroy
    void close() {
        if (entities != null) {
            entities.close();
        }
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

package com.amplihack.auth.database;

import com.amplihack.auth.config.DatabaseSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.ValidateResult;

/** Checks, without a server, that the database answers, is recent enough and lets this user bring the schema up to date. */
public final class DatabaseInspection {
    private static final int MIN_POSTGRESQL = 13;
    private static final int LOGIN_SECONDS = 5;

    private DatabaseInspection() {}

    /**
     * Connects and looks; changes nothing.
     *
     * @return product and version, and where
     * @throws InvalidSettingException with one sentence for the operator
     */
    public static String of(DatabaseSettings settings) {
        if (settings.isEmbedded()) {
            return "embedded H2, not for production";
        }
        DataSource database = DatabaseConnections.driver(settings);
        try {
            database.setLoginTimeout(LOGIN_SECONDS);
            try (Connection connection = database.getConnection()) {
                String version = version(connection.getMetaData());
                requireRights(connection, settings);
                requireSchema(database);
                return version + " at " + settings.address();
            }
        } catch (SQLException failed) {
            throw new InvalidSettingException(sentence(failed, settings));
        }
    }

    private static String version(DatabaseMetaData database) throws SQLException {
        String name = database.getDatabaseProductName() + " " + database.getDatabaseProductVersion();
        if (name.startsWith("PostgreSQL") && database.getDatabaseMajorVersion() < MIN_POSTGRESQL) {
            throw new InvalidSettingException(name + " is too old: " + MIN_POSTGRESQL + " or later is needed");
        }
        return name;
    }

    /** Flyway makes tables in the schema that comes first. */
    private static void requireRights(Connection connection, DatabaseSettings settings) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select current_user, coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)")) {
            row.next();
            if (!row.getBoolean(2)) {
                throw new InvalidSettingException("auth.db.user: " + row.getString(1) + " may not make tables in "
                        + settings.address() + ": make it the database's owner (alter database … owner to …)");
            }
        }
    }

    private static void requireSchema(DataSource database) {
        try {
            ValidateResult result = Database.migrations(database)
                    .ignoreMigrationPatterns("*:pending", "*:future")
                    .load()
                    .validateWithResult();
            if (!result.validationSuccessful) {
                throw new InvalidSettingException("the schema is not one of ours: "
                        + result.getAllErrorMessages().strip());
            }
        } catch (FlywayException failed) {
            throw new InvalidSettingException("the schema cannot be read: " + failed.getMessage());
        }
    }

    /** By SQLSTATE; never with the driver's own words, which may hold a password. */
    private static String sentence(SQLException failed, DatabaseSettings settings) {
        String state = String.valueOf(failed.getSQLState());
        String at = settings.address();
        return switch (state) {
            case "28P01", "28000" ->
                "auth.db.password: the database at " + at + " does not accept this name and password";
            case "3D000" -> "auth.db.url: there is no database " + at;
            default ->
                state.startsWith("08")
                        ? "No database answers at " + at
                        : "The database at " + at + " cannot be used: SQLSTATE " + state;
        };
    }
}

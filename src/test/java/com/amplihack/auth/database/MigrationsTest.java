package com.amplihack.auth.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The migrations on both databases, from nothing and from the version before. */
class MigrationsTest extends OnBothDatabases {
    private static final String PREVIOUS = "5";
    private static final int ALL = 14;

    @ParameterizedTest
    @MethodSource("databases")
    void anEmptyDatabaseGetsTheWholeSchemaOnce(DataSource database) throws SQLException {
        MigrateResult first = Database.migrations(database).load().migrate();
        MigrateResult second = Database.migrations(database).load().migrate();

        assertEquals(ALL, first.migrationsExecuted);
        assertEquals(0, second.migrationsExecuted);
        assertEquals(2, count(database, "select count(*) from auth_role where name in ('admin', 'user')"));
    }

    @ParameterizedTest
    @MethodSource("databases")
    void theVersionBeforeKeepsItsAccounts(DataSource database) throws SQLException {
        Database.migrations(database).target(PREVIOUS).load().migrate();
        execute(
                database,
                "insert into auth_account (id, username, username_key, password_hash, enabled, created_at, version)"
                        + " values ('a', 'Ada', 'ada', 'hash', true, 1, 1)");
        execute(database, "insert into auth_account_role (account_id, role_name) values ('a', 'admin')");

        MigrateResult result = Database.migrations(database).load().migrate();

        assertTrue(result.success);
        assertEquals(ALL - Integer.parseInt(PREVIOUS), result.migrationsExecuted);
        assertEquals(
                1,
                count(
                        database,
                        "select count(*) from auth_account where username_key = 'ada' and must_change_password = false"));
        assertThrows(
                SQLException.class, () -> execute(database, "update auth_account set username_key = null"), "not null");
        assertEquals(1, count(database, "select count(*) from auth_account_role where role_name = 'admin'"));
    }

    @ParameterizedTest
    @MethodSource("databases")
    void twoAccountsNeverShareACaseFoldedName(DataSource database) throws SQLException {
        Database.migrations(database).load().migrate();
        String insert = "insert into auth_account (id, username, username_key, password_hash, enabled, created_at,"
                + " version) values ('%s', '%s', 'ada', 'hash', true, 1, 1)";
        execute(database, insert.formatted("a", "Ada"));

        assertThrows(SQLException.class, () -> execute(database, insert.formatted("b", "ADA")));
    }

    @ParameterizedTest
    @MethodSource("databases")
    void nothingIsEverCleaned(DataSource database) {
        assertThrows(
                FlywayException.class,
                () -> Database.migrations(database).load().clean());
    }

    private static int count(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertTrue(rows.next());
            return rows.getInt(1);
        }
    }
}

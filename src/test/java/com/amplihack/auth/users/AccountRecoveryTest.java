package com.amplihack.auth.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.OnBothDatabases;
import com.amplihack.auth.users.AccountRecovery.Found;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Optional;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The one other writer of accounts, on the schema that the migrations make, in both databases. */
class AccountRecoveryTest extends OnBothDatabases {
    @ParameterizedTest
    @MethodSource("databases")
    void aDisabledUserBecomesAnAdministratorWithThatPassword(DataSource database) throws SQLException {
        AccountRecovery recovery = recovery(database);
        account(database, "a", "Ada", false);
        account(database, "b", "bob", true);

        Found before = recovery.find("ADA").orElseThrow();
        assertEquals(new Found("a", "Ada", false, false), before);
        assertTrue(recovery.recover(before, "fresh", Instant.EPOCH));

        assertEquals(Optional.of(new Found("a", "Ada", true, true)), recovery.find("ada"));
        assertEquals(
                1,
                count(
                        database,
                        "select count(*) from auth_account where id = 'a' and password_hash = 'fresh'"
                                + " and password_version = 1 and password_set_at = 0 and version = 8"));
        assertEquals(
                1,
                count(
                        database,
                        "select count(*) from auth_account where id = 'b' and password_hash = 'old'"
                                + " and password_version = 0 and version = 7"));
        assertEquals(1, count(database, "select count(*) from auth_account_role"));
        assertEquals(
                1,
                count(
                        database,
                        "select count(*) from auth_password_history where account_id = 'a' and password_version = 0"
                                + " and password_hash = 'old'"));
    }

    @ParameterizedTest
    @MethodSource("databases")
    void anAdministratorStaysOneAndADeletedRoleComesBack(DataSource database) throws SQLException {
        AccountRecovery recovery = recovery(database);
        account(database, "a", "ada", true);
        execute(database, "delete from auth_role where name = 'admin'");

        for (int i = 0; i < 2; i++) {
            assertTrue(recovery.recover(recovery.find("ada").orElseThrow(), "fresh", Instant.EPOCH));
        }

        assertTrue(recovery.find("ada").orElseThrow().administrator());
        assertEquals(1, count(database, "select count(*) from auth_role where name = 'admin'"));
    }

    @ParameterizedTest
    @MethodSource("databases")
    void nobodyIsMade(DataSource database) throws SQLException {
        AccountRecovery recovery = recovery(database);

        assertEquals(Optional.empty(), recovery.find("ada"));
        assertEquals(Optional.empty(), recovery.find("' or 1=1 --"));
        assertEquals(Optional.empty(), recovery.find("ada\n"));
        assertFalse(recovery.recover(new Found("gone", "gone", true, true), "fresh", Instant.EPOCH));
        assertEquals(0, count(database, "select count(*) from auth_account"));
    }

    @ParameterizedTest
    @MethodSource("databases")
    void theSchemaOfAnotherVersionIsLeftAlone(DataSource database) throws SQLException {
        AccountRecovery recovery = new AccountRecovery(database);
        assertThrows(InvalidSettingException.class, recovery::requireThisSchema, "empty");

        Database.migrations(database).target("2").load().migrate();
        assertThrows(InvalidSettingException.class, recovery::requireThisSchema, "older");

        Database.migrations(database).load().migrate();
        recovery.requireThisSchema();

        execute(
                database,
                "insert into \"flyway_schema_history\" (\"installed_rank\", \"version\", \"description\", \"type\","
                        + " \"script\", \"checksum\", \"installed_by\", \"execution_time\", \"success\") values"
                        + " (99, '99', 'later', 'SQL', 'V99__later.sql', 1, 'x', 1, true)");
        assertThrows(InvalidSettingException.class, recovery::requireThisSchema, "newer");
    }

    private static AccountRecovery recovery(DataSource database) {
        Database.migrations(database).load().migrate();
        return new AccountRecovery(database);
    }

    private static void account(DataSource database, String id, String name, boolean enabled) throws SQLException {
        execute(
                database,
                ("insert into auth_account (id, username, username_key, password_hash, enabled, created_at, version)"
                                + " values ('%s', '%s', '%s', 'old', %s, 1, 7)")
                        .formatted(id, name, name.toLowerCase(java.util.Locale.ROOT), enabled));
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

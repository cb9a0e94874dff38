package com.amplihack.auth.users;

import com.amplihack.auth.config.DatabaseSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/**
 * Restores an administrator's access without a running server: by plain JDBC, in one transaction, on this version's
 * schema only. A server that changes the same account concurrently detects it by the version column and retries.
 */
public final class AccountRecovery {
    private static final int H2_IN_USE = 90020;
    private static final int H2_NOT_THERE = 90146;

    private final DataSource database;

    AccountRecovery(DataSource database) {
        this.database = database;
    }

    /**
     * An account before its recovery.
     *
     * @param username as it was entered when the account was created
     */
    public record Found(String id, String username, boolean enabled, boolean administrator) {}

    /**
     * Opens the database.
     *
     * @throws InvalidSettingException with a message for the operator, when it cannot be used
     */
    public static AccountRecovery open(DatabaseSettings settings) {
        String url =
                settings.url().reveal() + (settings.isEmbedded() ? ";IFEXISTS=TRUE" : ""); // never create an empty one
        DataSource database = Flyway.configure()
                .dataSource(
                        url,
                        settings.user().orElse(null),
                        settings.password().map(Secret::reveal).orElse(null))
                .getDataSource();
        try (Connection connection = database.getConnection()) {
            if (!connection.isValid(1)) {
                throw new SQLException("the connection is dead");
            }
        } catch (SQLException | FlywayException unreachable) {
            throw unusable(settings, unreachable);
        }
        AccountRecovery recovery = new AccountRecovery(database);
        recovery.requireThisSchema();
        return recovery;
    }

    private static InvalidSettingException unusable(DatabaseSettings settings, Exception unreachable) {
        Throwable root = unreachable;
        while (root.getCause() != null && !(root instanceof SQLException)) {
            root = root.getCause();
        }
        String why =
                switch (root instanceof SQLException sql ? sql.getErrorCode() : 0) {
                    case H2_IN_USE -> "is in use: stop the server first";
                    case H2_NOT_THERE -> "is not there";
                    default -> "cannot be reached";
                };
        return new InvalidSettingException("auth.db.url: the database at " + settings.address() + " " + why);
    }

    /**
     * Refuses the schema of an older or newer version.
     *
     * @throws InvalidSettingException with a message for the operator
     */
    void requireThisSchema() {
        MigrationInfo[] all = Database.migrations(database).load().info().all();
        if (!Arrays.stream(all)
                .allMatch(one -> one.getState().isApplied() && one.getState().isResolved())) {
            throw new InvalidSettingException(
                    "The database has the schema of another version: use the command of the version that runs on it");
        }
    }

    /** The account with that name, ignoring case. */
    public Optional<Found> find(String name) throws SQLException {
        Optional<Username> username = Username.parse(name);
        if (username.isEmpty()) {
            return Optional.empty();
        }
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(
                        "select a.id, a.username, a.enabled, (select count(*) from auth_account_role r"
                                + " where r.account_id = a.id and r.role_name = ?) from auth_account a"
                                + " where a.username_key = ?")) {
            select.setString(1, Account.ADMIN);
            select.setString(2, username.get().key());
            try (ResultSet rows = select.executeQuery()) {
                return rows.next()
                        ? Optional.of(
                                new Found(rows.getString(1), rows.getString(2), rows.getBoolean(3), rows.getInt(4) > 0))
                        : Optional.empty();
            }
        }
    }

    /**
     * Sets the account's password, removes its second factors, gives it the role {@code admin} and enables it.
     *
     * @return whether the account still exists
     */
    public boolean recover(Found account, String passwordHash, Instant now) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            Database.lockAdministration(connection);
            run(
                    connection,
                    "insert into auth_password_history (account_id, password_version, password_hash)"
                            + " select id, password_version, password_hash from auth_account where id = ?",
                    account.id());
            // as Account.newPassword does; the version makes concurrent JPA writers retry
            boolean exists = run(
                            connection,
                            "update auth_account set password_hash = ?, password_version = password_version + 1,"
                                    + " password_set_at = cast(? as bigint), enabled = true, version = version + 1"
                                    + " where id = ?",
                            passwordHash,
                            Long.toString(now.toEpochMilli()),
                            account.id())
                    == 1;
            if (exists) {
                run(connection, "delete from auth_totp where account_id = ?", account.id());
                run(connection, "delete from auth_passkey where account_id = ?", account.id());
                run(connection, "delete from auth_recovery_code where account_id = ?", account.id());
                run(connection, "delete from auth_remembered_device where account_id = ?", account.id());
                run(
                        connection,
                        "insert into auth_role (name) select cast(? as varchar(64)) where not exists"
                                + " (select 1 from auth_role where name = ?)",
                        Account.ADMIN,
                        Account.ADMIN);
                run(
                        connection,
                        "insert into auth_account_role (account_id, role_name) select cast(? as varchar(36)),"
                                + " cast(? as varchar(64)) where not exists"
                                + " (select 1 from auth_account_role where account_id = ? and role_name = ?)",
                        account.id(),
                        Account.ADMIN,
                        account.id(),
                        Account.ADMIN);
            }
            connection.commit();
            return exists;
        }
    }

    private static int run(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }
}

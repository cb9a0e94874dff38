package com.amplihack.auth.users.transfer;

import com.amplihack.auth.users.EmailAddress;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/** Inserts accounts with few round trips, in a transaction that has checked them. */
final class NewAccountTable {
    /** An account that was checked, with what is not in its line. */
    record Row(ImportedAccount line, String id, String passwordHash, Instant now) {}

    private NewAccountTable() {}

    static void insert(EntityManager transaction, Collection<Row> rows) {
        Connection connection = transaction.unwrap(Connection.class);
        try {
            accounts(connection, rows);
            pairs(
                    connection,
                    "insert into auth_account_role (account_id, role_name) values (?, ?)",
                    rows.stream()
                            .flatMap(row -> row.line().roles().stream()
                                    .flatMap(Collection::stream)
                                    .map(role -> List.of(row.id(), role)))
                            .toList());
            pairs(
                    connection,
                    "insert into auth_account_permission (account_id, permission) values (?, ?)",
                    rows.stream()
                            .flatMap(row -> row.line().permissions().stream()
                                    .flatMap(Collection::stream)
                                    .map(permission -> List.of(row.id(), permission)))
                            .toList());
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static void accounts(Connection connection, Collection<Row> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into auth_account (id, username, username_key, password_hash, enabled, must_change_password,"
                        + " created_at, password_set_at, email, email_key, email_verified, language, attributes,"
                        + " password_version, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1)")) {
            for (Row row : rows) {
                ImportedAccount line = row.line();
                int column = 0;
                insert.setString(++column, row.id());
                insert.setString(++column, line.name().shown());
                insert.setString(++column, line.name().key());
                insert.setString(++column, row.passwordHash());
                insert.setBoolean(++column, line.enabled().orElse(true));
                insert.setBoolean(++column, line.mustChangePassword().orElse(false));
                insert.setLong(++column, line.createdAt().orElse(row.now()).toEpochMilli());
                insert.setLong(++column, row.now().toEpochMilli());
                insert.setString(++column, line.email().map(EmailAddress::shown).orElse(null));
                insert.setString(++column, line.email().map(EmailAddress::key).orElse(null));
                insert.setBoolean(++column, line.emailVerified().orElse(false));
                insert.setString(++column, line.language().orElse(null));
                insert.setString(++column, line.attributes().orElse(null));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void pairs(Connection connection, String sql, Collection<List<String>> pairs) throws SQLException {
        if (pairs.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (List<String> pair : pairs) {
                insert.setString(1, pair.get(0));
                insert.setString(2, pair.get(1));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}

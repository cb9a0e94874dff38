package com.amplihack.auth.trail;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.NativeQuery;
import com.amplihack.auth.store.anchor.ChainAnchor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The rows of the trail. Every method throws {@code store_unavailable} when the database does not answer in time. */
@Singleton
class TrailTable {
    private final Database database;

    @Inject
    TrailTable(Database database) {
        this.database = database;
    }

    /**
     * How far a node's lines have been brought.
     *
     * @param at milliseconds since 1970
     */
    record Cursor(String node, long seq, String hash, long at) {}

    List<Cursor> cursors() {
        return cursors("", List.of());
    }

    private List<Cursor> cursors(String where, List<Object> values) {
        return database.read(entities -> {
            List<Cursor> cursors = new ArrayList<>();
            for (Object row : NativeQuery.of(
                            entities, "select node, seq, hash, at from audit_node" + where + " order by node", values)
                    .getResultList()) {
                Object[] columns = (Object[]) row;
                cursors.add(new Cursor(
                        (String) columns[0],
                        NativeQuery.number(columns[1]),
                        (String) columns[2],
                        NativeQuery.number(columns[3])));
            }
            return cursors;
        });
    }

    Optional<Cursor> cursor(String node) {
        return cursors(" where node = ?", List.of(node)).stream().findFirst();
    }

    /** Stores those lines that are not there yet, the heads that they anchor, and how far the node has got. */
    void save(List<TrailLine> lines, Cursor reached) {
        database.write(entities -> {
            try {
                Connection connection = entities.unwrap(Connection.class);
                insert(connection, lines);
                for (TrailLine line : lines) {
                    if (line.anchored().isPresent()) {
                        insertAnchor(connection, line, line.anchored().get());
                    }
                }
                move(entities, reached);
                return null;
            } catch (SQLException failed) {
                throw new IllegalStateException(failed);
            }
        });
    }

    private static void insert(Connection connection, List<TrailLine> lines) throws SQLException {
        Set<Place> present = present(connection, lines);
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into audit_entry (node, seq, at, event, severity, user_id, username, name_hash, session_id, ip, target,"
                        + " line) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (TrailLine line : lines) {
                if (!present.add(new Place(line.node(), line.seq(), line.at()))) {
                    continue;
                }
                int column = 0;
                insert.setString(++column, line.node());
                insert.setLong(++column, line.seq());
                insert.setLong(++column, line.at());
                insert.setString(++column, line.event());
                insert.setString(++column, line.severity());
                for (Optional<String> text : List.of(
                        line.userId(), line.username(), line.nameHash(), line.sessionId(), line.ip(), line.target())) {
                    if (text.isPresent()) {
                        insert.setString(++column, text.get());
                    } else {
                        insert.setNull(++column, Types.VARCHAR);
                    }
                }
                insert.setString(++column, line.text());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private record Place(String node, long seq, long at) {}

    /** Those of the lines that are there already. */
    private static Set<Place> present(Connection connection, List<TrailLine> lines) throws SQLException {
        Set<Place> present = new HashSet<>();
        Set<String> nodes = new HashSet<>();
        lines.forEach(line -> nodes.add(line.node()));
        try (PreparedStatement select = connection.prepareStatement(
                "select seq, at from audit_entry where node = ? and seq >= ? and seq <= ?")) {
            for (String node : nodes) {
                select.setString(1, node);
                select.setLong(2, lines.stream().mapToLong(TrailLine::seq).min().orElse(0));
                select.setLong(3, lines.stream().mapToLong(TrailLine::seq).max().orElse(0));
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        present.add(new Place(node, rows.getLong(1), rows.getLong(2)));
                    }
                }
            }
        }
        return present;
    }

    private static void insertAnchor(Connection connection, TrailLine line, ChainAnchor anchor) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into audit_anchor (node, seq, hash, at)"
                + " select node, cast(? as bigint), cast(? as varchar(64)), at from audit_entry"
                + " where node = ? and seq = ? and at = ?"
                + " and not exists (select 1 from audit_anchor where node = ? and seq = ?)")) {
            insert.setLong(1, anchor.seq());
            insert.setString(2, anchor.hash());
            insert.setString(3, line.node());
            insert.setLong(4, line.seq());
            insert.setLong(5, line.at());
            insert.setString(6, line.node());
            insert.setLong(7, anchor.seq());
            insert.executeUpdate();
        }
    }

    private static void move(EntityManager entities, Cursor reached) {
        int moved = NativeQuery.of(
                        entities,
                        "update audit_node set seq = ?, hash = ?, at = ? where node = ?",
                        List.of(reached.seq(), reached.hash(), reached.at(), reached.node()))
                .executeUpdate();
        if (moved == 0) {
            NativeQuery.of(
                            entities,
                            "insert into audit_node (node, seq, hash, at) values (?, ?, ?, ?)",
                            List.of(reached.node(), reached.seq(), reached.hash(), reached.at()))
                    .executeUpdate();
        }
    }

    /**
     * A head that was anchored.
     *
     * @param at when, in milliseconds since 1970
     */
    record Anchored(ChainAnchor head, long at) {}

    /** The last heads of a node's chain that the database remembers, the youngest first. */
    List<Anchored> anchors(String node, int most) {
        return database.read(entities -> {
            List<Anchored> anchors = new ArrayList<>();
            for (Object row : NativeQuery.of(
                            entities,
                            "select seq, hash, at from audit_anchor where node = ? order by seq desc limit " + most,
                            List.of(node))
                    .getResultList()) {
                Object[] columns = (Object[]) row;
                anchors.add(new Anchored(
                        new ChainAnchor(NativeQuery.number(columns[0]), (String) columns[1]),
                        NativeQuery.number(columns[2])));
            }
            return anchors;
        });
    }

    /** A node's lines in their order, from one on. */
    List<Row> rows(String node, long fromSeq, int most) {
        return database.read(entities -> {
            List<Row> rows = new ArrayList<>();
            for (Object row : NativeQuery.of(
                            entities,
                            "select seq, line from audit_entry where node = ? and seq >= ? order by node, seq, at limit "
                                    + most,
                            List.of(node, fromSeq))
                    .getResultList()) {
                Object[] columns = (Object[]) row;
                rows.add(new Row(NativeQuery.number(columns[0]), (String) columns[1]));
            }
            return rows;
        });
    }

    /**
     * A line as it is stored.
     *
     * @param text as in the file
     */
    record Row(long seq, String text) {}
}

package com.amplihack.auth.http;

import com.amplihack.auth.database.StartedPostgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A PostgreSQL of its own that can be frozen, thawed and robbed of its connections. */
final class TestDatabase implements AutoCloseable {
    private final Path data = ServerProcess.freshDirectory("postgres");
    private final EmbeddedPostgres postgres;

    TestDatabase() {
        try {
            postgres = StartedPostgres.builder().setDataDirectory(data).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a server needs to find it; the URL asks for time-outs that never end. */
    Map<String, String> properties() {
        return Map.of(
                "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                "auth.db.url",
                        "jdbc:postgresql://localhost:" + postgres.getPort()
                                + "/postgres?socketTimeout=0&loginTimeout=0&connectTimeout=0",
                "auth.db.user", "postgres",
                "auth.db.password", "postgres");
    }

    /** Stops every one of its processes as a debugger would: sockets stay open, and nothing is answered. */
    void freeze() {
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    /** Ends every connection as a restart does; those that wait in a pool learn of it at their next use. */
    void dropConnections() {
        query("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                + " and backend_type = 'client backend'");
    }

    void execute(String sql) {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of a query's answer. */
    List<String> query(String sql) {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void signal(String name) {
        try {
            long postmaster = Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0));
            ProcessHandle parent = ProcessHandle.of(postmaster).orElseThrow();
            List<String> command = new ArrayList<>(List.of("kill", "-" + name));
            Stream.concat(Stream.of(parent), parent.children())
                    .forEach(process -> command.add(Long.toString(process.pid())));
            new ProcessBuilder(command).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        thaw(); // a process that is stopped does not end
        postgres.close();
    }
}

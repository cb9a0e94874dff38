package com.amplihack.auth.users;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.users.listing.AccountList;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.postgresql.Driver;

/** Two nodes that share a database, on H2 and on PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TwoNodes {
    final ExecutorService people = Executors.newCachedThreadPool();
    private final List<Database> opened = new ArrayList<>();
    private EmbeddedPostgres postgres;

    /** The clock of both nodes. */
    volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

    /** One database and what two nodes see of it. */
    record Pair(String name, Database database, Accounts one, Accounts other, AccountDirectory directory) {
        Accounts of(int node) {
            return node % 2 == 0 ? one : other;
        }

        AccountList list() {
            return new AccountList(database);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    void start() throws IOException {
        postgres = StartedPostgres.start();
    }

    @AfterAll
    void stop() throws IOException, SQLException {
        people.shutdownNow();
        opened.forEach(Database::close);
        postgres.close();
        Driver.register(); // which the databases have taken out of the JDK with them
    }

    Stream<Pair> databases() throws SQLException {
        String fresh = "d" + UUID.randomUUID().toString().replace("-", "");
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            // a language whose order of names is not that of code points
            statement.execute("create database " + fresh
                    + " template template0 locale_provider icu icu_locale 'en-US' locale 'C'");
        }
        Map<String, String> h2 = Map.of("auth.db.url", "jdbc:h2:mem:" + fresh);
        Map<String, String> postgresql = Map.of(
                "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/" + fresh,
                "auth.db.user", "postgres",
                "auth.db.password", "postgres");
        return Stream.of(pair("H2", h2), pair("PostgreSQL", postgresql));
    }

    private Pair pair(String name, Map<String, String> settings) throws SQLException {
        Database one = open(settings);
        return new Pair(name, one, accounts(one), accounts(open(settings)), new AccountDirectory(one));
    }

    private Accounts accounts(Database database) {
        return new Accounts(database, configuration(Map.of()), () -> now);
    }

    static Configuration configuration(Map<String, String> settings) {
        return new Configuration(TestSettings.dev(Path.of("/nowhere"), settings));
    }

    private Database open(Map<String, String> settings) throws SQLException {
        Database database = new Database(configuration(settings));
        database.open();
        opened.add(database);
        return database;
    }

    static Account add(Accounts accounts, String name, Set<String> roles) {
        return accounts.add(account(name), roles, Set.of(), RightsCheck.NONE);
    }

    static Account account(String name) {
        return new Account(UUID.randomUUID().toString(), Username.parse(name).orElseThrow(), "hash", Instant.EPOCH);
    }
}

package com.amplihack.auth.database;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.postgresql.Driver;

/** Makes fresh databases with the whole schema, on H2 and on PostgreSQL, and closes them after the test class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class OpenedDatabases {
    private final List<Database> opened = new ArrayList<>();
    private EmbeddedPostgres postgres;

    @BeforeAll
    void startPostgres() throws IOException {
        postgres = StartedPostgres.start();
    }

    @AfterAll
    void stopPostgres() throws IOException, SQLException {
        opened.forEach(Database::close);
        if (postgres != null) { // or the start has failed
            postgres.close();
        }
        Driver.register(); // which the databases have taken out of the JDK with them
    }

    /**
     * What a test needs, on either database.
     *
     * @param made of the database's name, for the test's, and the database
     */
    protected <T> Stream<T> onEach(BiFunction<String, Database, T> made) throws SQLException {
        String fresh = "d" + UUID.randomUUID().toString().replace("-", "");
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            // sorts as people do, so that what must be sorted by code point shows
            statement.execute("create database " + fresh
                    + " template template0 locale_provider icu icu_locale 'en-US' locale 'C'");
        }
        Database h2 = opened(Map.of("auth.db.url", "jdbc:h2:mem:" + fresh));
        Database postgresql = opened(Map.of(
                "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/" + fresh,
                "auth.db.user", "postgres",
                "auth.db.password", "postgres"));
        return Stream.of(made.apply("H2", h2), made.apply("PostgreSQL", postgresql));
    }

    private Database opened(Map<String, String> settings) {
        Database database = new Database(new Configuration(TestSettings.dev(Path.of("/nowhere"), settings)));
        database.open();
        opened.add(database);
        return database;
    }
}

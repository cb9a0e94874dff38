package com.amplihack.auth.users.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.mail.Outbox;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountAdministration;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.Accounts;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.password.BreachedPasswords;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.PasswordPolicy;
import com.amplihack.auth.users.selfservice.ContactRules;
import com.amplihack.auth.users.selfservice.LinkMails;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.Driver;

/** Imports on two nodes that share a database, on H2 and on PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccountImportTest {
    private static final String BCRYPT = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";
    private static final ImportOptions PLAIN = new ImportOptions(false, false, false);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-01T10:00:00Z"));

    private final List<Node> opened = new ArrayList<>();
    private EmbeddedPostgres postgres;

    /** What one node needs to import. */
    private static final class Node {
        final Database database;
        final AccountDirectory directory;
        final AccountImport imports;
        final PasswordHasher hasher;

        Node(Map<String, String> where) {
            Map<String, String> settings = new HashMap<>(where);
            settings.put("auth.argon2.memory.kib", "64");
            settings.put("auth.argon2.parallelism", "1");
            settings.put("auth.argon2.iterations", "1");
            Configuration configuration = new Configuration(TestSettings.dev(Path.of("/nowhere"), settings));
            database = new Database(configuration);
            database.open();
            directory = new AccountDirectory(database);
            hasher = new PasswordHasher(configuration, new Meters());
            hasher.prepare();
            PasswordPolicy policy = new PasswordPolicy(configuration, new BreachedPasswords(configuration));
            Outbox outbox = new Outbox(database, configuration, new Meters(), CLOCK);
            Notices notices = new Notices(outbox, CLOCK);
            AccountAdministration administration = new AccountAdministration(
                    directory,
                    new Accounts(database, configuration, CLOCK),
                    hasher,
                    policy,
                    new ScriptedStore(new EmbeddedBackend(CLOCK)),
                    notices,
                    CLOCK);
            ContactRules contacts = new ContactRules(
                    configuration, notices, new LinkMails(outbox, directory, null)); // nobody is invited
            AccountBatch batches = new AccountBatch(
                    database, configuration, directory, administration, contacts, hasher, policy, CLOCK);
            imports = new AccountImport(new LineParser(hasher, CLOCK), batches, new RecordedAudit(), CLOCK);
        }

        ImportSummary run(String lines, ImportOptions options, RightsCheck allowed, ImportSink sink) {
            return imports.run(
                    new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)), options, allowed, sink);
        }

        ImportSummary run(String lines, ImportOptions options) {
            return run(lines, options, RightsCheck.NONE, new Kept());
        }

        Account find(String name) {
            return directory.find(directory.idOf(name).orElseThrow()).orElseThrow();
        }
    }

    private static final class Kept implements ImportSink {
        final List<ImportAnswer> answers = new ArrayList<>();

        @Override
        public void answer(ImportAnswer answer) {
            answers.add(answer);
        }

        @Override
        public void progress(ImportSummary soFar) {
            // not of interest
        }
    }

    private record Pair(String name, Node one, Node other) {
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
        opened.forEach(node -> node.database.close());
        postgres.close();
        Driver.register(); // which the databases have taken out of the JDK with them
    }

    Stream<Pair> databases() throws SQLException {
        String fresh = "d" + UUID.randomUUID().toString().replace("-", "");
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create database " + fresh);
        }
        return Stream.of(
                pair("H2", Map.of("auth.db.url", "jdbc:h2:mem:" + fresh)),
                pair(
                        "PostgreSQL",
                        Map.of(
                                "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                                "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/" + fresh,
                                "auth.db.user", "postgres",
                                "auth.db.password", "postgres")));
    }

    private Pair pair(String name, Map<String, String> settings) {
        Pair pair = new Pair(name, new Node(settings), new Node(settings));
        opened.add(pair.one());
        opened.add(pair.other());
        return pair;
    }

    private static String lines(int count, String more) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"username\":\"user-" + i + "\",\"password_hash\":\"" + BCRYPT + "\"" + more + "}\n")
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @MethodSource("databases")
    void whatALineSaysIsStored(Pair nodes) {
        Kept kept = new Kept();
        String ada =
                "{\"username\":\"Ada\",\"user_id\":\"9EEEAA0C-541C-46AC-9FF8-AF3CEC4B0160\",\"email\":\"Ada@Example.com\","
                        + "\"email_verified\":true,\"language\":\"de\",\"password\":\"violet kettle 7 harbour\",\"roles\":[\"user\"],"
                        + "\"permissions\":[\"chat:write\",\"a:b\"],\"enabled\":true,\"must_change_password\":true,"
                        + "\"attributes\":{\"n\":1},\"created_at\":\"2020-01-01T01:00:00+01:00\"}\n";
        ImportSummary summary =
                nodes.one().run(lines(700, "") + ada + "{}\n" + lines(1, ""), PLAIN, RightsCheck.NONE, kept);

        assertEquals(Optional.empty(), summary.stopped());
        assertEquals(703, summary.lines());
        assertEquals(
                Map.of(
                        ImportAnswer.Status.CREATED, 701L,
                        ImportAnswer.Status.UPDATED, 0L,
                        ImportAnswer.Status.UNCHANGED, 1L,
                        ImportAnswer.Status.EXISTS, 0L,
                        ImportAnswer.Status.FAILED, 1L),
                summary.counts());
        assertEquals(
                IntStream.rangeClosed(1, 703).mapToObj(i -> (long) i).toList(),
                kept.answers.stream().map(ImportAnswer::number).toList(),
                "in the order of the lines");
        Account stored = nodes.other().find("ada");
        assertEquals("9eeeaa0c-541c-46ac-9ff8-af3cec4b0160", stored.id());
        assertEquals("Ada", stored.username());
        assertEquals(Optional.of("Ada@example.com"), stored.verifiedEmail());
        assertEquals(Optional.of("de"), stored.language());
        assertEquals(List.of("user"), stored.roles());
        assertEquals(List.of("a:b", "chat:write"), stored.ownPermissions());
        assertTrue(stored.mustChangePassword());
        assertEquals("{\"n\":1}", stored.attributes());
        assertEquals(Instant.parse("2020-01-01T00:00:00Z"), stored.createdAt());
        assertEquals(CLOCK.instant(), stored.passwordSetAt());
        assertTrue(nodes.one().hasher.verify(stored.passwordHash(), Secret.of("violet kettle 7 harbour")));
        assertEquals(BCRYPT, nodes.other().find("user-699").passwordHash());
    }

    @ParameterizedTest
    @MethodSource("databases")
    void racingImportsOnTwoNodesMakeEveryAccountOnce(Pair nodes) throws Exception {
        String lines = lines(1_500, "");
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<ImportSummary>> both =
                    List.of(threads.submit(() -> nodes.one().run(lines, PLAIN)), threads.submit(() -> nodes.other()
                            .run(lines, PLAIN)));
            long created = 0;
            long unchanged = 0;
            for (Future<ImportSummary> one : both) {
                assertEquals(Optional.empty(), one.get().stopped());
                created += one.get().counts().get(ImportAnswer.Status.CREATED);
                unchanged += one.get().counts().get(ImportAnswer.Status.UNCHANGED);
            }
            assertEquals(1_500, created);
            assertEquals(1_500, unchanged);
        } finally {
            threads.shutdownNow();
        }
    }

    /** The token was checked when the request began, which may be hours ago. */
    @ParameterizedTest
    @MethodSource("databases")
    void whoeverLosesTheRoleMeanwhileImportsNoMore(Pair nodes) {
        AtomicInteger asked = new AtomicInteger();
        RightsCheck twice = new RightsCheck() {
            @Override
            public void requireCaller(Function<String, Optional<Account>> accounts) {
                if (asked.incrementAndGet() > 2) {
                    throw new AuthException(ErrorCode.TOKEN_REVOKED, "over");
                }
            }

            @Override
            public void require(String username, List<String> roles, List<String> permissions) {
                // everything
            }
        };

        ImportSummary summary = nodes.one().run(lines(2_000, ""), PLAIN, twice, new Kept());

        assertEquals(ErrorCode.TOKEN_REVOKED, summary.stopped().orElseThrow().code());
        assertEquals(1_000, summary.lines());
        assertTrue(nodes.other().directory.idOf("user-999").isPresent());
        assertFalse(nodes.other().directory.idOf("user-1000").isPresent());
    }

    @ParameterizedTest
    @MethodSource("databases")
    void theLastAdministratorStaysOne(Pair nodes) {
        nodes.one().run("{\"username\":\"root\",\"roles\":[\"admin\"]}", PLAIN);

        for (String change : List.of("\"roles\":[\"user\"]", "\"enabled\":false")) {
            Kept kept = new Kept();
            nodes.one()
                    .run(
                            "{\"username\":\"root\"," + change + "}",
                            new ImportOptions(false, true, false),
                            RightsCheck.NONE,
                            kept);
            assertEquals(ImportAnswer.Status.FAILED, kept.answers.get(0).status());
        }
        assertEquals(List.of("admin"), nodes.other().find("root").roles());
        assertTrue(nodes.other().find("root").enabled());
    }

    /** More than an access token holds. */
    @ParameterizedTest
    @MethodSource("databases")
    void whatTheRuleRefusesFailsAlone(Pair nodes) {
        RightsCheck noBob = (username, roles, permissions) -> {
            if (username.equals("bob")) {
                throw new AuthException(ErrorCode.INVALID_REQUEST, "permissions: too many.");
            }
        };
        Kept kept = new Kept();
        nodes.one().run("{\"username\":\"ann\"}\n{\"username\":\"bob\"}\n{\"username\":\"cid\"}", PLAIN, noBob, kept);

        assertEquals(
                List.of(ImportAnswer.Status.CREATED, ImportAnswer.Status.FAILED, ImportAnswer.Status.CREATED),
                kept.answers.stream().map(ImportAnswer::status).toList());
        assertFalse(nodes.one().directory.idOf("bob").isPresent());
        assertFalse(nodes.one().find("ann").hasPassword());
    }

    @ParameterizedTest
    @MethodSource("databases")
    void whoNoLongerListensEndsTheImport(Pair nodes) {
        ImportSummary summary = nodes.one().run(lines(1_200, ""), PLAIN, RightsCheck.NONE, new ImportSink() {
            @Override
            public void answer(ImportAnswer answer) throws IOException {
                throw new IOException("gone");
            }

            @Override
            public void progress(ImportSummary soFar) {
                // never reached
            }
        });

        assertEquals(ErrorCode.INVALID_REQUEST, summary.stopped().orElseThrow().code());
        assertTrue(
                nodes.one().directory.idOf("user-499").isPresent(), "the batch that could not be answered is stored");
        assertFalse(nodes.one().directory.idOf("user-500").isPresent());
    }

    @ParameterizedTest
    @MethodSource("databases")
    void anExportImportsAsItWas(Pair nodes) throws IOException {
        nodes.one().run(lines(1_100, ",\"roles\":[\"user\"],\"attributes\":{\"a\":[\"b\"]}"), PLAIN);
        ByteArrayOutputStream exported = new ByteArrayOutputStream();

        assertEquals(1_100, new AccountExport(nodes.other().database).write(true, exported));

        ImportSummary again = nodes.one().run(exported.toString(StandardCharsets.UTF_8), PLAIN);
        assertEquals(1_100, again.counts().get(ImportAnswer.Status.UNCHANGED));
        assertEquals(
                1_100,
                exported.toString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.contains(BCRYPT))
                        .count());
    }
}

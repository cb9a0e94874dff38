package com.amplihack.auth.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.database.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.Driver;

/** The rules about accounts, on two nodes that change the same at the same moment, on both databases. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccountsTest {
    private static final int ROUNDS = 100;

    private final ExecutorService people = Executors.newCachedThreadPool();
    private final List<Database> opened = new ArrayList<>();
    private EmbeddedPostgres postgres;

    /** One database and what two nodes see of it. */
    private record Pair(String name, Accounts one, Accounts other, AccountDirectory directory) {
        Accounts of(int node) {
            return node % 2 == 0 ? one : other;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    void start() throws IOException {
        postgres = EmbeddedPostgres.start();
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
            statement.execute("create database " + fresh);
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
        return new Pair(name, new Accounts(one), new Accounts(open(settings)), new AccountDirectory(one));
    }

    private Database open(Map<String, String> settings) throws SQLException {
        Database database = new Database(new Configuration(TestSettings.dev(Path.of("/nowhere"), settings)));
        database.open();
        opened.add(database);
        return database;
    }

    @ParameterizedTest
    @MethodSource("databases")
    void thereIsAlwaysAnAdministrator(Pair nodes) throws Exception {
        List<String> ids = List.of(
                add(nodes.one(), "ada", Set.of("admin")).id(),
                add(nodes.one(), "bob", Set.of("admin")).id());
        List<AccountChange> changes = List.of(
                new AccountChange(Optional.empty(), Optional.of(Set.of("user")), Optional.empty(), Optional.empty()),
                new AccountChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(false)));
        AccountChange again =
                new AccountChange(Optional.empty(), Optional.of(Set.of("admin")), Optional.empty(), Optional.of(true));
        for (int round = 0; round < ROUNDS; round++) {
            AccountChange change = changes.get(round % 2);
            List<Optional<ErrorCode>> refused =
                    race(2, i -> nodes.of(i).change(ids.get(i), change, Optional.empty(), RightsCheck.NONE));

            assertEquals(1, refused.stream().flatMap(Optional::stream).count(), "one of them, in round " + round);
            assertEquals(1, administrators(nodes), "round " + round);
            for (String id : ids) {
                nodes.one().change(id, again, Optional.empty(), RightsCheck.NONE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void ofTwoAdministratorsWhoDeleteEachOtherOneStays(Pair nodes) throws Exception {
        String last = add(nodes.one(), "ada", Set.of("admin")).id();
        for (int round = 0; round < ROUNDS; round++) {
            List<String> ids = List.of(
                    last, add(nodes.one(), "bob-" + round, Set.of("admin")).id());

            race(2, i -> nodes.of(i).delete(ids.get(i)));

            List<Account> left = nodes.one().withRole("admin");
            assertEquals(1, left.size(), "round " + round);
            last = left.get(0).id();
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aNameIsGivenOnceAndTheOthersAreToldSo(Pair nodes) throws Exception {
        for (int round = 0; round < ROUNDS / 4; round++) {
            String name = "name-" + round;

            List<Optional<ErrorCode>> refused = race(4, i -> add(nodes.of(i), name, Set.of("user")));

            assertEquals(3, refused.stream().flatMap(Optional::stream).count());
            refused.stream().flatMap(Optional::stream).forEach(code -> assertEquals(ErrorCode.USERNAME_TAKEN, code));
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aRoleThatIsRemovedIsGivenToNobody(Pair nodes) throws Exception {
        String id = add(nodes.one(), "ada", Set.of()).id();
        AccountChange given =
                new AccountChange(Optional.empty(), Optional.of(Set.of("reader")), Optional.empty(), Optional.empty());
        for (int round = 0; round < ROUNDS; round++) {
            nodes.one().putRole("reader", Set.of("read"), RightsCheck.NONE);

            List<Optional<ErrorCode>> refused = race(
                    2,
                    i -> i == 0
                            ? nodes.one().deleteRole("reader")
                            : nodes.other().change(id, given, Optional.empty(), RightsCheck.NONE));

            assertEquals(Optional.empty(), refused.get(0));
            assertTrue(refused.get(1).stream().allMatch(ErrorCode.INVALID_REQUEST::equals), refused.toString());
            assertEquals(List.of(), nodes.directory().find(id).orElseThrow().roles());
        }
    }

    /** Two permissions are too many here: one comes by the role, one by the account, and each alone is fine. */
    @ParameterizedTest
    @MethodSource("databases")
    void whatFitsATokenAloneIsRefusedTogether(Pair nodes) throws Exception {
        RightsCheck one = account -> {
            if (account.permissions().size() > 1) {
                throw new AuthException(ErrorCode.INVALID_REQUEST, "too many");
            }
        };
        String id = add(nodes.one(), "ada", Set.of("user")).id();
        AccountChange own =
                new AccountChange(Optional.empty(), Optional.empty(), Optional.of(Set.of("own")), Optional.empty());
        AccountChange none =
                new AccountChange(Optional.empty(), Optional.empty(), Optional.of(Set.of()), Optional.empty());
        for (int round = 0; round < ROUNDS; round++) {
            List<Optional<ErrorCode>> refused = race(
                    2,
                    i -> i == 0
                            ? nodes.one().putRole("user", Set.of("of-the-role"), one)
                            : nodes.other().change(id, own, Optional.empty(), one));

            assertEquals(1, refused.stream().flatMap(Optional::stream).count(), "round " + round);
            assertEquals(
                    1, nodes.directory().find(id).orElseThrow().permissions().size());
            nodes.one().putRole("user", Set.of(), one);
            nodes.one().change(id, none, Optional.empty(), one);
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void thereIsOneFirstAccount(Pair nodes) throws Exception {
        for (int round = 0; round < ROUNDS / 4; round++) {
            List<Optional<Account>> made = new ArrayList<>();
            race(2, i -> {
                Optional<Account> account = nodes.of(i).addFirst(account("first-of-" + i), Set.of("user"));
                synchronized (made) {
                    made.add(account);
                }
                return account;
            });

            List<Account> first = made.stream().flatMap(Optional::stream).toList();
            assertEquals(1, first.size(), "round " + round);
            nodes.one().delete(first.get(0).id());
        }
    }

    private static long administrators(Pair nodes) {
        return nodes.one().withRole("admin").stream()
                .filter(Account::isAdministrator)
                .count();
    }

    private static Account add(Accounts accounts, String name, Set<String> roles) {
        return accounts.add(account(name), roles, Set.of(), RightsCheck.NONE);
    }

    private static Account account(String name) {
        return new Account(UUID.randomUUID().toString(), Username.parse(name).orElseThrow(), "hash", Instant.EPOCH);
    }

    /** Something that one of many does. */
    private interface Deed {
        Object by(int number);
    }

    /** Has each do it at the same moment; how each was refused. */
    private List<Optional<ErrorCode>> race(int count, Deed deed) throws Exception {
        List<Callable<Optional<ErrorCode>>> deeds = IntStream.range(0, count)
                .<Callable<Optional<ErrorCode>>>mapToObj(i -> () -> {
                    try {
                        deed.by(i);
                        return Optional.empty();
                    } catch (AuthException refused) {
                        return Optional.of(refused.code());
                    }
                })
                .toList();
        List<Optional<ErrorCode>> refused = new ArrayList<>();
        for (Future<Optional<ErrorCode>> done : people.invokeAll(deeds)) {
            refused.add(done.get());
        }
        return refused;
    }
}

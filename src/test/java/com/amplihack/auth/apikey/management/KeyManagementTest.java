package com.amplihack.auth.apikey.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.apikey.KeyGrant;
import com.amplihack.auth.apikey.management.DatabaseKeys.Filter;
import com.amplihack.auth.apikey.management.DatabaseKeys.Listed;
import com.amplihack.auth.apikey.management.KeyAdministration.Actor;
import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.mail.Mail;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.mail.TestMails;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.TestAccessToken;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.Role;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.web.ClientContext;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.enterprise.inject.Instance;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.Driver;

/** What becomes of keys in the database, on both databases. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeyManagementTest {
    private static final Instant START = Instant.parse("2026-06-01T12:00:00Z");
    private static final int DAYS = 30;

    private final ExecutorService people = Executors.newCachedThreadPool();
    private final List<Database> opened = new ArrayList<>();
    private EmbeddedPostgres postgres;

    /** A node: its database, its clock and what it has audited. */
    private static final class Node {
        private final String name;
        private final Database database;
        private final RecordedAudit audit = new RecordedAudit();
        private Instant now = START;
        private final ScriptedStore store = new ScriptedStore(new EmbeddedBackend(() -> now));
        private final DatabaseKeys keys;
        private final KeyAdministration administration;
        private final KeyExpiry expiry;

        Node(String name, Database database) {
            this.name = name;
            this.database = database;
            keys = new DatabaseKeys(database, noBudgets(), () -> now);
            Notices notices = new Notices(TestMails.outbox(database, () -> now), () -> now);
            administration = new KeyAdministration(database, store, store, audit, notices, () -> now);
            expiry = new KeyExpiry(database, audit, notices, () -> now);
        }

        /** Another one with the same database. */
        Node beside() {
            return new Node(name, database);
        }

        @SuppressWarnings("unchecked")
        private static <T> Instance<T> noBudgets() {
            return (Instance<T>) Proxy.newProxyInstance(
                    Instance.class.getClassLoader(),
                    new Class<?>[] {Instance.class},
                    (self, method, arguments) -> null);
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

    Stream<Node> nodes() throws SQLException {
        String fresh = "d" + UUID.randomUUID().toString().replace("-", "");
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            // a language whose order of names is not that of code points
            statement.execute("create database " + fresh
                    + " template template0 locale_provider icu icu_locale 'en-US' locale 'C'");
        }
        return Stream.of(
                new Node("H2", open(Map.of("auth.db.url", "jdbc:h2:mem:" + fresh))),
                new Node(
                        "PostgreSQL",
                        open(Map.of(
                                "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                                "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/" + fresh,
                                "auth.db.user", "postgres",
                                "auth.db.password", "postgres"))));
    }

    private Database open(Map<String, String> settings) {
        Database database = new Database(new Configuration(TestSettings.dev(Path.of("/nowhere"), settings)));
        database.open();
        opened.add(database);
        return database;
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aKeyGrantsWhatItsTermsAndItsAccountAllowNow(Node node) {
        String account = account(node, "ada", Set.of("user"), Set.of("chat:write", "model:read"));
        NewKey free = create(node, account, terms("free", null));
        NewKey limited = create(
                node,
                account,
                new KeyTerms(
                        "limited",
                        Optional.of(Set.of("chat:write")),
                        Set.of("gpt-*", "claude-*"),
                        Set.of("10.0.0.0/8"),
                        Optional.of(budget(5))));

        KeyGrant all = node.keys.find(free.record().id()).orElseThrow();
        assertEquals(List.of("user"), all.roles());
        assertEquals(List.of("chat:write", "model:read"), all.permissions());
        assertEquals(List.of(), all.models());
        assertEquals(List.of(), all.budgets());
        assertEquals(free.key().hash(), all.hash());
        assertEquals("ada", all.username());
        KeyGrant some = node.keys.find(limited.record().id()).orElseThrow();
        assertEquals(List.of(), some.roles());
        assertEquals(List.of("chat:write"), some.permissions());
        assertEquals(List.of("claude-*", "gpt-*"), some.models());
        assertEquals(List.of("10.0.0.0/8"), some.cidrs());
        assertEquals(START.plus(Duration.ofDays(DAYS)), some.expiresAt());
        assertEquals(
                List.of(new Budget(
                        Budget.Scope.KEY,
                        limited.record().id(),
                        OptionalLong.of(5),
                        OptionalLong.empty(),
                        Budget.Window.DAY)),
                some.budgets());

        change(node, account, changed -> changed.ownPermissions(Set.of("model:read")));
        assertEquals(
                List.of("model:read"),
                node.keys.find(free.record().id()).orElseThrow().permissions());
        assertEquals(
                List.of(), node.keys.find(limited.record().id()).orElseThrow().permissions());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aKeyIsDeadWhileItsAccountIsDisabledOrMustChangeItsPassword(Node node) {
        String account = account(node, "ada", Set.of(), Set.of());
        String key = create(node, account, terms("x", null)).record().id();

        change(node, account, changed -> changed.enabled(false));
        assertEquals(Optional.empty(), node.keys.find(key));
        change(node, account, changed -> changed.enabled(true));
        assertTrue(node.keys.find(key).isPresent());
        execute(node, "update auth_account set must_change_password = true");
        assertEquals(Optional.empty(), node.keys.find(key));
        assertEquals(Optional.of(account), node.keys.ownerOf(key));

        node.database.write(entities -> {
            entities.remove(entities.find(Account.class, account));
            return null;
        });
        assertEquals(Optional.empty(), node.keys.find(key));
        assertEquals(Optional.empty(), node.keys.ownerOf(key), "no row of it is left");
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aKeyIsGoodUntilTheMillisecondOfItsEnd(Node node) {
        String account = account(node, "ada", Set.of(), Set.of());
        NewKey key = create(node, account, terms("x", null));
        node.now = START.plus(Duration.ofDays(DAYS)).minusMillis(1);
        assertTrue(node.keys.find(key.record().id()).isPresent());
        assertEquals(1, node.keys.live());

        node.now = node.now.plusMillis(1);
        assertEquals(Optional.empty(), node.keys.find(key.record().id()));
        assertEquals(0, node.keys.live());
        assertEquals(Optional.empty(), rotate(node, account, key, Duration.ofHours(1)), "it has ended");
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aSuccessorLivesAsLongAsTheKeyWasMadeForWhateverIsLeftOfIt(Node node) {
        String account = account(node, "ada", Set.of(), Set.of());
        NewKey first = create(node, account, terms("x", null));
        node.now = START.plus(Duration.ofDays(DAYS - 1));

        NewKey second = rotate(node, account, first, Duration.ofDays(2)).orElseThrow();
        assertEquals(
                START.plus(Duration.ofDays(DAYS)),
                node.keys.find(first.record().id()).orElseThrow().expiresAt(),
                "no overlap makes it live longer");
        assertEquals(node.now.plus(Duration.ofDays(DAYS)), second.record().expiresAt());
        NewKey third = rotate(node, account, second, Duration.ZERO).orElseThrow();
        assertEquals(Optional.empty(), node.keys.find(second.record().id()));
        assertEquals(node.now.plus(Duration.ofDays(DAYS)), third.record().expiresAt());
        assertEquals(
                node.now.plus(Duration.ofDays(7)),
                node.administration
                        .rotate(account, third.record().id(), Duration.ZERO, 7, actor(account))
                        .orElseThrow()
                        .record()
                        .expiresAt(),
                "the setting may have been lowered since");
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aRevokedKeyIsNeitherFoundNorListedNorChanged(Node node) {
        String account = account(node, "ada", Set.of(), Set.of());
        NewKey key = create(node, account, terms("x", null));
        String id = key.record().id();
        assertFalse(node.administration.revoke("somebody", id, actor(account)));

        assertTrue(node.administration.revoke(account, id, actor(account)));

        assertEquals(Optional.empty(), node.keys.find(id));
        assertEquals(Optional.of(account), node.keys.ownerOf(id));
        assertEquals(List.of(), node.keys.list(Filter.ofAccount(account), "", 10));
        assertEquals(
                Optional.empty(), node.administration.change(account, id, terms -> terms("y", null), actor(account)));
        assertEquals(Optional.empty(), rotate(node, account, key, Duration.ZERO));
        assertFalse(node.administration.revoke(account, id, actor(account)), "it is gone");
        assertEquals(List.of("API_KEY_CREATED", "API_KEY_REVOKED"), node.audit.events());
    }

    /** Permissions that the account has lost meanwhile stay in a key's terms, where they grant nothing. */
    @ParameterizedTest
    @MethodSource("nodes")
    void onlyPermissionsThatTheAccountHasAreGiven(Node node) {
        String account = account(node, "ada", Set.of(), Set.of("a", "b"));
        assertInvalid(() -> create(node, account, terms("x", Set.of("a", "c"))));
        String key = create(node, account, terms("x", Set.of("a"))).record().id();
        change(node, account, changed -> changed.ownPermissions(Set.of("b")));

        assertEquals(
                "y",
                node.administration
                        .change(account, key, terms -> terms("y", Set.of("a")), actor(account))
                        .orElseThrow()
                        .terms()
                        .name());
        assertInvalid(
                () -> node.administration.change(account, key, terms -> terms("y", Set.of("a", "c")), actor(account)));
        assertEquals(List.of(), node.keys.find(key).orElseThrow().permissions());
    }

    /** The rules for administrators see the roles and permissions with which the key will act. */
    @ParameterizedTest
    @MethodSource("nodes")
    void aKeyIsMadeForOthersOnlyIfTheRulesAllowItsRights(Node node) {
        String account = account(node, "ada", Set.of("user"), Set.of("a", "b"));
        List<String> asked = new ArrayList<>();
        RightsCheck rule = new RightsCheck() {
            @Override
            public void requireChangeable(Account before) {
                asked.add(before.username());
            }

            @Override
            public void require(String username, List<String> roles, List<String> permissions) {
                asked.add(roles + " " + permissions);
                if (permissions.contains("b")) {
                    throw new AuthException(ErrorCode.INSUFFICIENT_PERMISSIONS, "no");
                }
            }
        };

        node.administration.create(account, new KeyRequest(terms("x", Set.of("a")), 1), rule, actor("boss"));
        assertThrows(
                AuthException.class,
                () -> node.administration.create(account, new KeyRequest(terms("x", null), 1), rule, actor("boss")));

        assertEquals(List.of("ada", "[] [a]", "ada", "[user] [a, b]"), asked);
        assertEquals(1, node.keys.list(Filter.ofAccount(account), "", 10).size());
        assertEquals(
                Optional.empty(),
                node.administration.create("nobody", new KeyRequest(terms("x", null), 1), rule, actor("boss")));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void pagesGoThroughAllNamesOnceByCodePoint(Node node) {
        String ada = account(node, "ada", Set.of(), Set.of());
        String bob = account(node, "bob", Set.of(), Set.of());
        List<String> names = List.of("Z", "a b", "ab", "Ab", "a", "ä", "\ud83d\ude00", "\uff21", "é", "_", "100%");
        names.forEach(name -> create(node, ada, terms(name, null)));
        names.forEach(name -> create(node, ada, terms(name, null)));
        create(node, bob, terms("abacus", null));

        List<String> seen = pages(node, Filter.ofAccount(ada));
        assertEquals(2 * names.size(), seen.size());
        assertEquals(2 * names.size(), Set.copyOf(seen).size());
        assertEquals(4, pages(node, Filter.of(Optional.of(ada), "AB")).size());
        assertEquals(5, pages(node, Filter.of(Optional.empty(), "ab")).size());
        assertEquals(2, pages(node, Filter.of(Optional.of(ada), "_")).size());
        assertEquals(2, pages(node, Filter.of(Optional.of(ada), "100%")).size());
        assertEquals(2, pages(node, Filter.of(Optional.of(ada), "e\u0301")).size(), "names are in NFC");
        assertEquals(List.of(), pages(node, Filter.of(Optional.of(bob), "z")));
        String id = seen.get(3);
        assertEquals(List.of(id), pages(node, Filter.of(Optional.empty(), "amp_" + id.substring(0, 9))));
        assertEquals(List.of(), pages(node, Filter.of(Optional.of(bob), "amp_" + id)));
        for (String bad : List.of("a\u0000", "amp_" + id + "x", "amp_*")) {
            assertInvalid(() -> Filter.of(Optional.empty(), bad));
        }
    }

    private static List<String> pages(Node node, Filter filter) {
        List<String> ids = new ArrayList<>();
        String after = "";
        List<Listed> page;
        do {
            page = node.keys.list(filter, after, 3);
            for (Listed listed : page) {
                ids.add(listed.key().id());
                after = listed.key().sortKey();
            }
        } while (!page.isEmpty());
        return ids;
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void ofManyNodesOneWarnsOfAKeyThatEndsWithinAWeek(Node node) throws Exception {
        String account = account(node, "ada", Set.of(), Set.of());
        create(node, account, terms("x", null));
        NewKey rotated = create(node, account, terms("y", null));
        rotate(node, account, rotated, Duration.ofDays(20));
        NewKey revoked = create(node, account, terms("z", null));
        node.administration.revoke(account, revoked.record().id(), actor(account));
        List<Node> all = List.of(node.beside(), node.beside(), node.beside());

        warn(all, START.plus(Duration.ofDays(DAYS - 7)).minusMillis(1));
        assertEquals(0, warnings(all));
        warn(all, START.plus(Duration.ofDays(DAYS - 7)));
        assertEquals(2, warnings(all), "of x and of the successor of y, not of what was ended on purpose");
        warn(all, START.plus(Duration.ofDays(DAYS - 1)));
        assertEquals(2, warnings(all));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void theOwnerIsToldOfANewKeyAndOfOneThatExpiresInTheSameTransaction(Node node) throws Exception {
        String account = account(node, "ada", Set.of(), Set.of());
        change(node, account, ada -> ada.email(EmailAddress.parse("ada@example.org"), true));
        NewKey key = create(node, account, terms("laptop", null));
        Mail made = TestMails.waiting(node.database).get(0);
        assertEquals(MailKind.API_KEY_CREATED, made.kind());
        assertEquals("ada@example.org", made.recipient());
        assertEquals(
                Map.of(
                        "username",
                        "ada",
                        "time",
                        START.toString(),
                        "name",
                        "laptop",
                        "key",
                        key.record().id(),
                        "ip_address",
                        "",
                        "expires_at",
                        START.plus(Duration.ofDays(DAYS)).toString()),
                made.parameters());

        warn(List.of(node.beside(), node.beside()), START.plus(Duration.ofDays(DAYS - 6)));
        List<Mail> mails = TestMails.waiting(node.database);
        assertEquals(
                List.of(MailKind.API_KEY_CREATED, MailKind.API_KEY_EXPIRING),
                mails.stream().map(Mail::kind).toList());
        assertEquals(key.record().id(), mails.get(1).parameters().get("key"));
    }

    private void warn(List<Node> nodes, Instant now) throws Exception {
        CountDownLatch together = new CountDownLatch(1);
        List<Future<?>> runs = new ArrayList<>();
        for (Node node : nodes) {
            node.now = now;
            runs.add(people.submit(() -> {
                together.await();
                node.expiry.warn();
                return null;
            }));
        }
        together.countDown();
        for (Future<?> run : runs) {
            run.get();
        }
    }

    private static long warnings(List<Node> nodes) {
        return nodes.stream()
                .mapToLong(node -> node.audit.count("API_KEY_EXPIRING"))
                .sum();
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aKeyIsForgottenNinetyDaysAfterItsEnd(Node node) {
        String account = account(node, "ada", Set.of(), Set.of());
        String expired = create(node, account, terms("x", null)).record().id();
        String revoked = create(node, account, terms("y", null)).record().id();
        node.administration.revoke(account, revoked, actor(account));

        node.now = START.plus(Duration.ofDays(90)).plusMillis(1);
        node.expiry.forget();
        assertEquals(Optional.empty(), node.keys.ownerOf(revoked));
        assertEquals(Optional.of(account), node.keys.ownerOf(expired));
        node.now = node.now.plus(Duration.ofDays(DAYS));
        node.expiry.forget();
        assertEquals(Optional.empty(), node.keys.ownerOf(expired));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void anAccountHasABoundedNumberOfLiveKeys(Node node) {
        String account = account(node, "ada", Set.of(), Set.of());
        NewKey key = create(node, account, terms("x", null));
        node.database.write(entities -> {
            for (int i = 1; i < KeyAdministration.MOST; i++) {
                entities.persist(new KeyRecord(
                        com.amplihack.auth.apikey.ApiKey.random(new java.security.SecureRandom()),
                        account,
                        terms("many", null),
                        1,
                        node.now));
            }
            return null;
        });

        assertInvalid(() -> create(node, account, terms("one more", null)));
        assertInvalid(() -> rotate(node, account, key, Duration.ZERO));
        assertTrue(node.keys.find(key.record().id()).isPresent(), "nothing has ended");
        node.now = START.plus(Duration.ofDays(1));
        create(node, account, terms("the others have expired", null));
    }

    /** Whoever is deleted at this moment leaves no key that is good; H2 may keep its row. */
    @ParameterizedTest
    @MethodSource("nodes")
    void noKeyOutlivesItsAccount(Node node) throws Exception {
        for (int round = 0; round < 50; round++) {
            String account = account(node, "ada" + round, Set.of(), Set.of());
            Future<Optional<NewKey>> made = people.submit(() -> node.administration.create(
                    account, new KeyRequest(terms("x", null), 1), RightsCheck.NONE, actor(account)));
            node.database.write(entities -> {
                entities.remove(entities.find(Account.class, account));
                return null;
            });
            made.get()
                    .ifPresent(key -> assertEquals(
                            Optional.empty(), node.keys.find(key.record().id())));
        }
    }

    /** The answer to the first may have been lost: both successors are there, and the account's list shows them. */
    @ParameterizedTest
    @MethodSource("nodes")
    void keysThatAreRotatedAtOnceAllEndAtTheOverlap(Node node) throws Exception {
        String account = account(node, "ada", Set.of(), Set.of());
        NewKey key = create(node, account, terms("x", null));
        List<Future<Optional<NewKey>>> runs = IntStream.range(0, 4)
                .mapToObj(i -> people.submit(() -> rotate(node, account, key, Duration.ofHours(1))))
                .collect(Collectors.toList());
        for (Future<Optional<NewKey>> run : runs) {
            assertTrue(run.get().isPresent());
        }

        assertEquals(5, node.keys.list(Filter.ofAccount(account), "", 10).size());
        assertEquals(
                START.plus(Duration.ofHours(1)),
                node.keys.find(key.record().id()).orElseThrow().expiresAt());
    }

    private static void assertInvalid(org.junit.jupiter.api.function.Executable call) {
        assertEquals(
                ErrorCode.INVALID_REQUEST,
                assertThrows(AuthException.class, call).code());
    }

    private static KeyTerms terms(String name, Set<String> permissions) {
        return new KeyTerms(name, Optional.ofNullable(permissions), Set.of(), Set.of(), Optional.empty());
    }

    private static Budget budget(long tokens) {
        return new Budget(Budget.Scope.KEY, "", OptionalLong.of(tokens), OptionalLong.empty(), Budget.Window.DAY);
    }

    private static NewKey create(Node node, String account, KeyTerms terms) {
        return node.administration
                .create(account, new KeyRequest(terms, DAYS), RightsCheck.NONE, actor(account))
                .orElseThrow();
    }

    private static Optional<NewKey> rotate(Node node, String account, NewKey key, Duration overlap) {
        return node.administration.rotate(account, key.record().id(), overlap, 366, actor(account));
    }

    private static String account(Node node, String name, Set<String> roles, Set<String> permissions) {
        Account account =
                new Account(UUID.randomUUID().toString(), Username.parse(name).orElseThrow(), "", START);
        account.ownPermissions(permissions);
        return node.database.write(entities -> {
            account.roles(
                    roles.stream().map(role -> entities.find(Role.class, role)).collect(Collectors.toSet()));
            entities.persist(account);
            return account.id();
        });
    }

    private static void change(Node node, String account, Consumer<Account> change) {
        node.database.write(entities -> {
            change.accept(entities.find(Account.class, account));
            return null;
        });
    }

    private static void execute(Node node, String sql) {
        node.database.write(entities -> entities.createNativeQuery(sql).executeUpdate());
    }

    private static Actor actor(String account) {
        AccessToken token = TestAccessToken.of(
                "jti", account, "ada", "sid", 1, List.of(), List.of(), "", "", START, START, Instant.MAX);
        return new Actor(token, ClientContext.NONE);
    }
}

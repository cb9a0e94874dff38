package com.amplihack.auth.metering;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.mail.Mail;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.mail.TestMails;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.budget.HourlyUsage;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.users.Username;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.Driver;

/** What owners are told of their budgets, on both databases. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BudgetNoticesTest {
    private static final Instant MORNING = Instant.parse("2026-03-01T09:30:00Z");
    private static final String KEY = "0123456789abcdef";

    private final List<Database> opened = new ArrayList<>();
    private EmbeddedPostgres postgres;

    @BeforeAll
    void start() throws IOException {
        postgres = EmbeddedPostgres.start();
    }

    @AfterAll
    void stop() throws IOException, SQLException {
        opened.forEach(Database::close);
        postgres.close();
        Driver.register(); // which the databases have taken out of the JDK with them
    }

    Stream<Office> offices() throws SQLException {
        String fresh = "d" + UUID.randomUUID().toString().replace("-", "");
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create database " + fresh);
        }
        return Stream.of(
                office("H2", Map.of("auth.db.url", "jdbc:h2:mem:" + fresh)),
                office(
                        "PostgreSQL",
                        Map.of(
                                "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                                "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/" + fresh,
                                "auth.db.user", "postgres",
                                "auth.db.password", "postgres")));
    }

    private Office office(String name, Map<String, String> settings) {
        Database database = new Database(new Configuration(TestSettings.dev(Path.of("/nowhere"), settings)));
        database.open();
        opened.add(database);
        return new Office(name, database);
    }

    private static final class Office {
        private final String name;
        private final Database database;
        private final UsageBook book;
        private final BudgetNotices notices;
        private final String account = UUID.randomUUID().toString();
        private List<Budget> budgets = List.of();
        private Instant now = MORNING;
        private long version;

        Office(String name, Database database) {
            this.name = name;
            this.database = database;
            book = new UsageBook(database);
            notices = new BudgetNotices(
                    new Notices(TestMails.outbox(database, () -> now), () -> now),
                    database,
                    new AccountDirectory(database),
                    (id, roles) -> budgets,
                    book,
                    () -> now);
            Account ada = new Account(account, Username.parse("ada").orElseThrow(), "", MORNING);
            ada.email(EmailAddress.parse("ada@example.org"), true);
            database.write(entities -> {
                entities.persist(ada);
                return ada;
            });
        }

        void use(String key, long tokens) {
            HourlyUsage.OfModel sums = new HourlyUsage.OfModel("gpt", 1, tokens, 0);
            Instant hour = now.truncatedTo(ChronoUnit.HOURS);
            book.save(account, List.of(new HourlyUsage(hour, key, "g" + ++version, 1, List.of(sums))));
            notices.check(Map.of(account, Set.of(key)));
            notices.check(Map.of(account, Set.of(key))); // as another node does
        }

        List<MailKind> told() {
            return TestMails.waiting(database).stream().map(Mail::kind).toList();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Budget daily(long tokens) {
        return new Budget(Budget.Scope.ACCOUNT, "", OptionalLong.of(tokens), OptionalLong.empty(), Budget.Window.DAY);
    }

    @ParameterizedTest
    @MethodSource("offices")
    void anAccountIsToldAtEightyPercentAndAtTheEndOncePerWindow(Office office) {
        office.budgets = List.of(daily(1000));
        office.use("", 799);
        assertEquals(List.of(), office.told());
        office.use("", 1);
        office.use("", 100);
        assertEquals(List.of(MailKind.BUDGET_WARNING), office.told());
        office.use("", 100);
        assertEquals(List.of(MailKind.BUDGET_WARNING, MailKind.BUDGET_EXHAUSTED), office.told());
        Mail exhausted = TestMails.waiting(office.database).get(1);
        assertEquals("1000 tokens", exhausted.parameters().get("budget"));
        assertEquals("1000", exhausted.parameters().get("used"));
        assertEquals("2026-03-02T00:00:00Z", exhausted.parameters().get("resets_at"));

        office.now = MORNING.plus(Duration.ofDays(1));
        office.use("", 5000);
        assertEquals(3, office.told().size());
        office.budgets = List.of(daily(6000)); // raised: its 80 percent are others
        office.use("", 1);
        assertEquals(MailKind.BUDGET_WARNING, office.told().get(3));
    }

    @ParameterizedTest
    @MethodSource("offices")
    void aKeysBudgetIsToldByItsId(Office office) {
        office.database.write(entities -> entities.createNativeQuery(
                        "insert into auth_api_key (id, account_id, hash, name, sort_key, models, cidrs, budget_requests,"
                                + " budget_window, created_at, expires_at, valid_days, revoked, warned, version) values"
                                + " (?, ?, 'h', 'laptop', 'laptop', '', '', 2, 'MONTH', 0, 9000000000000, 1, false, false, 0)")
                .setParameter(1, KEY)
                .setParameter(2, office.account)
                .executeUpdate());
        office.use(KEY, 1);
        assertEquals(List.of(), office.told());
        office.use(KEY, 1);
        assertEquals(List.of(MailKind.BUDGET_EXHAUSTED), office.told());
        Map<String, String> parameters =
                TestMails.waiting(office.database).get(0).parameters();
        assertEquals(KEY, parameters.get("key"));
        assertEquals("2 requests", parameters.get("budget"));
        assertEquals("month", parameters.get("window"));
    }
}

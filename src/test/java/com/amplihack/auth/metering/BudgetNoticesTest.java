package com.amplihack.auth.metering;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.OpenedDatabases;
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
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What owners are told of their budgets, on both databases. */
class BudgetNoticesTest extends OpenedDatabases {
    private static final Instant MORNING = Instant.parse("2026-03-01T09:30:00Z");
    private static final String KEY = "0123456789abcdef";

    Stream<Office> offices() throws SQLException {
        return onEach(Office::new);
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

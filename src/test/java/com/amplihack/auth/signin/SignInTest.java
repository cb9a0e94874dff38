package com.amplihack.auth.signin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.OpenedDatabases;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Accounts;
import com.amplihack.auth.users.TestAccounts;
import com.amplihack.auth.users.login.Authenticator.Authenticated;
import com.amplihack.auth.web.ClientContext;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every way to sign in ends with. */
class SignInTest extends OpenedDatabases {
    private static final List<String> PASSKEY = List.of("hwk", "user", "mfa");

    private record Node(String name, Database database) {
        private Account account() {
            String id = UUID.randomUUID().toString();
            return database.write(entities -> {
                Account made = TestAccounts.account(id, "user-" + id, Set.of(), Set.of());
                entities.persist(made);
                return made;
            });
        }

        private Account signIn(Account account, RecordedAudit audit, Instant now) {
            Configuration configuration =
                    new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of("auth.password.max.days", "30")));
            SignIn signIn = new SignIn(
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    new Accounts(database, configuration, () -> now),
                    audit,
                    null,
                    configuration,
                    () -> now);
            return signIn.byPasskey(
                            new Authenticated(account, (SessionStore.Epoch) null, null), PASSKEY, ClientContext.NONE)
                    .who()
                    .account();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    Stream<Node> nodes() throws SQLException {
        return onEach(Node::new);
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void anExpiredPasswordLeavesNothingButItsChange(Node node) {
        Account account = node.account();
        Instant end = account.passwordSetAt().plus(Duration.ofDays(30));
        RecordedAudit audit = new RecordedAudit();

        assertFalse(node.signIn(account, audit, end).mustChangePassword(), "the last moment");
        assertTrue(node.signIn(account, audit, end.plusMillis(1)).mustChangePassword());
        assertEquals(List.of("LOGIN_SUCCESS", "LOGIN_SUCCESS"), audit.events());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void anAccountThatIsGoneMeanwhileEndsTheSignIn(Node node) {
        Account account = node.account();
        node.database.write(entities -> {
            entities.remove(entities.find(Account.class, account.id()));
            return account;
        });
        RecordedAudit audit = new RecordedAudit();
        Instant late = account.passwordSetAt().plus(Duration.ofDays(31));

        assertThrows(AuthException.class, () -> node.signIn(account, audit, late));
        assertEquals(List.of(), audit.events());
    }
}

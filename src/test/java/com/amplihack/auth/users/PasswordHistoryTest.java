package com.amplihack.auth.users;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.password.PasswordHasher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Former passwords and the end of a password's time, on both databases. */
class PasswordHistoryTest extends TwoNodes {
    private static final Map<String, String> CHEAP =
            Map.of("auth.argon2.memory.kib", "64", "auth.argon2.iterations", "1", "auth.argon2.parallelism", "1");

    @ParameterizedTest
    @MethodSource("databases")
    void noneOfTheLastPasswordsComesBackButTheOneBeforeThem(Pair nodes) {
        Node node = new Node(nodes, Map.of("auth.password.history", "3"));
        Account account = node.account("ada", "zero");
        for (String password : List.of("one", "two", "three", "four")) {
            node.history.requireFresh("new_password", node.read(account), Secret.of(password));
            node.change(account, password);
        }

        for (String former : List.of("four", "three", "two")) {
            AuthException refused = assertThrows(
                    AuthException.class,
                    () -> node.history.requireFresh("new_password", node.read(account), Secret.of(former)));
            assertEquals(ErrorCode.WEAK_PASSWORD, refused.code());
            assertEquals("new_password: must not be one of the account's last 3 passwords.", refused.getMessage());
        }
        for (String old : List.of("one", "zero", "five")) {
            assertDoesNotThrow(() -> node.history.requireFresh("new_password", node.read(account), Secret.of(old)));
        }
        assertEquals(2, node.remembered(account), "no more than are compared");
    }

    @ParameterizedTest
    @MethodSource("databases")
    void whatAnAdministratorSetsIsRememberedAndOtherAccountsAreNot(Pair nodes) {
        Node node = new Node(nodes, Map.of());
        Account ada = node.account("ada", "first");
        Account bob = node.account("bob", "another");
        AccountChange reset = new AccountChange(
                Optional.of(Secret.of("temporary")),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(true));
        nodes.one().change(ada.id(), reset, Optional.of(node.hasher.hash(Secret.of("temporary"))), RightsCheck.NONE);
        assertTrue(node.read(ada).mustChangePassword());

        assertRefused(node, ada, "temporary");
        assertRefused(node, ada, "first");
        assertDoesNotThrow(() -> node.history.requireFresh("p", node.read(ada), Secret.of("another")));
        assertDoesNotThrow(() -> node.history.requireFresh("p", node.read(bob), Secret.of("first")));
        nodes.one().delete(ada.id(), AccountChange.Step.NONE, RightsCheck.NONE);
        assertEquals(0, node.remembered(ada), "nothing is left of a deleted account");
    }

    @ParameterizedTest
    @MethodSource("databases")
    void withoutHistoryNothingIsComparedOrKept(Pair nodes) {
        Node node = new Node(nodes, Map.of("auth.password.history", "3"));
        Account account = node.account("ada", "one");
        node.change(account, "two");
        Node without = new Node(nodes, Map.of("auth.password.history", "0"));

        assertDoesNotThrow(() -> without.history.requireFresh("p", without.read(account), Secret.of("one")));
        without.change(account, "three");

        assertEquals(0, without.remembered(account));
    }

    @ParameterizedTest
    @MethodSource("databases")
    void anAccountWithoutPasswordHasNoHistory(Pair nodes) {
        Node node = new Node(nodes, Map.of());
        Account invited = new Account("i", Username.parse("ivy").orElseThrow(), PasswordHasher.NO_PASSWORD, now);
        nodes.one().add(invited, Set.of(), Set.of(), RightsCheck.NONE);

        assertDoesNotThrow(() -> node.history.requireFresh("password", node.read(invited), Secret.of("first")));
        node.change(invited, "first");

        assertEquals(0, node.remembered(invited));
        assertRefused(node, invited, "first");
    }

    /** Each account's owner could else fill the queue of all sign-ins with 24 hashes at a time. */
    @ParameterizedTest
    @MethodSource("databases")
    void comparisonsLeaveHalfOfTheHashingPlacesToSignIns(Pair nodes) throws Exception {
        AtomicInteger most = new AtomicInteger();
        AtomicInteger running = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(2);
        Map<String, String> settings = Map.of("auth.argon2.concurrency", "4");
        PasswordHasher slow = new PasswordHasher(configuration(settings), new Meters()) {
            @Override
            public boolean verify(String encoded, Secret password) {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                entered.countDown();
                try {
                    release.await();
                } catch (InterruptedException stopping) {
                    throw new AssertionError(stopping);
                }
                running.decrementAndGet();
                return false;
            }
        };
        PasswordHistory history = new PasswordHistory(nodes.database(), slow, configuration(settings));
        Account account = add(nodes.one(), "ada", Set.of());
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(people.submit(() -> history.requireFresh("p", account, Secret.of("x"))));
        }
        assertTrue(entered.await(10, TimeUnit.SECONDS));
        release.countDown();
        for (Future<?> one : all) {
            one.get();
        }

        assertEquals(2, most.get());
    }

    @ParameterizedTest
    @MethodSource("databases")
    void onlyAnOldPasswordOnlyIfSomebodyInsistsMustBeChanged(Pair nodes) {
        Node node = new Node(nodes, Map.of("auth.password.max.days", "30"));
        Node without = new Node(nodes, Map.of());
        Account account = node.account("ada", "one");

        now = now.plus(Duration.ofDays(30));
        assertFalse(node.accounts.limitIfExpired(node.read(account)).mustChangePassword(), "the last moment");
        now = now.plusMillis(1);
        assertFalse(without.accounts.limitIfExpired(node.read(account)).mustChangePassword());
        Account changedMeanwhile = node.read(account);
        assertTrue(node.accounts.limitIfExpired(node.read(account)).mustChangePassword());
        assertTrue(node.read(account).mustChangePassword(), "its refreshed tokens say so too");

        node.change(account, "two");
        assertFalse(node.accounts.limitIfExpired(node.read(account)).mustChangePassword());
        assertThrows(AuthException.class, () -> node.accounts.limitIfExpired(changedMeanwhile));
        assertFalse(node.read(account).mustChangePassword());
    }

    private static void assertRefused(Node node, Account account, String password) {
        assertThrows(
                AuthException.class, () -> node.history.requireFresh("p", node.read(account), Secret.of(password)));
    }

    /** With settings of its own. */
    private final class Node {
        final PasswordHasher hasher;
        final PasswordHistory history;
        final Accounts accounts;
        private final Pair nodes;

        Node(Pair nodes, Map<String, String> settings) {
            this.nodes = nodes;
            Map<String, String> all = new HashMap<>(CHEAP);
            all.putAll(settings);
            hasher = new PasswordHasher(configuration(all), new Meters());
            hasher.prepare();
            history = new PasswordHistory(nodes.database(), hasher, configuration(all));
            accounts = new Accounts(nodes.database(), configuration(all), () -> now);
        }

        Account account(String name, String password) {
            Account account = new Account(
                    java.util.UUID.randomUUID().toString(),
                    Username.parse(name).orElseThrow(),
                    hasher.hash(Secret.of(password)),
                    now);
            return accounts.add(account, Set.of(), Set.of(), RightsCheck.NONE);
        }

        Account read(Account account) {
            return nodes.directory().find(account.id()).orElseThrow();
        }

        void change(Account account, String password) {
            assertTrue(
                    accounts.replacePassword(read(account), hasher.hash(Secret.of(password)), AccountChange.Step.NONE)
                            .isPresent());
        }

        long remembered(Account account) {
            return nodes.database().read(entities -> ((Number) entities.createNativeQuery(
                                    "select count(*) from auth_password_history where account_id = ?")
                            .setParameter(1, account.id())
                            .getSingleResult())
                    .longValue());
        }
    }
}

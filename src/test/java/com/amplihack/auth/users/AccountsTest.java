package com.amplihack.auth.users;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SecurityStore;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules about accounts, on two nodes that change the same at the same moment, on both databases. */
class AccountsTest extends TwoNodes {
    private static final int ROUNDS = 100;

    @ParameterizedTest
    @MethodSource("databases")
    void thereIsAlwaysAnAdministrator(Pair nodes) throws Exception {
        List<String> ids = List.of(
                add(nodes.one(), "ada", Set.of("admin")).id(),
                add(nodes.one(), "bob", Set.of("admin")).id());
        List<AccountChange> changes = List.of(
                new AccountChange(
                        Optional.empty(),
                        Optional.of(Set.of("user")),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                new AccountChange(
                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(false), Optional.empty()));
        AccountChange again = new AccountChange(
                Optional.empty(), Optional.of(Set.of("admin")), Optional.empty(), Optional.of(true), Optional.empty());
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

            race(2, i -> nodes.of(i).delete(ids.get(i), AccountChange.Step.NONE, RightsCheck.NONE));

            List<String> left = nodes.one().withRole("admin", RightsCheck.NONE);
            assertEquals(1, left.size(), "round " + round);
            last = left.get(0);
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
        AccountChange given = new AccountChange(
                Optional.empty(), Optional.of(Set.of("reader")), Optional.empty(), Optional.empty(), Optional.empty());
        for (int round = 0; round < ROUNDS; round++) {
            nodes.one().putRole("reader", Set.of("read"), RightsCheck.NONE);

            List<Optional<ErrorCode>> refused = race(
                    2,
                    i -> i == 0
                            ? nodes.one().deleteRole("reader", RightsCheck.NONE)
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
        RightsCheck one = (name, roles, permissions) -> {
            if (permissions.size() > 1) {
                throw new AuthException(ErrorCode.INVALID_REQUEST, "too many");
            }
        };
        String id = add(nodes.one(), "ada", Set.of("user")).id();
        AccountChange own = new AccountChange(
                Optional.empty(), Optional.empty(), Optional.of(Set.of("own")), Optional.empty(), Optional.empty());
        AccountChange none = new AccountChange(
                Optional.empty(), Optional.empty(), Optional.of(Set.of()), Optional.empty(), Optional.empty());
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
    void theRightsOfEveryHolderAreCheckedOnceForTheLongestName(Pair nodes) {
        nodes.one().putRole("reader", Set.of("read"), RightsCheck.NONE);
        nodes.one().putRole("writer", Set.of("write"), RightsCheck.NONE);
        for (String name : List.of("a", "\"\\\"", "\u00e9\u00e9", "abcd")) {
            add(nodes.one(), name, Set.of("reader", "writer"));
        }
        nodes.one().add(account("own"), Set.of("reader"), Set.of("own"), RightsCheck.NONE);
        nodes.one().add(account("someone else"), Set.of("writer"), Set.of("other"), RightsCheck.NONE);
        Set<String> asked = new TreeSet<>();
        List<String> together = new ArrayList<>();
        RightsCheck allowed = (name, roles, permissions) -> {
            if (name.codePointCount(0, name.length()) == Username.MAX_LENGTH) {
                together.add(roles.toString() + permissions);
                throw new AuthException(ErrorCode.INVALID_REQUEST, "too much");
            }
            assertTrue(asked.add(name + roles + permissions));
        };

        int holders = nodes.one()
                .putRole("reader", Set.of("read", "more"), allowed)
                .holders()
                .size();

        assertEquals(List.of("[admin, reader, user, writer][more, own, read, write]"), together);
        assertEquals(5, holders);
        assertEquals(
                Set.of("\"\\\"[reader, writer][more, read, write]", "own[reader][more, own, read]"),
                asked,
                "a quotation mark and a backslash take two bytes each in JSON");
    }

    @ParameterizedTest
    @MethodSource("databases")
    void aRoleThatDoesNotFitOneHolderIsNotStored(Pair nodes) {
        nodes.one().putRole("reader", Set.of("read"), RightsCheck.NONE);
        String id = nodes.one()
                .add(account("own"), Set.of("reader"), Set.of("own"), RightsCheck.NONE)
                .id();
        for (int i = 0; i < 3; i++) {
            add(nodes.one(), "a-longer-name-" + i, Set.of("reader"));
        }
        RightsCheck two = (name, roles, permissions) -> {
            if (permissions.size() > 2) {
                throw new AuthException(ErrorCode.INVALID_REQUEST, name);
            }
        };

        AuthException refused =
                assertThrows(AuthException.class, () -> nodes.one().putRole("reader", Set.of("read", "more"), two));

        assertEquals("own", refused.getMessage());
        RightsCheck never = (name, roles, permissions) -> fail("asked about " + name);
        nodes.one().putRole("reader", Set.of("read"), never);
        assertEquals(
                List.of("own", "read"), nodes.directory().find(id).orElseThrow().permissions());
    }

    /** Revoking a hundred thousand tokens takes a while; it must not be spent under the lock. */
    @ParameterizedTest
    @MethodSource("databases")
    void whileTokensAreRevokedOthersChangeAccounts(Pair nodes) {
        String id = add(nodes.one(), "ada", Set.of("user")).id();
        AccountChange own = new AccountChange(
                Optional.empty(), Optional.empty(), Optional.of(Set.of("own")), Optional.empty(), Optional.empty());
        List<Object> revoked = new ArrayList<>();
        SecurityStore store = (SecurityStore) Proxy.newProxyInstance(
                SecurityStore.class.getClassLoader(),
                new Class<?>[] {SecurityStore.class},
                (self, method, arguments) -> {
                    assertEquals("changeRights", method.getName());
                    revoked.add(arguments[0]);
                    people.submit(() -> nodes.other().change(id, own, Optional.empty(), RightsCheck.NONE))
                            .get();
                    return null;
                });
        AccountAdministration administration =
                new AccountAdministration(nodes.directory(), nodes.one(), null, null, store, null, null);

        administration.putRole("user", Set.of("more"), RightsCheck.NONE);
        administration.deleteRole("user", RightsCheck.NONE);

        assertEquals(List.of(List.of(id), List.of(id), List.of(id)), revoked, "before and after it is deleted");
        Account left = nodes.directory().find(id).orElseThrow();
        assertEquals(List.of("own"), left.permissions());
        assertEquals(List.of(), left.roles());
    }

    /** Afterwards a process may die that would have revoked them. */
    @ParameterizedTest
    @MethodSource("databases")
    void permissionsAreTakenFromARoleOnlyWhenItsTokensCanBeRevoked(Pair nodes) {
        nodes.one().putRole("user", Set.of("read", "write"), RightsCheck.NONE);
        String id = add(nodes.one(), "ada", Set.of("user")).id();
        AuthException down = new AuthException(ErrorCode.STORE_UNAVAILABLE, "down");
        SecurityStore store = (SecurityStore) Proxy.newProxyInstance(
                SecurityStore.class.getClassLoader(),
                new Class<?>[] {SecurityStore.class},
                (self, method, arguments) -> {
                    assertEquals(List.of(id), arguments[0]);
                    throw down;
                });
        AccountAdministration administration =
                new AccountAdministration(nodes.directory(), nodes.one(), null, null, store, null, null);

        assertThrows(AuthException.class, () -> administration.putRole("user", Set.of("read"), RightsCheck.NONE));

        assertEquals(
                List.of("read", "write"),
                nodes.directory().find(id).orElseThrow().permissions());
    }

    /** The first caller stops in the middle, the other one cannot promote the account meanwhile. */
    @ParameterizedTest
    @MethodSource("databases")
    void nobodyIsPromotedBetweenACheckAndWhatItAllows(Pair nodes) throws Exception {
        String id = add(nodes.one(), "ada", Set.of("user")).id();
        AccountChange promotion = new AccountChange(
                Optional.empty(), Optional.of(Set.of("admin")), Optional.empty(), Optional.empty(), Optional.empty());
        CountDownLatch asked = new CountDownLatch(1);
        Future<?> promoted = nodes.one()
                .with(id, RightsCheck.NONE, account -> {
                    Future<?> change = people.submit(() -> {
                        asked.countDown();
                        nodes.other().change(id, promotion, Optional.empty(), RightsCheck.NONE);
                    });
                    assertDoesNotThrow(() -> asked.await());
                    assertThrows(TimeoutException.class, () -> change.get(300, TimeUnit.MILLISECONDS));
                    return change;
                })
                .orElseThrow();

        promoted.get();
        assertEquals(List.of("admin"), nodes.directory().find(id).orElseThrow().roles());
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
            nodes.one().delete(first.get(0).id(), AccountChange.Step.NONE, RightsCheck.NONE);
        }
    }

    private static long administrators(Pair nodes) {
        return nodes.one().withRole("admin", RightsCheck.NONE).stream()
                .flatMap(id -> nodes.directory().find(id).stream())
                .filter(Account::isAdministrator)
                .count();
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

package com.amplihack.auth.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.listing.AccountList;
import com.amplihack.auth.users.listing.AccountList.Page;
import com.amplihack.auth.users.listing.AccountList.Question;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches and orders of accounts, on both databases. */
class AccountListTest extends TwoNodes {
    private static final int SOME = 23;

    @ParameterizedTest
    @MethodSource("databases")
    void aSearchFindsTheTextAnywherePageByPageInTheOrderOfCodePoints(Pair nodes) {
        List<String> names = List.of(
                "a",
                "a-b",
                "a_b",
                "a b",
                "a%b",
                "a!",
                "ab",
                "az",
                "xa",
                "x a!",
                "a\u00e9",
                "a\ud83d\ude00",
                "a\ud83d\ude01",
                "a\ufffd");
        Stream.concat(names.stream(), Stream.of("`", "b", "\u00e9", "\ufffd", "\ud83d\ude00"))
                .forEach(name -> add(nodes.one(), name, Set.of("user")));
        nodes.one().putRole("user", Set.of("read"), RightsCheck.NONE);
        nodes.one().add(account("a own"), Set.of("user"), Set.of("own"), RightsCheck.NONE);

        List<Account> found = all(nodes.list(), question("A", "username"), 5);

        List<String> keys = found.stream().map(Account::usernameKey).toList();
        assertEquals(Stream.concat(names.stream(), Stream.of("a own")).collect(Collectors.toSet()), Set.copyOf(keys));
        assertEquals(names.size() + 1, keys.size());
        List<String> latin = keys.stream()
                .filter(key -> key.charAt(1 % key.length()) < 0x100)
                .toList();
        assertEquals(latin.stream().sorted().toList(), latin);
        found.forEach(account -> {
            assertEquals(List.of("user"), account.roles());
            boolean own = account.usernameKey().equals("a own");
            assertEquals(own ? List.of("own", "read") : List.of("read"), account.permissions());
        });
        assertEquals(List.of("a\ud83d\ude00"), names(nodes, "a\ud83d\ude00"));
        assertEquals(List.of("a%b"), names(nodes, "%"), "no sign stands for others");
        assertEquals(List.of("a_b"), names(nodes, "_"));
        assertEquals(List.of("a!", "x a!"), names(nodes, "!"));
        assertEquals(names.size() + 6, names(nodes, "").size());
        List<String> reversed = new ArrayList<>(keys);
        Collections.reverse(reversed);
        assertEquals(
                reversed,
                all(nodes.list(), question("a", "-username"), 4).stream()
                        .map(Account::usernameKey)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("databases")
    void anAddressIsFoundByItsPartsInAnySpelling(Pair nodes) {
        Account ada = account("ada");
        ada.email(EmailAddress.parse("Ada.Lovelace@B\u00fccher.example"), false);
        nodes.one().add(ada, Set.of(), Set.of(), RightsCheck.NONE);
        add(nodes.one(), "bob", Set.of());

        for (String text : List.of("lovelace", "LOVE", "ada.lovelace@b\u00fccher.example", "xn--bcher-kva.example")) {
            assertEquals(List.of("ada"), names(nodes, text), text);
        }
        assertEquals(List.of(), names(nodes, "byron"));
    }

    @ParameterizedTest
    @MethodSource("databases")
    void everyOrderShowsEachAccountOnceAlsoWhereTimesAreEqual(Pair nodes) {
        Random random = new Random(7);
        for (int i = 0; i < SOME; i++) {
            Account account = new Account(
                    UUID.randomUUID().toString(),
                    Username.parse("name " + i).orElseThrow(),
                    "hash",
                    Instant.ofEpochMilli(random.nextInt(4) * 1000L));
            nodes.one().add(account, Set.of("user"), Set.of(), RightsCheck.NONE);
            if (random.nextBoolean()) { // the others have never signed in
                signIn(nodes, account.id(), random.nextInt(4) * 60_000L + 1);
            }
        }
        for (String sort : List.of("created_at", "last_sign_in_at")) {
            Comparator<Account> order = Comparator.comparing(account -> sort.equals("created_at")
                    ? account.createdAt()
                    : account.lastSignInAt().orElse(Instant.EPOCH));
            for (int size : List.of(1, 4, SOME - 1, SOME, 200)) {
                List<Account> up = all(nodes.list(), question("", sort), size);
                List<Account> down = all(nodes.list(), question("", "-" + sort), size);

                assertEquals(SOME, new HashSet<>(ids(up)).size(), sort + size);
                assertEquals(SOME, up.size(), sort + size);
                assertEquals(ids(up.stream().sorted(order).toList()), ids(up), sort);
                List<String> reversed = new ArrayList<>(ids(up));
                Collections.reverse(reversed);
                assertEquals(reversed, ids(down), sort);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void whoeverIsAddedOrGoneBetweenPagesHidesNobodyElse(Pair nodes) {
        IntStream.range(0, 6).forEach(i -> add(nodes.one(), "b" + i, Set.of()));
        for (String sort : List.of("username", "-username", "created_at", "-created_at")) {
            AccountList list = nodes.list();
            Page first = list.page(question("", sort), 3);
            String shown = first.accounts().get(2).id();
            add(nodes.one(), "between " + sort, Set.of());
            nodes.one().delete(shown, AccountChange.Step.NONE, RightsCheck.NONE);
            Set<String> before = new HashSet<>(ids(all(list, question("", sort), 200)));

            List<String> seen = new ArrayList<>(ids(first.accounts()));
            seen.addAll(ids(all(list, with(question("", sort), first.next().orElseThrow()), 2)));

            assertEquals(new HashSet<>(seen).size(), seen.size(), "nobody twice: " + sort);
            before.removeAll(Set.copyOf(seen));
            assertTrue(before.size() <= 1, "at most the new one is missing: " + sort);
            add(nodes.one(), "again " + sort, Set.of());
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void accountsAreFoundByRoleAndState(Pair nodes) {
        String ada = add(nodes.one(), "ada", Set.of("admin", "user")).id();
        String bob = add(nodes.one(), "bob", Set.of("user")).id();
        nodes.one()
                .change(
                        bob,
                        new AccountChange(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(false),
                                Optional.empty()),
                        Optional.empty(),
                        RightsCheck.NONE);

        assertEquals(List.of(ada), filtered(nodes, Optional.of("admin"), Optional.empty()));
        assertEquals(List.of(ada, bob), filtered(nodes, Optional.of("user"), Optional.empty()));
        assertEquals(List.of(bob), filtered(nodes, Optional.empty(), Optional.of(false)));
        assertEquals(List.of(ada), filtered(nodes, Optional.of("user"), Optional.of(true)));
        assertEquals(List.of(), filtered(nodes, Optional.of("' or 1=1 --"), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "name", "Username", "--username", "created_at,username", "password_hash"})
    void thereAreNoOtherOrders(String sort) {
        AuthException refused =
                assertThrows(AuthException.class, () -> unreached().page(question("", sort), 1));

        assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
        assertTrue(refused.getMessage().startsWith("sort: "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ada", "1", "1 x", "99999999999999999999 9eeeaa0c-541c-46ac-9ff8-af3cec4b0160", ""})
    void aCursorOfAnotherOrderIsRefused(String place) {
        for (String cursor : List.of(Username.cursor(place) + "AA==x", Username.cursor(place))) {
            if (!cursor.isEmpty()) {
                AuthException refused = assertThrows(
                        AuthException.class, () -> unreached().page(with(question("", "created_at"), cursor), 1));
                assertTrue(refused.getMessage().startsWith("cursor: "));
            }
        }
    }

    /** A list whose database is not reached. */
    private static AccountList unreached() {
        return new AccountList(new com.amplihack.auth.database.Database(configuration(java.util.Map.of())));
    }

    private static List<String> filtered(Pair nodes, Optional<String> role, Optional<Boolean> enabled) {
        return ids(nodes.list()
                .page(new Question("", role, enabled, "username", ""), 10)
                .accounts());
    }

    private static void signIn(Pair nodes, String id, long millis) {
        nodes.database().write(entities -> entities.createNativeQuery(
                        "update auth_account set last_sign_in_at = ? where id = ?")
                .setParameter(1, millis)
                .setParameter(2, id)
                .executeUpdate());
    }

    private static List<String> names(Pair nodes, String text) {
        return nodes.list().page(question(text, "username"), 100).accounts().stream()
                .map(Account::username)
                .toList();
    }

    private static List<String> ids(List<Account> accounts) {
        return accounts.stream().map(Account::id).toList();
    }

    private static Question question(String text, String sort) {
        return new Question(text, Optional.empty(), Optional.empty(), sort, "");
    }

    private static Question with(Question question, String cursor) {
        return new Question(question.text(), question.role(), question.enabled(), question.sort(), cursor);
    }

    private static List<Account> all(AccountList list, Question question, int size) {
        List<Account> found = new ArrayList<>();
        Optional<String> next = Optional.of(question.cursor());
        while (next.isPresent()) {
            Page page = list.page(with(question, next.get()), size);
            assertTrue(page.accounts().size() <= size);
            found.addAll(page.accounts());
            next = page.next();
        }
        return found;
    }
}

package com.amplihack.auth.users.selfservice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.mail.Mail;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.Until;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountChange;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.web.ClientContext;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.Driver;

/** Links in mails and what they are good for, with attacks on them, on both databases and with two nodes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SelfServiceTest {
    private final ExecutorService crowd = Executors.newCachedThreadPool();
    private final List<Pair> pairs = new ArrayList<>();
    private EmbeddedPostgres postgres;

    private record Pair(String name, People one, People other) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    void start() throws IOException {
        postgres = StartedPostgres.start();
        String fresh = "jdbc:h2:mem:d" + UUID.randomUUID().toString().replace("-", "");
        pairs.add(pair("H2", Map.of("auth.db.url", fresh)));
        pairs.add(pair(
                "PostgreSQL",
                Map.of(
                        "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                        "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres",
                        "auth.db.user", "postgres",
                        "auth.db.password", "postgres")));
    }

    private static Pair pair(String name, Map<String, String> where) {
        People.Sent sent = new People.Sent();
        return new Pair(name, new People(where, sent), new People(where, sent));
    }

    @AfterAll
    void stop() throws IOException, SQLException {
        crowd.shutdownNow();
        pairs.forEach(pair -> {
            pair.one().close();
            pair.other().close();
        });
        postgres.close();
        Driver.register(); // which the databases have taken out of the JDK with them
    }

    Stream<Pair> nodes() {
        return pairs.stream();
    }

    Stream<People> people() {
        return pairs.stream().map(Pair::one);
    }

    // --- a forgotten password

    @ParameterizedTest
    @MethodSource("people")
    void aLinkSetsANewPasswordOnceEndsTheSessionsAndTells(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        long ended = people.store.epoch(ada.id()).ended();
        Secret link = people.resetLink(ada);

        people.passwords.reset(link, People.FRESH, People.client());

        assertTrue(people.signsIn(ada.username(), People.FRESH));
        assertFalse(people.signsIn(ada.username(), People.PASSWORD));
        assertTrue(people.store.epoch(ada.id()).ended() > ended, "the sessions are over");
        assertNotEquals(ada.passwordVersion(), people.now(ada).passwordVersion(), "device cookies are void");
        assertEquals(1, people.mails(ada, MailKind.PASSWORD_CHANGED).size());
        assertInvalid(() -> people.passwords.reset(link, Secret.of("another harbour 9 violin"), People.client()));
    }

    @ParameterizedTest
    @MethodSource("people")
    void theLockThatStrangersCausedIsLifted(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        for (int i = 0; i < 10; i++) {
            assertFalse(people.signsIn(ada.username(), Secret.of("a guess")));
        }
        assertFalse(people.signsIn(ada.username(), People.PASSWORD), "locked");

        people.passwords.reset(people.resetLink(ada), People.FRESH, People.client());

        assertTrue(people.signsIn(ada.username(), People.FRESH));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void aLinkUsedByManyAtOnceOnTwoNodesSetsOnePassword(Pair nodes) throws Exception {
        for (int round = 0; round < 5; round++) {
            Account ada = nodes.one().make(People.unique("ada") + "@example.org");
            Secret link = nodes.one().resetLink(ada);

            List<Boolean> done = race(6, i -> {
                People node = i % 2 == 0 ? nodes.one() : nodes.other();
                node.passwords.reset(link, Secret.of("violet kettle harbour no " + i), People.client());
            });

            assertEquals(1, done.stream().filter(worked -> worked).count(), done.toString());
            assertEquals(ada.passwordVersion() + 1, nodes.one().now(ada).passwordVersion());
            assertTrue(
                    nodes.one().signsIn(ada.username(), Secret.of("violet kettle harbour no " + done.indexOf(true))));
        }
    }

    @ParameterizedTest
    @MethodSource("people")
    void aWeakOrAnOldPasswordDoesNotUseUpTheLink(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        Secret link = people.resetLink(ada);

        for (Secret bad : List.of(Secret.of("short"), Secret.of("password password"), People.PASSWORD)) {
            assertEquals(
                    ErrorCode.WEAK_PASSWORD,
                    assertThrows(AuthException.class, () -> people.passwords.reset(link, bad, People.client()))
                            .code());
        }

        people.passwords.reset(link, People.FRESH, People.client());
    }

    @ParameterizedTest
    @MethodSource("people")
    void aLinkOfOnePurposeIsGoodForNoOther(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        Secret reset = people.resetLink(ada);
        Secret verify = people.verificationLink(ada, People.unique("new") + "@example.org");

        assertInvalid(() -> people.emails.verify(reset, People.client()));
        assertInvalid(() -> people.passwords.accept(reset, People.FRESH, People.client()));
        assertInvalid(() -> people.passwords.reset(verify, People.FRESH, People.client()));
        assertInvalid(() -> people.passwords.accept(verify, People.FRESH, People.client()));

        people.passwords.reset(reset, People.FRESH, People.client());
    }

    @ParameterizedTest
    @MethodSource("people")
    void aLinkIsGoodForItsTimeAndNoLonger(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        Account bob = people.make(People.unique("bob") + "@example.org");
        Secret early = people.resetLink(ada);
        Secret late = people.resetLink(bob);

        people.pass(Duration.ofMinutes(30).minusMillis(1));
        people.passwords.reset(early, People.FRESH, People.client());
        people.pass(Duration.ofMillis(1));
        assertInvalid(() -> people.passwords.reset(late, People.FRESH, People.client()));

        Secret verify = people.verificationLink(bob, People.unique("new") + "@example.org");
        people.pass(Duration.ofHours(24));
        assertInvalid(() -> people.emails.verify(verify, People.client()));
    }

    @ParameterizedTest
    @MethodSource("people")
    void whatIsNoTokenIsRefusedLikeAnUnknownOne(People people) {
        for (String text : List.of("x", "A".repeat(43), "A".repeat(200), "' or 1=1 --", "\u0000", "ä".repeat(43))) {
            assertInvalid(() -> people.passwords.reset(Secret.of(text), People.FRESH, People.client()));
        }
    }

    @ParameterizedTest
    @MethodSource("people")
    void oneAddressCannotGuessWithoutEnd(People people) {
        ClientContext guesser = People.client();
        for (int i = 0; i < 30; i++) {
            assertInvalid(() -> people.passwords.reset(Secret.of("B".repeat(43)), People.FRESH, guesser));
        }
        Account ada = people.make(People.unique("ada") + "@example.org");
        Secret link = people.resetLink(ada);
        assertEquals(
                ErrorCode.RATE_LIMITED,
                assertThrows(AuthException.class, () -> people.passwords.reset(link, People.FRESH, guesser))
                        .code());
        people.passwords.reset(link, People.FRESH, People.client());
    }

    /** Whoever had the mailbox, the session or the password for a while is out once its owner has set another password. */
    @ParameterizedTest
    @MethodSource("people")
    void aNewPasswordMakesAllLinksVoidAlsoThoseNotYetSent(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        Secret older = people.resetLink(ada);
        Secret verify = people.verificationLink(ada, People.unique("thief") + "@example.org");
        Mail waiting = people.lastMail(ada, MailKind.EMAIL_VERIFICATION);

        people.passwords.reset(people.resetLink(ada), People.FRESH, People.client());

        assertInvalid(() -> people.passwords.reset(older, Secret.of("another harbour 9 violin"), People.client()));
        assertInvalid(() -> people.emails.verify(verify, People.client()));
        assertEquals(Optional.empty(), people.mails.issue(waiting));
    }

    @ParameterizedTest
    @MethodSource("people")
    void anotherAddressMakesLinksToTheOldOneVoid(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        Secret link = people.resetLink(ada);
        Mail waiting = people.lastMail(ada, MailKind.PASSWORD_RESET);

        people.emails.verify(people.verificationLink(ada, People.unique("new") + "@example.org"), People.client());

        assertInvalid(() -> people.passwords.reset(link, People.FRESH, People.client()));
        assertEquals(Optional.empty(), people.mails.issue(waiting));
    }

    @ParameterizedTest
    @MethodSource("people")
    void aDisabledOrDeletedAccountHasNoLinks(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        Secret link = people.resetLink(ada);
        Mail waiting = people.lastMail(ada, MailKind.PASSWORD_RESET);
        people.change(ada, (transaction, account) -> account.enabled(false));
        assertInvalid(() -> people.passwords.reset(link, People.FRESH, People.client()));
        assertEquals(Optional.empty(), people.mails.issue(waiting));

        people.change(ada, (transaction, account) -> account.enabled(true));
        Secret again = people.resetLink(ada);
        people.administration.delete(ada.id(), RightsCheck.NONE);
        assertInvalid(() -> people.passwords.reset(again, People.FRESH, People.client()));
        assertEquals(Optional.empty(), people.mails.issue(waiting));
        assertEquals(0, tickets(people, ada));
    }

    @ParameterizedTest
    @MethodSource("people")
    void theDatabaseHoldsNoTokenAndFewTicketsOfAnAccount(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        List<Secret> links = Stream.generate(() -> {
                    people.pass(Duration.ofMillis(1));
                    return people.resetLink(ada);
                })
                .limit(5)
                .toList();

        assertEquals(Tickets.RESETS_PER_ACCOUNT, tickets(people, ada));
        people.database.read(entities -> {
            entities.createNativeQuery("select hash from auth_ticket")
                    .getResultList()
                    .forEach(hash -> links.forEach(link -> assertNotEquals(hash, link.reveal())));
            return 0;
        });
        assertInvalid(() -> people.passwords.reset(links.get(0), People.FRESH, People.client()));
        people.passwords.reset(links.get(4), People.FRESH, People.client());

        people.pass(Duration.ofMinutes(30));
        people.tickets.purge();
        assertEquals(0, tickets(people, ada));
    }

    /** An address that only compares equal may be somebody else's mailbox. */
    @ParameterizedTest
    @MethodSource("people")
    void theMailGoesToTheStoredAddressNotToTheTypedOne(People people) {
        String local = People.unique("mike");
        Account mike = people.make(local + "@example.org");

        people.forgotten.request(
                local.replace("k", "\u212A").toUpperCase(java.util.Locale.ROOT) + "@EXAMPLE.org", People.client());

        Until.holds(
                "the mail", () -> !people.mails(mike, MailKind.PASSWORD_RESET).isEmpty());
        assertEquals(
                local + "@example.org",
                people.lastMail(mike, MailKind.PASSWORD_RESET).recipient());
    }

    @ParameterizedTest
    @MethodSource("people")
    void aNameAnAddressAndWhatNobodyHasGetTheSameAnswerAndOnlySomeAMail(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        Account disabled = people.make(People.unique("dis") + "@example.org");
        people.change(disabled, (transaction, account) -> account.enabled(false));
        String unconfirmed = People.unique("un") + "@example.org";
        Account unverified = people.make(
                People.unique("u"), Optional.of(People.PASSWORD), people.contacts.set(People.unverified(unconfirmed)));
        Account without = people.make(People.unique("u"), Optional.of(People.PASSWORD), AccountChange.Step.NONE);

        List<String> names = List.of(
                disabled.username(),
                disabled.email().orElseThrow(),
                unverified.username(),
                unconfirmed,
                without.username(),
                People.unique("nobody"),
                "nobody@example.org",
                "no\r\nBcc: x@example.org",
                ada.username());
        List<Map<String, String>> answers = names.stream()
                .map(name -> people.forgotten.request(name, People.client()).headers())
                .distinct()
                .toList();

        assertEquals(1, answers.size(), answers.toString());
        Until.holds(
                "the mail", () -> !people.mails(ada, MailKind.PASSWORD_RESET).isEmpty()); // the last of them
        List.of(disabled, unverified, without)
                .forEach(account -> assertEquals(List.of(), people.mails(account, MailKind.PASSWORD_RESET)));
        people.forgotten.request(ada.email().orElseThrow(), People.client());
        Until.holds(
                "by address", () -> people.mails(ada, MailKind.PASSWORD_RESET).size() == 2);
    }

    @ParameterizedTest
    @MethodSource("people")
    void anAccountGetsFewMailsAndNobodyIsTold(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        for (int i = 0; i < 10; i++) {
            people.forgotten.request(ada.username(), People.client());
        }
        Account bob = people.make(People.unique("bob") + "@example.org");
        people.forgotten.request(bob.username(), People.client());
        Until.holds(
                "the last", () -> !people.mails(bob, MailKind.PASSWORD_RESET).isEmpty());
        assertEquals(3, people.mails(ada, MailKind.PASSWORD_RESET).size());
    }

    @ParameterizedTest
    @MethodSource("people")
    void anAddressAndEverybodyTogetherAreLimitedWhateverTheName(People people) {
        ClientContext one = People.client();
        for (int i = 0; i < 5; i++) {
            people.forgotten.request(People.unique("nobody"), one);
        }
        assertEquals(
                ErrorCode.RATE_LIMITED,
                assertThrows(AuthException.class, () -> people.forgotten.request("ada", one))
                        .code());

        people.pass(Duration.ofHours(2));
        people.settings.put("auth.forgot.total.limit", "4");
        people.configuration.refresh();
        try {
            for (int i = 0; i < 4; i++) {
                people.forgotten.request(People.unique("nobody"), People.client());
            }
            assertEquals(
                    ErrorCode.RATE_LIMITED,
                    assertThrows(AuthException.class, () -> people.forgotten.request("ada", People.client()))
                            .code());
        } finally {
            people.settings.remove("auth.forgot.total.limit");
            people.configuration.refresh();
            people.pass(Duration.ofHours(2));
        }
    }

    @ParameterizedTest
    @MethodSource("people")
    void withoutMailNothingThatNeedsItIsOffered(People people) {
        people.withoutMail(() -> {
            assertEquals(
                    ErrorCode.NOT_AVAILABLE,
                    assertThrows(AuthException.class, () -> people.forgotten.request("ada", People.client()))
                            .code());
            assertEquals(
                    ErrorCode.NOT_AVAILABLE,
                    assertThrows(AuthException.class, people.mails::requireMail).code());
        });
    }

    // --- addresses

    @ParameterizedTest
    @MethodSource("people")
    void theOldAddressStaysUntilTheNewOneIsVerifiedAndIsTold(People people) {
        String old = People.unique("old") + "@example.org";
        String fresh = People.unique("new") + "@b\u00fccher.example";
        Account ada = people.make(old);

        Secret link = people.verificationLink(ada, fresh);
        assertEquals(Optional.of(old), people.now(ada).verifiedEmail());
        assertEquals(fresh, people.lastMail(ada, MailKind.EMAIL_VERIFICATION).recipient());

        assertEquals(fresh, people.emails.verify(link, People.client()));
        assertEquals(Optional.of(fresh), people.now(ada).verifiedEmail());
        assertEquals(old, people.lastMail(ada, MailKind.EMAIL_CHANGED).recipient());
        assertInvalid(() -> people.emails.verify(link, People.client()));
    }

    @ParameterizedTest
    @MethodSource("people")
    void onlyTheLastRequestedAddressCanBeVerified(People people) {
        Account ada = people.make(People.unique("old") + "@example.org");
        Secret first = people.verificationLink(ada, People.unique("thief") + "@example.org");
        String wanted = People.unique("new") + "@example.org";
        people.emails.request(ada.id(), EmailAddress.parse(wanted).orElseThrow(), People.client());

        assertInvalid(() -> people.emails.verify(first, People.client()));
        people.emails.verify(people.link(ada, MailKind.EMAIL_VERIFICATION), People.client());
        assertEquals(Optional.of(wanted), people.now(ada).verifiedEmail());
    }

    /** Whoever found an open browser has their address waiting; its owner signs out everywhere. */
    @ParameterizedTest
    @MethodSource("people")
    void theEndOfAllSessionsTakesBackWhatWasBegunInOne(People people) {
        Account ada = people.make(People.unique("old") + "@example.org");
        Secret link = people.verificationLink(ada, People.unique("thief") + "@example.org");

        people.store.endAll(ada.id());

        assertInvalid(() -> people.emails.verify(link, People.client()));
    }

    @ParameterizedTest
    @MethodSource("people")
    void anotherAddressTakesBackARequestForAThird(People people) {
        Account ada = people.make(People.unique("old") + "@example.org");
        Secret link = people.verificationLink(ada, People.unique("thief") + "@example.org");

        people.change(ada, people.contacts.set(People.unverified(People.unique("new") + "@example.org")));

        assertInvalid(() -> people.emails.verify(link, People.client()));
    }

    @ParameterizedTest
    @MethodSource("people")
    void mailsToNewAddressesAreLimitedForEachAccount(People people) {
        Account ada = people.make(People.unique("old") + "@example.org");
        EmailAddress victim = EmailAddress.parse("victim@example.org").orElseThrow();
        for (int i = 0; i < 5; i++) {
            people.emails.request(ada.id(), victim, People.client());
        }
        assertEquals(
                ErrorCode.RATE_LIMITED,
                assertThrows(AuthException.class, () -> people.emails.request(ada.id(), victim, People.client()))
                        .code());
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void anAddressThatManyVerifyAtOnceOnTwoNodesBecomesOnes(Pair nodes) throws Exception {
        for (int round = 0; round < 5; round++) {
            String wanted = People.unique("wanted") + "@example.org";
            List<Secret> links = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Account account = nodes.one().make(People.unique("old") + "@example.org");
                links.add(nodes.one()
                        .verificationLink(account, i % 2 == 0 ? wanted : wanted.toUpperCase(java.util.Locale.ROOT)));
            }

            List<Boolean> done = race(
                    6, i -> (i % 2 == 0 ? nodes.one() : nodes.other()).emails.verify(links.get(i), People.client()));

            assertEquals(1, done.stream().filter(worked -> worked).count(), done.toString());
            assertEquals(
                    1,
                    nodes.one()
                            .directory
                            .findVerified(EmailAddress.parse(wanted).orElseThrow(), 9)
                            .size());
        }
    }

    @ParameterizedTest
    @MethodSource("people")
    void aTakenAddressIsToldToAdministratorsAlone(People people) {
        String taken = People.unique("taken") + "@example.org";
        people.make(taken);
        Account bob = people.make(People.unique("bob") + "@example.org");

        Secret link = people.verificationLink(bob, taken);
        AuthException late = assertThrows(AuthException.class, () -> people.emails.verify(link, People.client()));
        AuthException unknown = assertThrows(
                AuthException.class, () -> people.emails.verify(Secret.of("C".repeat(43)), People.client()));
        assertEquals(ErrorCode.INVALID_LINK, late.code());
        assertEquals(unknown.getMessage(), late.getMessage());

        assertEquals(
                ErrorCode.EMAIL_TAKEN,
                assertThrows(AuthException.class, () -> people.change(bob, people.contacts.set(People.verified(taken))))
                        .code());

        people.settings.put("auth.email.unique", "false");
        people.configuration.refresh();
        try {
            people.emails.verify(link, People.client());
            assertEquals(Optional.of(taken), people.now(bob).verifiedEmail());
        } finally {
            people.settings.remove("auth.email.unique");
            people.configuration.refresh();
        }
    }

    @ParameterizedTest
    @MethodSource("people")
    void anAdministratorsNewAddressIsUnverifiedUnlessTheyVouchAndTheOldOneIsTold(People people) {
        String old = People.unique("old") + "@example.org";
        Account ada = people.make(old);

        people.change(ada, people.contacts.set(People.unverified(People.unique("new") + "@example.org")));

        assertFalse(people.now(ada).emailVerified());
        assertEquals(old, people.lastMail(ada, MailKind.EMAIL_CHANGED).recipient());
    }

    // --- sign-in by address

    @ParameterizedTest
    @MethodSource("people")
    void aVerifiedAddressSignsInOnlyIfThatIsAllowedAndItIsOnesAlone(People people) {
        String email = People.unique("ada") + "@example.org";
        people.make(email);
        String unconfirmed = People.unique("un") + "@example.org";
        people.make(
                People.unique("u"), Optional.of(People.PASSWORD), people.contacts.set(People.unverified(unconfirmed)));
        assertFalse(people.signsIn(email, People.PASSWORD));

        people.settings.put("auth.login.by.email", "true");
        people.settings.put("auth.email.unique", "false");
        people.configuration.refresh();
        try {
            assertTrue(people.signsIn(email.toUpperCase(java.util.Locale.ROOT), People.PASSWORD));
            assertFalse(people.signsIn(email, Secret.of("a guess")));
            assertFalse(people.signsIn(unconfirmed, People.PASSWORD), "unverified");

            String name = People.unique("mallory") + "@example.org";
            people.make(name, Optional.of(People.FRESH), AccountChange.Step.NONE);
            people.make(name);
            assertTrue(people.signsIn(name, People.FRESH), "a name wins");
            assertFalse(people.signsIn(name, People.PASSWORD), "over the address");

            people.make(email);
            assertFalse(people.signsIn(email, People.PASSWORD), "shared");
        } finally {
            people.settings.remove("auth.login.by.email");
            people.settings.remove("auth.email.unique");
            people.configuration.refresh();
        }
    }

    // --- invitations

    @ParameterizedTest
    @MethodSource("people")
    void anInvitedPersonChoosesThePasswordAndTheAddressIsVerified(People people) {
        String email = People.unique("eve") + "@example.org";
        Account eve = invited(people, email);
        assertFalse(people.signsIn(eve.username(), Secret.of("!")), "no password opens it");
        assertEquals(Optional.empty(), people.now(eve).verifiedEmail());

        people.pass(Duration.ofDays(3));
        Secret link = people.link(eve, MailKind.INVITATION);
        assertEquals(eve.username(), people.passwords.accept(link, People.FRESH, People.client()));

        assertTrue(people.signsIn(eve.username(), People.FRESH));
        assertEquals(Optional.of(email), people.now(eve).verifiedEmail());
        assertInvalid(() -> people.passwords.accept(link, Secret.of("another harbour 9 violin"), People.client()));
        assertEquals(
                ErrorCode.INVALID_REQUEST,
                assertThrows(AuthException.class, () -> people.change(eve, people.contacts.invite()))
                        .code(),
                "nobody is invited to an account that has a password");
    }

    @ParameterizedTest
    @MethodSource("people")
    void anotherInvitationOrAnotherAddressMakesTheFirstOneVoid(People people) {
        Account eve = invited(people, People.unique("eve") + "@example.org");
        Secret first = people.link(eve, MailKind.INVITATION);
        people.change(eve, people.contacts.invite());
        Secret second = people.link(eve, MailKind.INVITATION);
        assertInvalid(() -> people.passwords.accept(first, People.FRESH, People.client()));

        people.change(eve, people.contacts.set(People.unverified(People.unique("eve2") + "@example.org")));
        assertInvalid(() -> people.passwords.accept(second, People.FRESH, People.client()));

        people.change(eve, people.contacts.invite());
        Secret third = people.link(eve, MailKind.INVITATION);
        people.pass(Duration.ofDays(7));
        assertInvalid(() -> people.passwords.accept(third, People.FRESH, People.client()));
    }

    @ParameterizedTest
    @MethodSource("people")
    void anInvitationNeedsAnAddressThatNobodyHas(People people) {
        assertEquals(
                ErrorCode.INVALID_REQUEST,
                assertThrows(
                                AuthException.class,
                                () -> people.make(People.unique("u"), Optional.empty(), people.contacts.invite()))
                        .code());
        String email = People.unique("eve") + "@example.org";
        invited(people, email);
        assertEquals(
                ErrorCode.EMAIL_TAKEN,
                assertThrows(AuthException.class, () -> invited(people, email)).code());
    }

    private static Account invited(People people, String email) {
        return people.make(
                People.unique("u"),
                Optional.empty(),
                people.contacts.set(People.unverified(email)).then(people.contacts.invite()));
    }

    // --- the own account

    @ParameterizedTest
    @MethodSource("people")
    void peopleDeleteTheirAccountsOnlyIfAllowedAndWithTheirPassword(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        assertEquals(ErrorCode.NOT_AVAILABLE, deletion(people, ada, People.PASSWORD));

        people.settings.put("auth.account.deletion", "true");
        people.configuration.refresh();
        try {
            assertEquals(ErrorCode.INVALID_CREDENTIALS, deletion(people, ada, Secret.of("a guess")));
            people.own.delete(ada.id(), ada.username(), People.PASSWORD, PresentedDevices.NONE, People.client());
            assertEquals(Optional.empty(), people.directory.find(ada.id()));
            assertEquals(
                    ada.email().orElseThrow(),
                    people.lastMail(ada, MailKind.ACCOUNT_DELETED).recipient());

            Account admin = people.administration.create(
                    People.unique("admin"),
                    Optional.of(People.PASSWORD),
                    Set.of("admin"),
                    Set.of(),
                    true,
                    false,
                    AccountChange.Step.NONE,
                    RightsCheck.NONE);
            assertEquals(ErrorCode.INVALID_REQUEST, deletion(people, admin, People.PASSWORD), "the last one");
        } finally {
            people.settings.remove("auth.account.deletion");
            people.configuration.refresh();
        }
    }

    private static ErrorCode deletion(People people, Account account, Secret password) {
        return assertThrows(
                        AuthException.class,
                        () -> people.own.delete(
                                account.id(), account.username(), password, PresentedDevices.NONE, People.client()))
                .code();
    }

    @ParameterizedTest
    @MethodSource("people")
    void aMailIsInTheLanguageOfTheAccount(People people) {
        Account ada = people.make(People.unique("ada") + "@example.org");
        people.own.setLanguage(ada.id(), Optional.of("de"));
        people.resetLink(ada);
        assertEquals(
                Optional.of("de"), people.lastMail(ada, MailKind.PASSWORD_RESET).language());
    }

    private static long tickets(People people, Account account) {
        return people.database.read(entities -> ((Number)
                        entities.createNativeQuery("select count(*) from auth_ticket where account_id = ?")
                                .setParameter(1, account.id())
                                .getSingleResult())
                .longValue());
    }

    private static void assertInvalid(org.junit.jupiter.api.function.Executable use) {
        assertEquals(
                ErrorCode.INVALID_LINK, assertThrows(AuthException.class, use).code());
    }

    private interface Attempt {
        void make(int i);
    }

    /** Whether each of the attempts at the same moment worked; the others got {@code invalid_link}. */
    private List<Boolean> race(int attempts, Attempt attempt) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < attempts; i++) {
            int number = i;
            Callable<Boolean> one = () -> {
                go.await();
                try {
                    attempt.make(number);
                    return true;
                } catch (AuthException refused) {
                    if (refused.code() != ErrorCode.INVALID_LINK) {
                        throw refused;
                    }
                    return false;
                }
            };
            all.add(crowd.submit(one));
        }
        go.countDown();
        List<Boolean> done = new ArrayList<>();
        for (Future<Boolean> one : all) {
            done.add(one.get());
        }
        return done;
    }
}

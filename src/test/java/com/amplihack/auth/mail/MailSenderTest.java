package com.amplihack.auth.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.OpenedDatabases;
import com.amplihack.auth.mail.transport.DeliveryException;
import com.amplihack.auth.mail.transport.DeliveryException.Fault;
import com.amplihack.auth.mail.transport.MailTransport;
import com.amplihack.auth.mail.transport.OutgoingMail;
import com.amplihack.auth.metrics.Meters;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The outbox and the nodes that send from it, on both databases. */
class MailSenderTest extends OpenedDatabases {
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final String ADA = "ada@example.org";

    Stream<Office> offices() throws SQLException {
        return onEach(Office::new);
    }

    /** A mail server that does what it is told. */
    private static final class Server implements MailTransport {
        private final List<OutgoingMail> taken = new CopyOnWriteArrayList<>();
        private volatile Optional<DeliveryException> refusal = Optional.empty();
        private volatile Optional<Error> death = Optional.empty();

        @Override
        public void deliver(OutgoingMail mail) throws DeliveryException {
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            taken.add(mail);
            if (death.isPresent()) {
                throw death.get();
            }
        }

        void refuse(Fault fault, String reason) {
            refusal = Optional.of(new DeliveryException(fault, reason));
        }

        List<String> ids() {
            return taken.stream().map(OutgoingMail::id).toList();
        }
    }

    /** A database, its clock, its mail server and one node. */
    private static final class Office {
        private final String name;
        private final Database database;
        private final Configuration configuration =
                new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of("auth.mail.limit", "3")));
        private final Server server = new Server();
        private final List<String> issued = new CopyOnWriteArrayList<>();
        private volatile boolean pointless;
        private volatile Instant now = NOON;
        private final Outbox outbox;
        private final MailSender node;

        Office(String name, Database database) {
            this.name = name;
            this.database = database;
            outbox = outbox(1_000);
            node = node();
        }

        Outbox outbox(int most) {
            return new Outbox(database, configuration, new Meters(), () -> now, most);
        }

        /** Another node with the same database. */
        MailSender node() {
            LinkTokens tokens = mail -> {
                issued.add("token-" + issued.size());
                return pointless ? Optional.empty() : Optional.of(issued.get(issued.size() - 1));
            };
            return new MailSender(
                    outbox,
                    new OutboxTable(database),
                    new SenderLease(database),
                    new MessageTexts(configuration),
                    () -> Optional.of(tokens),
                    Optional.of(server),
                    new Meters(),
                    () -> now);
        }

        void put(MailKind kind, String recipient) {
            outbox.put(new Mail(kind, recipient, Optional.empty(), "id", Map.of("username", "ada")));
        }

        void pass(Duration time) {
            now = now.plus(time);
        }

        OutboxState state() {
            return OutboxTable.state(database, now);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource("offices")
    void aMailIsSentOnceAndForgotten(Office office) {
        office.put(MailKind.PASSWORD_CHANGED, ADA);
        assertEquals(1, office.node.sendDue());
        assertEquals(0, office.node.sendDue());
        assertEquals(1, office.server.taken.size());
        assertEquals(ADA, office.server.taken.get(0).recipient());
        assertEquals(new OutboxState(0, 0, Duration.ZERO), office.state());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void aMailOfATransactionThatFailsIsNotSent(Office office) {
        assertThrows(
                IllegalStateException.class,
                () -> office.database.write(entities -> {
                    office.outbox.put(
                            entities, new Mail(MailKind.PASSWORD_CHANGED, ADA, Optional.empty(), "id", Map.of()));
                    throw new IllegalStateException("the change fails");
                }));
        assertEquals(0, office.node.sendDue());
        assertEquals(0, office.state().waiting());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void theTokenOfALinkIsMadeWhenItIsSentAndNeverStored(Office office) {
        office.put(MailKind.PASSWORD_RESET, ADA);
        assertEquals(List.of(), office.issued);
        office.server.refuse(Fault.SERVER, "away");
        office.node.sendDue();
        assertEquals(List.of("token-0"), office.issued);
        String row = office.database.read(entities -> {
            StringBuilder columns = new StringBuilder();
            for (Object column : (Object[])
                    OutboxTable.query(entities, "select * from auth_mail").getSingleResult()) {
                columns.append(column).append('\n');
            }
            return columns.toString();
        });
        assertTrue(row.contains(ADA), row);
        assertFalse(row.contains("token-0"), row);

        office.server.refusal = Optional.empty();
        office.pass(Duration.ofMinutes(10));
        office.node.sendDue();
        assertEquals(
                Optional.of("http://localhost:8080/link.html#reset=token-1"),
                office.server.taken.get(0).link());
        assertTrue(office.server.taken.get(0).text().contains("/link.html#reset=token-1"));
        assertFalse(office.server.taken.get(0).toString().contains("token-1"));
    }

    @ParameterizedTest
    @MethodSource("offices")
    void aLinkThatNobodyNeedsAnyMoreIsNotSent(Office office) {
        office.pointless = true;
        office.put(MailKind.INVITATION, ADA);
        office.node.sendDue();
        assertEquals(List.of(), office.server.taken);
        assertEquals(0, office.state().waiting());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void manyNodesSendEachMailOnce(Office office) throws Exception {
        for (int i = 0; i < 40; i++) {
            office.put(MailKind.NEW_DEVICE, "user" + i + "@example.org");
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Integer>> nodes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                MailSender node = office.node();
                nodes.add(() -> node.sendDue() + node.sendDue());
            }
            int attempts = 0;
            for (Future<Integer> node : threads.invokeAll(nodes)) {
                attempts += node.get();
            }
            assertEquals(40, attempts);
        } finally {
            threads.shutdownNow();
        }
        assertEquals(40, office.server.taken.size());
        assertEquals(40, new HashSet<>(office.server.ids()).size());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void nodesWithoutALeaseWouldStillNotSendTwice(Office office) {
        office.put(MailKind.NEW_DEVICE, ADA);
        OutboxTable table = new OutboxTable(office.database);
        OutboxEntry seenByBoth = table.due(office.now, 10).get(0);
        assertTrue(table.claim(seenByBoth, office.now, office.now.plusSeconds(180)));
        assertFalse(table.claim(seenByBoth, office.now, office.now.plusSeconds(180)));
    }

    @ParameterizedTest
    @MethodSource("offices")
    void oneNodeSendsUntilItIsDeadOrStops(Office office) {
        MailSender other = office.node();
        assertEquals(0, office.node.sendDue()); // has the lease now
        office.put(MailKind.NEW_DEVICE, ADA);
        assertEquals(0, other.sendDue());

        office.pass(Duration.ofSeconds(21)); // without a word of the first
        assertEquals(1, other.sendDue());

        office.put(MailKind.NEW_DEVICE, ADA);
        assertEquals(0, office.node.sendDue());
        other.stop();
        assertEquals(1, office.node.sendDue());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void aNodeThatDiesAfterTheServerTookAMailHasItSentAgainWithTheSameId(Office office) {
        office.put(MailKind.NEW_DEVICE, ADA);
        office.server.death = Optional.of(new Error("power cut"));
        assertThrows(Error.class, office.node::sendDue);
        office.server.death = Optional.empty();

        MailSender other = office.node();
        office.pass(Duration.ofMinutes(2)); // the lease is not over
        assertEquals(0, other.sendDue());
        office.pass(Duration.ofMinutes(1).plusSeconds(1));
        assertEquals(1, other.sendDue());
        assertEquals(2, office.server.taken.size());
        assertEquals(1, Set.copyOf(office.server.ids()).size());
        assertEquals(0, office.state().waiting());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void aServerThatIsAwayIsTriedAgainForADayAndThenTheLetterIsDead(Office office) {
        office.put(MailKind.NEW_DEVICE, ADA);
        office.put(MailKind.PASSWORD_CHANGED, "grace@example.org");
        office.server.refuse(Fault.SERVER, "connection refused");
        assertEquals(1, office.node.sendDue()); // the second would find the same
        assertEquals(1, office.node.sendDue());
        assertEquals(0, office.node.sendDue());
        assertEquals(2, office.state().waiting());

        int attempts = 0;
        for (int minute = 0; minute < 24 * 60; minute++) {
            office.pass(Duration.ofMinutes(1));
            attempts += office.node.sendDue();
        }
        assertTrue(attempts > 2 * 24 * 60 / 8 && attempts < 2 * 24 * 60 / 3, () -> "every five minutes or so");
        office.pass(Duration.ofMinutes(10));
        office.node.sendDue();
        office.node.sendDue();
        assertEquals(new OutboxState(0, 2, Duration.ZERO), office.state());

        office.server.refusal = Optional.empty();
        assertEquals(0, office.node.sendDue());
        assertEquals(2, office.node.retryDeadLetters());
        assertEquals(2, office.node.sendDue());
        assertEquals(new OutboxState(0, 0, Duration.ZERO), office.state());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void aMailThatTheServerDefersWaitsLongerEachTimeWhileOthersGoOn(Office office) {
        office.put(MailKind.NEW_DEVICE, ADA);
        office.server.refuse(Fault.DEFERRED, "451 greylisted");
        assertEquals(1, office.node.sendDue());
        office.pass(Duration.ofSeconds(20));
        assertEquals(0, office.node.sendDue());
        office.pass(Duration.ofSeconds(20));
        assertEquals(1, office.node.sendDue());
        office.pass(Duration.ofSeconds(40));
        assertEquals(0, office.node.sendDue());

        office.server.refusal = Optional.empty();
        office.put(MailKind.NEW_DEVICE, "grace@example.org");
        assertEquals(1, office.node.sendDue());
        assertEquals("grace@example.org", office.server.taken.get(0).recipient());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void aMailThatIsRefusedForGoodIsDeadAtOnceAndForgottenAfterAMonth(Office office) {
        office.put(MailKind.NEW_DEVICE, ADA);
        office.server.refuse(Fault.REFUSED, "550 no such user");
        office.node.sendDue();
        assertEquals(new OutboxState(0, 1, Duration.ZERO), office.state());
        assertEquals("550 no such user", office.database.read(entities -> OutboxTable.query(
                        entities, "select last_error from auth_mail")
                .getSingleResult()));
        office.pass(Duration.ofDays(29));
        office.node.sendDue();
        assertEquals(1, office.state().dead());
        office.pass(Duration.ofDays(2));
        office.node.sendDue();
        assertEquals(0, office.state().dead());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void strangersCannotFillAMailbox(Office office) {
        for (String spelling : List.of(ADA, "ADA@example.org", "ada+1@example.org", "ada+2@Example.ORG", ADA)) {
            office.put(MailKind.PASSWORD_RESET, spelling);
        }
        office.put(MailKind.PASSWORD_RESET, "grace@example.org");
        assertEquals(4, office.node.sendDue());

        office.pass(Duration.ofMinutes(61));
        office.put(MailKind.PASSWORD_RESET, ADA);
        assertEquals(1, office.node.sendDue());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void noticesBeyondTheLimitWaitAndDoNotKeepALinkBack(Office office) {
        for (int i = 0; i < 7; i++) {
            office.put(MailKind.API_KEY_CREATED, ADA);
        }
        office.put(MailKind.PASSWORD_RESET, ADA);
        assertEquals(4, office.node.sendDue());
        office.pass(Duration.ofMinutes(60));
        office.put(MailKind.API_KEY_CREATED, ADA); // after those that wait
        assertEquals(3, office.node.sendDue());
        office.pass(Duration.ofMinutes(60));
        assertEquals(2, office.node.sendDue());
        assertEquals(0, office.state().waiting());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void noticesOfMoreThanADayAreNotKept(Office office) {
        for (int i = 0; i < 100; i++) {
            office.put(MailKind.API_KEY_CREATED, ADA);
        }
        assertEquals(3 * 25, office.state().waiting());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void racingTransactionsKeepTheLimitTogether(Office office) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Boolean>> askers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                askers.add(() -> {
                    office.put(MailKind.PASSWORD_RESET, ADA);
                    return true;
                });
            }
            for (Future<Boolean> asker : threads.invokeAll(askers)) {
                asker.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(3, office.state().waiting());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void aFullOutboxTakesNoMore(Office office) {
        Outbox small = office.outbox(5);
        for (int i = 0; i < 8; i++) {
            small.put(new Mail(MailKind.NEW_DEVICE, "u" + i + "@example.org", Optional.empty(), "id", Map.of()));
        }
        assertEquals(5, office.state().waiting());
        office.node.sendDue();
        small.count();
        small.put(new Mail(MailKind.NEW_DEVICE, ADA, Optional.empty(), "id", Map.of()));
        assertEquals(1, office.state().waiting());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void parametersThatAreTooLongAreCutAndFailNothing(Office office) {
        Map<String, String> parameters = Map.of("name", "\u0001<".repeat(5_000), "device", "x".repeat(9_000));
        office.outbox.put(new Mail(MailKind.API_KEY_CREATED, ADA, Optional.of("fr"), "id", parameters));
        office.outbox.put(new Mail(MailKind.API_KEY_CREATED, "a".repeat(400), Optional.empty(), "id", Map.of()));
        Mail kept = TestMails.waiting(office.database).get(0);
        assertEquals(200, kept.parameters().get("device").length());
        assertEquals(1, office.node.sendDue());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void aMailOfANewerVersionIsLeftToNodesThatKnowIt(Office office) {
        office.put(MailKind.NEW_DEVICE, ADA);
        office.database.write(entities -> OutboxTable.query(entities, "update auth_mail set kind = 'SOMETHING_NEW'")
                .executeUpdate());
        assertEquals(0, office.node.sendDue());
        assertEquals(1, office.state().waiting());
    }

    @ParameterizedTest
    @MethodSource("offices")
    void whatWasToldIsNotToldAgainBeforeItsTime(Office office) {
        Mail mail = new Mail(MailKind.NEW_DEVICE, ADA, Optional.empty(), "id", Map.of());
        Instant until = office.now.plus(Duration.ofHours(1));
        for (int i = 0; i < 3; i++) {
            office.database.write(entities -> {
                office.outbox.putOnce(entities, mail, "new_device", until);
                return true;
            });
        }
        assertEquals(1, office.state().waiting());
        office.pass(Duration.ofHours(1));
        office.database.write(entities -> {
            office.outbox.putOnce(entities, mail, "new_device", until.plusSeconds(9));
            return true;
        });
        assertEquals(2, office.state().waiting());
    }
}

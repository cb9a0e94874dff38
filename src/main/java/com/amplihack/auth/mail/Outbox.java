package com.amplihack.auth.mail;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.RateLimitedLogger;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Takes mails in the transaction that makes them necessary, and keeps them until they are sent. A mail that cannot be taken never
 * fails that transaction: it is counted as {@code dropped}.
 */
@Singleton
public class Outbox {
    /** How long sending is tried. */
    static final Duration PATIENCE = Duration.ofDays(1);

    private static final RateLimitedLogger LOG = new RateLimitedLogger(Logger.getLogger(Outbox.class.getName()), 1);
    private static final int MOST_WAITING = 100_000;
    private static final int LONGEST_VALUE = 200;
    private static final int LONGEST_PARAMETERS = 4_000;
    private static final int LONGEST_RECIPIENT = 320;

    private final Database database;
    private final Configuration configuration;
    private final Meters meters;
    private final InstantSource clock;
    private final int most;
    private volatile Runnable wake = () -> {};
    private final AtomicLong taken = new AtomicLong();
    private volatile Optional<OutboxState> state = Optional.empty();

    @Inject
    public Outbox(Database database, Configuration configuration, Meters meters, InstantSource clock) {
        this(database, configuration, meters, clock, MOST_WAITING);
    }

    Outbox(Database database, Configuration configuration, Meters meters, InstantSource clock, int most) {
        this.database = database;
        this.configuration = configuration;
        this.meters = meters;
        this.clock = clock;
        this.most = most;
    }

    /** Whether mail is configured: without it nothing that needs it is offered (404 {@code not_available}). */
    public boolean isAvailable() {
        return configuration.settings().mail().isAvailable();
    }

    /** Whom to tell that a mail was put, which its transaction may commit soon. */
    public void onPut(Runnable told) {
        wake = told;
    }

    /** Takes a mail if the transaction commits; nothing when mail is not available. */
    public void put(EntityManager transaction, Mail mail) {
        if (!isAvailable()) {
            return;
        }
        Instant now = clock.instant();
        Mail kept = bounded(mail);
        if (kept.recipient().length() > LONGEST_RECIPIENT || isFull()) {
            LOG.log(
                    Level.WARNING,
                    mail.kind().id(),
                    "A mail (" + mail.kind().id() + ") was not taken: " + most
                            + " wait already, or its address is too long");
            meters.mail(mail.kind().id(), "dropped");
            return;
        }
        Optional<Instant> due = RecipientLimit.admit(
                transaction, kept, configuration.settings().mail().limit(), now);
        if (due.isEmpty()) {
            meters.mail(mail.kind().id(), "dropped");
            return;
        }
        OutboxTable.insert(transaction, kept, now, due.get(), due.get().plus(PATIENCE));
        wake.run();
    }

    /**
     * Takes a mail unless the account has been told of that topic, and not again until then.
     *
     * @param topic what it is about, beside the account; at most 200 characters
     * @param until from when on it may be told again
     */
    public void putOnce(EntityManager transaction, Mail mail, String topic, Instant until) {
        if (isAvailable() && OutboxTable.tellOnce(transaction, mail.accountId(), topic, clock.instant(), until)) {
            put(transaction, mail);
        }
    }

    /** Takes a mail in a transaction of its own. */
    public void put(Mail mail) {
        if (isAvailable()) {
            database.write(entities -> {
                put(entities, mail);
                return mail;
            });
        }
    }

    /** Whether too many wait: as many as were counted last, and those that this node has taken since. */
    private boolean isFull() {
        return taken.incrementAndGet() + state.map(OutboxState::waiting).orElse(0L) > most;
    }

    /** Counts what is in the outbox; the sender does that every few seconds. */
    void count() {
        long before = taken.get();
        state = Optional.of(OutboxTable.state(database, clock.instant()));
        taken.addAndGet(-before);
    }

    /** What was in the outbox some seconds ago; empty if nobody has counted yet. */
    public Optional<OutboxState> state() {
        return state;
    }

    /** The mail with short values in one line, of which those that do not fit are left out. */
    private static Mail bounded(Mail mail) {
        Map<String, String> kept = new TreeMap<>();
        int length = 2;
        for (Map.Entry<String, String> parameter : new TreeMap<>(mail.parameters()).entrySet()) {
            String value = MessageTexts.oneLine(parameter.getValue(), LONGEST_VALUE);
            length += parameter.getKey().length() + 6 * value.length() + 6; // JSON may write a character as six
            if (length <= LONGEST_PARAMETERS) {
                kept.put(parameter.getKey(), value);
            }
        }
        return new Mail(mail.kind(), mail.recipient(), mail.language(), mail.accountId(), kept);
    }
}

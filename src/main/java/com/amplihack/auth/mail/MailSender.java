package com.amplihack.auth.mail;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.mail.transport.DeliveryException;
import com.amplihack.auth.mail.transport.DeliveryException.Fault;
import com.amplihack.auth.mail.transport.MailTransport;
import com.amplihack.auth.mail.transport.OutgoingMail;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimitedLogger;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends what is in the outbox while this node holds the lease. Each mail is sent at least once, and only twice if a node dies
 * between the server's answer and the deletion of the row; both have the same {@code Message-ID}.
 */
@Singleton
public class MailSender {

    private static final RateLimitedLogger LOG = new RateLimitedLogger(Logger.getLogger(MailSender.class.getName()), 1);
    private static final int BATCH = 50;

    /** An idle node renews it every few seconds. */
    private static final Duration IDLE_LEASE = Duration.ofSeconds(20);

    /** Longer than one mail can take, whatever the mail server does. */
    private static final Duration SENDING_LEASE = Duration.ofMinutes(2);

    /** Longer than the lease: a row is never with two nodes. */
    private static final Duration CLAIM = Duration.ofMinutes(3);

    private static final Duration DEAD_KEPT = Duration.ofDays(30);
    private static final Duration COUNT_EVERY = Duration.ofSeconds(5);
    private static final Duration PURGE_EVERY = Duration.ofMinutes(5);

    private final Outbox outbox;
    private final OutboxTable table;
    private final SenderLease lease;
    private final MessageTexts texts;
    private final Supplier<Optional<LinkTokens>> tokens;
    private final Optional<MailTransport> transport;
    private final Meters meters;
    private final InstantSource clock;
    private Instant countAt = Instant.EPOCH;
    private Instant purgeAt = Instant.EPOCH;

    @Inject
    public MailSender(
            Outbox outbox,
            OutboxTable table,
            SenderLease lease,
            Configuration configuration,
            Instance<LinkTokens> tokens,
            Meters meters,
            InstantSource clock) {
        this(
                outbox,
                table,
                lease,
                new MessageTexts(configuration),
                () -> tokens.stream().findFirst(),
                MailTransport.of(configuration.settings()),
                meters,
                clock);
    }

    MailSender(
            Outbox outbox,
            OutboxTable table,
            SenderLease lease,
            MessageTexts texts,
            Supplier<Optional<LinkTokens>> tokens,
            Optional<MailTransport> transport,
            Meters meters,
            InstantSource clock) {
        this.outbox = outbox;
        this.table = table;
        this.lease = lease;
        this.texts = texts;
        this.tokens = tokens;
        this.transport = transport;
        this.meters = meters;
        this.clock = clock;
    }

    /** Whether there is anything to do on this installation. */
    public boolean isNeeded() {
        return transport.isPresent();
    }

    /**
     * Sends the mails whose time has come, if this node may. Ends early when the mail server cannot be used, or this thread is
     * interrupted.
     *
     * @return how many attempts were made
     * @throws AuthException {@code store_unavailable} when the database does not answer; nothing is lost
     */
    public int sendDue() {
        Instant now = clock.instant();
        if (!now.isBefore(countAt)) {
            countAt = now.plus(COUNT_EVERY);
            outbox.count();
        }
        if (transport.isEmpty() || !lease.hold(now, now.plus(IDLE_LEASE))) {
            return 0;
        }
        purge(now);
        int attempts = sendBatch(table.due(now, BATCH), transport.get());
        if (attempts > 0) {
            Instant end = clock.instant();
            lease.hold(end, end.plus(IDLE_LEASE)); // if this node dies now, another one need not wait for long
        }
        return attempts;
    }

    private int sendBatch(List<OutboxEntry> batch, MailTransport by) {
        int attempts = 0;
        for (OutboxEntry entry : batch) {
            Instant begin = clock.instant();
            if (Thread.currentThread().isInterrupted() || !lease.hold(begin, begin.plus(SENDING_LEASE))) {
                return attempts;
            }
            if (table.claim(entry, begin, begin.plus(CLAIM))) {
                attempts++;
                if (!attempt(entry, by)) {
                    break;
                }
            }
        }
        return attempts;
    }

    /** Gives the lease up when the node stops. */
    public void stop() {
        lease.release();
    }

    /**
     * Tries every dead letter again.
     *
     * @return how many there were
     * @throws AuthException {@code store_unavailable}
     */
    public int retryDeadLetters() {
        Instant now = clock.instant();
        return table.revive(now, now.plus(Outbox.PATIENCE));
    }

    private void purge(Instant now) {
        if (!now.isBefore(purgeAt)) {
            purgeAt = now.plus(PURGE_EVERY);
            table.purge(now, now.minus(DEAD_KEPT), now.minus(RecipientLimit.LONGEST_WAIT));
        }
    }

    /** Sends one mail; false if the mail server cannot be used. */
    private boolean attempt(OutboxEntry entry, MailTransport by) {
        String kind = entry.mail().kind().id();
        try {
            Optional<OutgoingMail> mail = written(entry);
            if (mail.isPresent()) {
                by.deliver(mail.get());
            }
            table.delete(entry);
            meters.mail(kind, mail.isPresent() ? "sent" : "obsolete");
            return true;
        } catch (DeliveryException failed) {
            failed(entry, failed.fault(), String.valueOf(failed.getMessage()));
            return failed.fault() != Fault.SERVER;
        } catch (AuthException away) {
            throw away; // the row's claim ends by itself
        } catch (RuntimeException bug) {
            LOG.log(Level.SEVERE, "bug", "A mail (" + kind + ") could not be written", bug);
            failed(entry, Fault.DEFERRED, "internal error: " + bug.getClass().getSimpleName());
            return true;
        }
    }

    /** The mail with a fresh token in its link; empty if nobody needs it any more. */
    private Optional<OutgoingMail> written(OutboxEntry entry) {
        MailKind kind = entry.mail().kind();
        if (kind.link().isEmpty()) {
            return Optional.of(texts.write(entry, Optional.empty()));
        }
        LinkTokens issuer = tokens.get().orElseThrow(() -> new IllegalStateException("nobody makes tokens for links"));
        return issuer.issue(entry.mail()).map(token -> texts.write(entry, Optional.of(token)));
    }

    private void failed(OutboxEntry entry, Fault fault, String reason) {
        Instant now = clock.instant();
        String kind = entry.mail().kind().id();
        boolean last = fault == Fault.REFUSED || !now.isBefore(entry.giveUpAt());
        if (last) {
            table.bury(entry, reason);
        } else {
            table.retry(entry, now.plus(BackOff.after(entry.attempts() + 1, fault)), reason);
        }
        meters.mail(kind, last ? "dead" : "retried");
        LOG.log(
                Level.WARNING,
                fault.name(),
                "A mail (" + kind + ") was not sent, "
                        + (last ? "and will not be tried again" : "and will be tried again") + ": " + reason);
    }
}

package com.amplihack.auth.ops.mail;

import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.mail.MailSender;
import com.amplihack.auth.mail.Outbox;
import com.amplihack.auth.mail.OutboxState;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.web.ServiceState;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Has the outbox sent by a thread of its own: a mail server may take a minute, for which no timer or request waits. */
@Singleton
@Startup
@DependsOn("Boot")
@TransactionManagement(TransactionManagementType.BEAN)
public class MailDelivery {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(MailDelivery.class.getName()), 1);
    private static final long POLL_MILLIS = 5_000;

    /** A mail is put before its transaction commits: the first looks may come too early. */
    private static final long[] HURRIED_MILLIS = {50, 200, 500, 1_000, 2_000};

    private static final long STOP_MILLIS = 5_000;

    @Inject
    private MailSender sender;

    @Inject
    private Outbox outbox;

    @Inject
    private ServiceState service;

    @Inject
    private Meters meters;

    @Resource
    private ManagedThreadFactory threads; // look-ups of java:comp names work in its threads

    private final Semaphore woken = new Semaphore(0);
    private volatile boolean stopping;
    private volatile @Nullable Thread thread;

    @PostConstruct
    void start() {
        if (!sender.isNeeded()) {
            return;
        }
        meters.registerMails(Arrays.stream(MailKind.values()).map(MailKind::id).toList());
        meters.sampleOutbox(
                () -> sample(OutboxState::waiting),
                () -> sample(OutboxState::dead),
                () -> sample(state -> state.oldest().toSeconds()));
        outbox.onPut(() -> {
            if (woken.availablePermits() == 0) {
                woken.release();
            }
        });
        Thread fresh = threads.newThread(this::run);
        fresh.setName("mail-sender");
        thread = fresh;
        fresh.start();
    }

    private long sample(ToLongFunction<OutboxState> figure) {
        return outbox.state().map(figure::applyAsLong).orElseThrow(() -> new IllegalStateException("not counted yet"));
    }

    private void run() {
        int hurried = HURRIED_MILLIS.length;
        while (!stopping) {
            long wait = hurried < HURRIED_MILLIS.length ? HURRIED_MILLIS[hurried++] : POLL_MILLIS;
            try {
                if (woken.tryAcquire(wait, TimeUnit.MILLISECONDS)) {
                    Thread.sleep(HURRIED_MILLIS[0]);
                    hurried = 1;
                }
            } catch (InterruptedException stopped) {
                return;
            }
            if (!stopping && service.fault().isEmpty()) {
                sendDue();
            }
        }
    }

    private void sendDue() {
        try {
            sender.sendDue();
        } catch (AuthException away) {
            LOG.log(Level.WARNING, "away", "Mails wait: " + away.getMessage());
        } catch (RuntimeException bug) {
            LOG.log(Level.SEVERE, "bug", "Mails wait", bug);
        }
    }

    @PreDestroy
    void stop() {
        stopping = true;
        Thread running = thread;
        if (running == null) {
            return;
        }
        running.interrupt();
        try {
            running.join(STOP_MILLIS); // the mail that is on its way
            sender.stop();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (AuthException away) {
            LOG.log(Level.FINE, "away", "The lease of sending mails ends by itself");
        }
    }
}

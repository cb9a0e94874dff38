package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Revision;
import com.amplihack.auth.config.Settings;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Looks once a second whether somebody has changed a property: tells of what is in force now, and of what is not. */
@Singleton
@Startup
@DependsOn("Boot")
public class PolicyWatch {
    private static final Logger LOG = Logger.getLogger(PolicyWatch.class.getName());

    @Inject
    private Configuration configuration;

    @Inject
    private AuditLog audit;

    @Resource
    private ManagedScheduledExecutorService executor;

    private ScheduledFuture<?> watch;

    @PostConstruct
    void start() {
        Look look = new Look(configuration, audit);
        watch = executor.scheduleWithFixedDelay(look, 1, 1, TimeUnit.SECONDS);
    }

    @PreDestroy
    void stop() {
        watch.cancel(true);
    }

    static void warnIfOpen(Settings settings) {
        if (!settings.jwtAuth()) {
            LOG.warning(
                    "enable.jwt.auth is false: proxied paths are open to anybody, without token, permission or limit");
        }
    }

    /** One look a second, by one thread at a time; what was told of a value is not told again while it stands. */
    static final class Look implements Runnable {
        private final Configuration configuration;
        private final AuditLog audit;
        private Set<Revision.Refusal> told = Set.of();

        Look(Configuration configuration, AuditLog audit) {
            this.configuration = configuration;
            this.audit = audit;
        }

        @Override
        public synchronized void run() {
            try {
                Revision revision = configuration.refresh();
                revision.changes().forEach(change -> record(change, revision));
                if (revision.changes().stream()
                        .anyMatch(change -> change.after().name().equals("enable.jwt.auth"))) {
                    warnIfOpen(revision.policy().inForce());
                }
                revision.refusals().stream()
                        .filter(refusal -> !told.contains(refusal))
                        .forEach(refusal -> LOG.log(Level.WARNING, "{0} ({1})", new Object[] {
                            refusal.reason(), refusal.wanted().source()
                        }));
                told = new HashSet<>(revision.refusals());
            } catch (RuntimeException failed) { // one failure must not be the end of the schedule
                LOG.log(Level.SEVERE, "The settings could not be looked at: what was known stays in force", failed);
            }
        }

        private void record(Revision.Change change, Revision revision) {
            audit.record(AuditEntry.of(AuditEvent.POLICY_CHANGED, ClientContext.NONE)
                    .detail("name", change.after().name())
                    .detail("before", revision.policy().shown(change.before()).orElse(""))
                    .detail("after", revision.policy().shown(change.after()).orElse(""))
                    .detail("source", change.after().source()));
        }
    }
}

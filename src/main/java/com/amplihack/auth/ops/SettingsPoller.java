package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Policy;
import com.amplihack.auth.config.Revision;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.source.Property;
import com.amplihack.auth.config.source.Refusal;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.web.ClientContext;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Polls the properties, live ones every second, and logs and audits changes. */
@Singleton
@Startup
@DependsOn("Boot")
public class SettingsPoller {
    private static final Logger LOG = Logger.getLogger(SettingsPoller.class.getName());
    private static final RateLimitedLogger FAILURES = new RateLimitedLogger(LOG, 1);

    @Inject
    private Configuration configuration;

    @Inject
    private AuditLog audit;

    @Resource
    private ManagedScheduledExecutorService executor;

    private ScheduledFuture<?> watch;

    @PostConstruct
    void start() {
        watch = executor.scheduleWithFixedDelay(new Poll(configuration, audit), 1, 1, TimeUnit.SECONDS);
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

    /**
     * Reads live properties at each run, live secrets at every third (a password alias is expensive to read) and the others
     * once a minute; tells of each refusal once, and keeps what is in force for the next start.
     */
    static final class Poll implements Runnable {
        private final Configuration configuration;
        private final AuditLog audit;
        private Map<String, Refusal> told = Map.of();
        private boolean kept;
        private int runs;

        Poll(Configuration configuration, AuditLog audit) {
            this.configuration = configuration;
            this.audit = audit;
        }

        @Override
        public synchronized void run() {
            try {
                Revision revision = configuration.refresh(due(configuration.policy(), runs++));
                revision.changes().forEach(change -> record(change.before(), change.after(), Map.of()));
                if (revision.changes().stream()
                        .anyMatch(change -> change.after().name().equals("enable.jwt.auth"))) {
                    warnIfOpen(revision.policy().inForce());
                }
                tell(configuration.refusals());
                kept = kept && revision.changes().isEmpty();
                if (!kept) {
                    keep();
                }
            } catch (RuntimeException failed) { // a throw would cancel the schedule
                FAILURES.log(
                        Level.SEVERE,
                        "poll",
                        "The settings could not be read: the previous ones stay in force",
                        failed);
            }
        }

        private static Predicate<Property> due(Policy policy, int run) {
            boolean minute = run % 60 == 0;
            boolean third = run % 3 == 0;
            return property -> minute || (policy.isLive(property) && (third || !policy.isSecret(property)));
        }

        /** Logs and audits refusals that are new; one that has been repaired is told again when it comes back. */
        private void tell(List<Refusal> refusals) {
            Map<String, Refusal> now = new HashMap<>();
            for (Refusal refusal : refusals) {
                now.put(refusal.name(), refusal);
                if (!refusal.equals(told.get(refusal.name()))) {
                    LOG.log(Level.WARNING, "{0} ({1})", new Object[] {
                        refusal.reason(), refusal.wanted().source()
                    });
                    record(refusal);
                }
            }
            told = now;
        }

        private void record(Refusal refusal) {
            if (refusal.waits()) {
                configuration
                        .policy()
                        .find(refusal.name())
                        .ifPresent(before -> record(before, refusal.wanted(), Map.of("in_force", "after a restart")));
            } else {
                audit.record(AuditEntry.of(AuditEvent.POLICY_REFUSED, ClientContext.NONE)
                        .actor("server:" + refusal.wanted().source())
                        .detail("name", refusal.name())
                        .detail("reason", refusal.reason())
                        .detail("source", refusal.wanted().source()));
            }
        }

        private void record(Property before, Property after, Map<String, String> more) {
            Policy policy = configuration.policy();
            AuditEntry entry = AuditEntry.of(AuditEvent.POLICY_CHANGED, ClientContext.NONE)
                    .actor("server:" + after.source())
                    .detail("name", after.name())
                    .detail("before", policy.shown(before).orElse(""))
                    .detail("after", policy.shown(after).orElse(""))
                    .detail("source", after.source());
            more.forEach(entry::detail);
            audit.record(entry);
        }

        private void keep() {
            try {
                configuration.keepLastGood();
                kept = true;
            } catch (IOException failed) {
                FAILURES.log(
                        Level.WARNING,
                        "keep",
                        "The settings in force cannot be kept under auth.home for the next start",
                        failed);
            }
        }
    }
}

package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Policy;
import com.amplihack.auth.config.Revision;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.source.Property;
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
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

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
     * once a minute; logs a refused value once.
     */
    static final class Poll implements Runnable {
        private final Configuration configuration;
        private final AuditLog audit;
        private final Map<String, Revision.Refusal> logged = new HashMap<>();
        private int runs;

        Poll(Configuration configuration, AuditLog audit) {
            this.configuration = configuration;
            this.audit = audit;
        }

        @Override
        public synchronized void run() {
            try {
                Predicate<Property> due = due(configuration.policy(), runs++);
                Revision revision = configuration.refresh(due);
                revision.changes().forEach(change -> record(change, revision));
                if (revision.changes().stream()
                        .anyMatch(change -> change.after().name().equals("enable.jwt.auth"))) {
                    warnIfOpen(revision.policy().inForce());
                }
                forget(revision, due);
                revision.refusals().forEach(this::logOnce);
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

        /** Drops properties that are no longer refused, so that a new refusal is logged again. */
        private void forget(Revision revision, Predicate<Property> due) {
            Set<String> refused = revision.refusals().stream()
                    .map(refusal -> refusal.wanted().name())
                    .collect(Collectors.toSet());
            revision.policy().properties().stream()
                    .filter(due)
                    .map(Property::name)
                    .filter(name -> !refused.contains(name))
                    .forEach(logged::remove);
        }

        private void logOnce(Revision.Refusal refusal) {
            if (!refusal.equals(logged.put(refusal.wanted().name(), refusal))) {
                LOG.log(Level.WARNING, "{0} ({1})", new Object[] {
                    refusal.reason(), refusal.wanted().source()
                });
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

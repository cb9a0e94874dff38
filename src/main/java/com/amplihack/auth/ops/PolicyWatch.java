package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Policy;
import com.amplihack.auth.config.Revision;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.source.Property;
import com.amplihack.auth.problem.RepeatedLog;
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

/**
 * Looks whether somebody has changed a property, at live ones each second: tells of what is in force now, and of what is
 * not.
 */
@Singleton
@Startup
@DependsOn("Boot")
public class PolicyWatch {
    private static final Logger LOG = Logger.getLogger(PolicyWatch.class.getName());
    private static final RepeatedLog FAILURES = new RepeatedLog(LOG, 1);

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

    /**
     * One look a second, by one thread at a time: at a live secret each third time, since it may lie behind a password
     * alias, which is dear to read, and at what waits for a restart once a minute. What was told of a value is not told
     * again while it stands.
     */
    static final class Look implements Runnable {
        private final Configuration configuration;
        private final AuditLog audit;
        private final Map<String, Revision.Refusal> told = new HashMap<>();
        private int looks;

        Look(Configuration configuration, AuditLog audit) {
            this.configuration = configuration;
            this.audit = audit;
        }

        @Override
        public synchronized void run() {
            try {
                Predicate<Property> due = due(configuration.policy(), looks++);
                Revision revision = configuration.refresh(due);
                revision.changes().forEach(change -> record(change, revision));
                if (revision.changes().stream()
                        .anyMatch(change -> change.after().name().equals("enable.jwt.auth"))) {
                    warnIfOpen(revision.policy().inForce());
                }
                forget(revision, due);
                revision.refusals().forEach(this::tell);
            } catch (RuntimeException failed) { // one failure must not be the end of the schedule
                FAILURES.log(
                        Level.SEVERE,
                        "look",
                        "The settings could not be looked at: what was known stays in force",
                        failed);
            }
        }

        private static Predicate<Property> due(Policy policy, int look) {
            boolean minute = look % 60 == 0;
            boolean third = look % 3 == 0;
            return property -> minute || (policy.isLive(property) && (third || !policy.isSecret(property)));
        }

        /** What is no longer refused is told when it is again. */
        private void forget(Revision revision, Predicate<Property> due) {
            Set<String> refused = revision.refusals().stream()
                    .map(refusal -> refusal.wanted().name())
                    .collect(Collectors.toSet());
            revision.policy().properties().stream()
                    .filter(due)
                    .map(Property::name)
                    .filter(name -> !refused.contains(name))
                    .forEach(told::remove);
        }

        private void tell(Revision.Refusal refusal) {
            if (!refusal.equals(told.put(refusal.wanted().name(), refusal))) {
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

package com.amplihack.auth.admin.overview;

import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.trail.TrailProjector;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what this node has counted since it was read last. */
@Singleton
class Sampler {
    /** The counters and what they are called in the overview; a counter with a label is one series for each value. */
    private static final Map<String, String> COUNTERS = Map.of(
            "jwt_logins_total",
            "sign_ins",
            "jwt_validation_errors_total",
            "refusals",
            "jwt_replay_attempts_total",
            "replays",
            "jwt_rate_limit_violations_total",
            "rate_limits",
            "auth_budget_refusals_total",
            "budget_refusals",
            "auth_accounts_locked_total",
            "lockouts",
            "auth_audit_critical_total",
            "critical",
            "jwt_tokens_validated_total",
            "admitted",
            "auth_api_keys_admitted_total",
            "admitted_api_keys");

    private final Meters meters;
    private final SecurityStore store;
    private final AuditLog audit;
    private final TrailProjector projector;
    private final Map<String, Long> before = new HashMap<>();
    private List<Long> validation = List.of();
    private List<Long> redis = List.of();

    @Inject
    Sampler(Meters meters, SecurityStore store, AuditLog audit, TrailProjector projector) {
        this.meters = meters;
        this.store = store;
        this.audit = audit;
        this.projector = projector;
    }

    /** What happened since the last call; the first one tells of what has happened since the start. */
    synchronized Sample take(Map<String, Double> probes) {
        Map<String, Long> counts = new HashMap<>();
        COUNTERS.forEach((metric, series) -> meters.totals(metric).forEach((label, total) -> {
            String name = label.isEmpty() ? series : series + "." + label;
            long more = total - before.getOrDefault(name, 0L);
            before.put(name, total);
            if (more > 0) {
                counts.put(name, more);
            }
        }));
        Map<String, Double> gauges = new HashMap<>(probes);
        gauges.put("audit_waiting", (double) audit.waiting());
        projector.lag().ifPresent(lag -> gauges.put("audit_lag", (double) lag.entries()));
        try {
            gauges.put("sessions", (double) store.liveSessions());
        } catch (StoreUnavailableException silent) {
            // the probe of the store tells
        }
        List<Long> decided = meters.validation().counts();
        List<Long> answered = meters.store().counts();
        Sample sample = new Sample(counts, gauges, more(decided, validation), more(answered, redis));
        validation = decided;
        redis = answered;
        return sample;
    }

    private static List<Long> more(List<Long> now, List<Long> before) {
        List<Long> more = new ArrayList<>();
        for (int i = 0; i < now.size(); i++) {
            more.add(now.get(i) - (before.isEmpty() ? 0 : before.get(i)));
        }
        return more;
    }
}

package com.amplihack.auth.metrics;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/**
 * The service's own figures at {@code /metrics} (docs/metrics.md). Each label has a small, fixed set of values;
 * nothing that a client sends becomes one.
 */
@ApplicationScoped
public class Meters {
    private static final String VALIDATED = "jwt_tokens_validated_total";

    private MetricRegistry registry;
    private Counter validated;
    private Timer validation;
    private Timer passwordHash;
    private Timer upstream;
    private final Map<Name, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, Timer> storeTimers = new ConcurrentHashMap<>();

    private record Name(String metric, String label, String value) {}

    /** For CDI; an instance made with it counts nothing. */
    public Meters() {}

    /** Registers what a dashboard expects to find before the first request. */
    @Inject
    public Meters(MetricRegistry registry) {
        this.registry = registry;
        validated = registry.counter(VALIDATED);
        validation = registry.timer("jwt_validation");
        passwordHash = registry.timer("jwt_password_hash");
        upstream = registry.timer("jwt_proxy_upstream");
        counter("jwt_key_rotation_total", "", "");
        List.of("access", "refresh").forEach(type -> counter("jwt_tokens_issued_total", "type", type));
        List.of("bare_repeat", "after_proof", "refresh_reuse")
                .forEach(kind -> counter("jwt_replay_attempts_total", "kind", kind));
        List.of("login", "refresh", "jwks", "api")
                .forEach(limit -> counter("jwt_rate_limit_violations_total", "limit", limit));
        List.of("success", "failure", "limited", "overloaded")
                .forEach(outcome -> counter("jwt_logins_total", "outcome", outcome));
    }

    /** A token was handed out: {@code access} or {@code refresh}. */
    public void tokenIssued(String type) {
        count("jwt_tokens_issued_total", "type", type);
    }

    /** An access token was admitted, this long after the gate began with it. */
    public void tokenValidated(Duration took) {
        if (registry != null) {
            validated.inc();
            validation.update(took);
        }
    }

    /**
     * A request to a protected path was refused.
     *
     * @param reason the error code of the answer
     */
    public void tokenRefused(String reason, Duration took) {
        if (registry != null) {
            count("jwt_validation_errors_total", "reason", reason);
            validation.update(took);
        }
    }

    /** An admitted caller lacked a role or permission. */
    public void accessDenied() {
        count("jwt_validation_errors_total", "reason", "insufficient_permissions");
    }

    public void replayed(String kind) {
        count("jwt_replay_attempts_total", "kind", kind);
    }

    /** Another key signs from now on. */
    public void keyRotated() {
        count("jwt_key_rotation_total", "", "");
    }

    public void rateLimited(String limit) {
        count("jwt_rate_limit_violations_total", "limit", limit);
    }

    public void login(String outcome) {
        count("jwt_logins_total", "outcome", outcome);
    }

    /** A password was hashed or compared; waiting for a turn is not in it. */
    public void passwordHashed(Duration took) {
        if (registry != null) {
            passwordHash.update(took);
        }
    }

    /** Redis answered an operation of the store, or failed to. */
    public void storeAnswered(String operation, Duration took) {
        if (registry != null) {
            storeTimers
                    .computeIfAbsent(operation, name -> registry.timer("jwt_store", new Tag("operation", name)))
                    .update(took);
        }
    }

    /**
     * A request to a proxied path has ended.
     *
     * @param outcome {@code answered}, an error code, {@code client_gone} or {@code upstream_broke}
     */
    public void proxied(String outcome) {
        count("jwt_proxy_requests_total", "outcome", outcome);
    }

    /** The upstream's headers arrived, this long after the request was sent to it. */
    public void upstreamAnswered(Duration took) {
        if (registry != null) {
            upstream.update(took);
        }
    }

    /**
     * Has the number of live sessions asked for when somebody reads the metrics, at most every ten seconds.
     *
     * @param sample may fail: then there is no number
     */
    public void sampleSessions(LongSupplier sample) {
        if (registry != null) {
            Sampled sessions = new Sampled(sample);
            registry.gauge("jwt_sessions_active", sessions::value);
        }
    }

    /**
     * What a counter has counted since the start, over all values of its label.
     *
     * @param metric its name at {@code /metrics}
     */
    public long total(String metric) {
        if (registry == null) {
            return 0;
        }
        if (metric.equals(VALIDATED)) {
            return validated.getCount();
        }
        return counters.entrySet().stream()
                .filter(entry -> entry.getKey().metric().equals(metric))
                .mapToLong(entry -> entry.getValue().getCount())
                .sum();
    }

    /** Shows which of these names is the one in use. */
    public void showSigningProvider(List<String> names, Supplier<String> inUse) {
        if (registry != null) {
            names.forEach(name -> registry.gauge(
                    "jwt_signing_provider_info", () -> name.equals(inUse.get()) ? 1 : 0, new Tag("provider", name)));
        }
    }

    private void count(String metric, String label, String value) {
        if (registry != null) {
            counter(metric, label, value).inc();
        }
    }

    private Counter counter(String metric, String label, String value) {
        return counters.computeIfAbsent(
                new Name(metric, label, value),
                name -> label.isEmpty() ? registry.counter(metric) : registry.counter(metric, new Tag(label, value)));
    }
}

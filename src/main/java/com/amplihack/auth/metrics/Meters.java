package com.amplihack.auth.metrics;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.MetricRegistry;

/**
 * The service's own figures at {@code /metrics} (docs/metrics.md). Each label has a small, fixed set of values;
 * nothing that a client sends becomes one.
 */
@Singleton
public class Meters {
    private final Instruments instruments;

    /** Meters that measure nothing, for use outside a server. */
    public Meters() {
        this(Optional.empty());
    }

    @Inject
    public Meters(MetricRegistry registry) {
        this(Optional.of(registry));
    }

    private Meters(Optional<MetricRegistry> registry) {
        instruments = new Instruments(registry);
        instruments.register("jwt_tokens_validated_total", "", "");
        instruments.register("jwt_key_rotation_total", "", "");
        instruments.register("jwt_tokens_issued_total", "type", "access", "refresh");
        instruments.register("jwt_replay_attempts_total", "kind", "bare_repeat", "after_proof", "refresh_reuse");
        instruments.register("jwt_rate_limit_violations_total", "limit", "login", "refresh", "jwks", "api");
        instruments.register("jwt_logins_total", "outcome", "success", "failure", "limited", "overloaded");
    }

    /** A token was handed out: {@code access} or {@code refresh}. */
    public void tokenIssued(String type) {
        instruments.count("jwt_tokens_issued_total", "type", type);
    }

    /** An access token was admitted, this long after the gate began with it. */
    public void tokenValidated(Duration took) {
        instruments.count("jwt_tokens_validated_total");
        instruments.time("jwt_validation", took);
    }

    /**
     * A request to a protected path was refused.
     *
     * @param reason the error code of the answer
     */
    public void tokenRefused(String reason, Duration took) {
        instruments.count("jwt_validation_errors_total", "reason", reason);
        instruments.time("jwt_validation", took);
    }

    /** An admitted caller lacked a role or permission. */
    public void accessDenied() {
        instruments.count("jwt_validation_errors_total", "reason", "insufficient_permissions");
    }

    public void replayed(String kind) {
        instruments.count("jwt_replay_attempts_total", "kind", kind);
    }

    /** Another key signs from now on. */
    public void keyRotated() {
        instruments.count("jwt_key_rotation_total");
    }

    public void rateLimited(String limit) {
        instruments.count("jwt_rate_limit_violations_total", "limit", limit);
    }

    public void login(String outcome) {
        instruments.count("jwt_logins_total", "outcome", outcome);
    }

    /** A password was hashed or compared; waiting for a turn is not in it. */
    public void passwordHashed(Duration took) {
        instruments.time("jwt_password_hash", took);
    }

    /** Redis answered an operation of the store, or failed to. */
    public void storeAnswered(String operation, Duration took) {
        instruments.time("jwt_store", "operation", operation, took);
    }

    /**
     * A request to a proxied path has ended.
     *
     * @param outcome {@code answered}, an error code, {@code client_gone} or {@code upstream_broke}
     */
    public void proxied(String outcome) {
        instruments.count("jwt_proxy_requests_total", "outcome", outcome);
    }

    /** The upstream's headers arrived, this long after the request was sent to it. */
    public void upstreamAnswered(Duration took) {
        instruments.time("jwt_proxy_upstream", took);
    }

    /**
     * Has the number of live sessions asked for when somebody reads the metrics, at most every ten seconds.
     *
     * @param sample may fail: then there is no number
     */
    public void sampleSessions(LongSupplier sample) {
        instruments.gauge("jwt_sessions_active", "", "", cached(sample));
    }

    /** An expensive number, cached for ten seconds; NaN when it cannot be had, since an old one would look like a true one. */
    static Supplier<Double> cached(LongSupplier sample) {
        LoadingCache<String, Double> cache = Caffeine.newBuilder()
                .expireAfterWrite(Duration.ofSeconds(10))
                .executor(Runnable::run) // no threads of the server's own
                .build(name -> {
                    try {
                        return (double) sample.getAsLong();
                    } catch (RuntimeException unavailable) {
                        return Double.NaN;
                    }
                });
        return () -> cache.get("");
    }

    /**
     * What a counter has counted since the start, over all values of its label.
     *
     * @param metric its name at {@code /metrics}
     */
    public long total(String metric) {
        return instruments.total(metric);
    }

    /** Shows which of these names is the one in use. */
    public void showSigningProvider(List<String> names, Supplier<String> inUse) {
        names.forEach(name -> instruments.gauge(
                "jwt_signing_provider_info", "provider", name, () -> name.equals(inUse.get()) ? 1 : 0));
    }
}

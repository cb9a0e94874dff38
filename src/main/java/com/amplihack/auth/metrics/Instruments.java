package com.amplihack.auth.metrics;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Histogram;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/** Counters, timers and gauges by name with at most two labels; without a registry, does nothing. */
final class Instruments {
    /** What Prometheus shows beside each metric. */
    private static final Map<String, String> HELP = Map.ofEntries(
            Map.entry("jwt_tokens_issued_total", "Tokens handed out."),
            Map.entry("jwt_tokens_validated_total", "Requests whose access token was admitted."),
            Map.entry("jwt_validation_errors_total", "Requests to protected paths that were refused."),
            Map.entry("jwt_replay_attempts_total", "Used tokens that were presented again."),
            Map.entry("jwt_rate_limit_violations_total", "Answers 429."),
            Map.entry("jwt_logins_total", "Sign-in attempts."),
            Map.entry("jwt_key_rotation_total", "Rotations of the signing key on this node."),
            Map.entry("jwt_signing_provider_info", "1 for the provider that signs."),
            Map.entry("jwt_sessions_active", "Live sessions of all nodes."),
            Map.entry("auth_api_keys_admitted_total", "Requests whose API key was admitted."),
            Map.entry("auth_api_keys", "API keys of all accounts that are neither revoked nor expired."),
            Map.entry("jwt_validation", "The gate's decision on an access token."),
            Map.entry("jwt_proxy_requests_total", "Requests to proxied paths that the gate admitted."),
            Map.entry("jwt_proxy_upstream", "From sending a request until the upstream's headers arrive."),
            Map.entry("jwt_password_hash", "One Argon2id hash, without the time in the queue."),
            Map.entry("jwt_store", "One operation on Redis."),
            Map.entry("auth_mfa_total", "Second factors that were right."),
            Map.entry("auth_mfa_wrong_total", "Second factors that were wrong."),
            Map.entry("auth_mail_sent_total", "Mails by what became of them."),
            Map.entry("auth_mail_waiting", "Mails in the outbox."),
            Map.entry("auth_mail_dead", "Mails that could not be sent."),
            Map.entry("auth_mail_oldest_seconds", "Age of the oldest mail in the outbox."),
            Map.entry("auth_budget_refusals_total", "Calls refused because a budget was exhausted."),
            Map.entry("gen_ai_client_token_usage", "Tokens of a call, as the upstream reported them."));

    private final Optional<MetricRegistry> registry;
    private final Map<Name, Counter> counters = new ConcurrentHashMap<>();
    private final Map<Name, Timer> timers = new ConcurrentHashMap<>();
    private final Map<Name, Histogram> histograms = new ConcurrentHashMap<>();

    /**
     * A metric with its labels.
     *
     * @param label empty for a metric without one
     * @param second name of a second label, or empty
     */
    private record Name(String metric, String label, String value, String second, String secondValue) {
        Name(String metric, String label, String value) {
            this(metric, label, value, "", "");
        }

        Tag[] tags() {
            if (label.isEmpty()) {
                return new Tag[0];
            }
            Tag first = new Tag(label, value);
            return second.isEmpty() ? new Tag[] {first} : new Tag[] {first, new Tag(second, secondValue)};
        }
    }

    Instruments(Optional<MetricRegistry> registry) {
        this.registry = registry;
    }

    /** Registers a counter with two labels at zero. */
    void registerPair(String metric, String label, String value, String second, String secondValue) {
        counter(new Name(metric, label, value, second, secondValue));
    }

    /** Registers counters at zero, so that dashboards find them before the first event. */
    void register(String metric, String label, String... values) {
        for (String value : values) {
            counter(new Name(metric, label, value));
        }
    }

    /**
     * Registers timers without a label. Payara reads their percentiles and buckets from the application's settings when they are
     * made, and does not find these in a thread of a library.
     */
    void registerTimers(String... metrics) {
        for (String metric : metrics) {
            timer(new Name(metric, "", ""));
        }
    }

    /** Registers histograms of numbers, for the same reason. */
    void registerHistograms(String metric, String label, String... values) {
        for (String value : values) {
            histogram(new Name(metric, label, value));
        }
    }

    void count(String metric) {
        count(metric, "", "");
    }

    void count(String metric, String label, String value) {
        counter(new Name(metric, label, value)).ifPresent(Counter::inc);
    }

    /** Counts under two labels. */
    void count(String metric, String label, String value, String second, String secondValue) {
        counter(new Name(metric, label, value, second, secondValue)).ifPresent(Counter::inc);
    }

    void time(String metric, Duration took) {
        time(metric, "", "", took);
    }

    void time(String metric, String label, String value, Duration took) {
        timer(new Name(metric, label, value)).ifPresent(timer -> timer.update(took));
    }

    void observe(String metric, String label, String value, long number) {
        histogram(new Name(metric, label, value)).ifPresent(histogram -> histogram.update(number));
    }

    void gauge(String metric, String label, String value, Supplier<? extends Number> reading) {
        registry.ifPresent(known ->
                known.gauge(metadata(metric, MetricUnits.NONE), reading::get, new Name(metric, label, value).tags()));
    }

    /** A counter's total since the start, summed over its label's values. */
    long total(String metric) {
        return counters.entrySet().stream()
                .filter(entry -> entry.getKey().metric().equals(metric))
                .mapToLong(entry -> entry.getValue().getCount())
                .sum();
    }

    /** Timers count in nanoseconds, which the server shows as seconds only where it is told so. */
    private static Metadata metadata(String metric, String unit) {
        return Metadata.builder()
                .withName(metric)
                .withDescription(Objects.requireNonNull(HELP.get(metric)))
                .withUnit(unit)
                .build();
    }

    private Optional<Counter> counter(Name name) {
        return registry.map(known -> counters.computeIfAbsent(
                name, unknown -> known.counter(metadata(name.metric(), MetricUnits.NONE), name.tags())));
    }

    private Optional<Timer> timer(Name name) {
        return registry.map(known -> timers.computeIfAbsent(
                name, unknown -> known.timer(metadata(name.metric(), MetricUnits.NANOSECONDS), name.tags())));
    }

    private Optional<Histogram> histogram(Name name) {
        return registry.map(known -> histograms.computeIfAbsent(
                name, unknown -> known.histogram(metadata(name.metric(), MetricUnits.NONE), name.tags())));
    }
}

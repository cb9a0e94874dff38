package com.amplihack.auth.metrics;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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
            Map.entry("auth_database", "One call of the account database."),
            Map.entry("auth_database_connections", "Connections to the account database."),
            Map.entry("auth_database_connections_max", "The most connections to the account database."),
            Map.entry("auth_database_connections_waiting", "Threads that wait for a connection to the database."),
            Map.entry("auth_redis_connections", "Connections to Redis."),
            Map.entry("auth_redis_connections_max", "The most connections to each Redis server."),
            Map.entry("auth_redis_connections_waiting", "Threads that wait for a connection to Redis."),
            Map.entry("auth_password_hash_running", "Password hashes that are computed now."),
            Map.entry("auth_password_hash_waiting", "Requests that wait for a password hash."),
            Map.entry("auth_password_hash_waiting_max", "The places in that queue."),
            Map.entry("auth_proxy_exchanges", "Proxied requests in progress."),
            Map.entry("auth_proxy_exchanges_max", "The most proxied requests in progress."),
            Map.entry("auth_dependency_up", "1 while the server answers."),
            Map.entry("auth_signing_key_age_seconds", "Since the active key began to sign."),
            Map.entry("auth_signing_key_rotation_due_seconds", "Until the next rotation of the signing key is due."),
            Map.entry("auth_audit_waiting", "Audit entries that wait for the file."),
            Map.entry("auth_audit_writable", "1 while the audit file takes entries."),
            Map.entry("auth_accounts_locked_total", "Accounts that failed sign-ins have locked."),
            Map.entry("auth_algorithm_confusion_total", "Tokens that named another algorithm than RS256."),
            Map.entry("auth_http_responses_total", "Responses by the first digit of the status."),
            Map.entry("auth_mfa_total", "Second factors that were right."),
            Map.entry("auth_mfa_wrong_total", "Second factors that were wrong."),
            Map.entry("auth_mail_sent_total", "Mails by what became of them."),
            Map.entry("auth_mail_waiting", "Mails in the outbox."),
            Map.entry("auth_mail_dead", "Mails that could not be sent."),
            Map.entry("auth_mail_oldest_seconds", "Age of the oldest mail in the outbox."),
            Map.entry("auth_audit_lag_entries", "Lines of this node's audit file that the database does not have."),
            Map.entry("auth_audit_lag_seconds", "Since when the database has not had all of them."),
            Map.entry("auth_audit_dropped_total", "Audit entries that the file does not get."),
            Map.entry("auth_budget_refusals_total", "Calls refused because a budget was exhausted."),
            Map.entry("gen_ai_client_token_usage", "Tokens of a call, as the upstream reported them."));

    /** Far more than any metric has; whatever goes wrong, there are no more series than this of one. */
    static final int MOST_SERIES = 128;

    private static final String OTHER = "other";

    private final Optional<MetricRegistry> registry;
    private final Map<Name, Counter> counters = new ConcurrentHashMap<>();
    private final Map<Name, Timer> timers = new ConcurrentHashMap<>();
    private final Map<Name, Histogram> histograms = new ConcurrentHashMap<>();

    /** The label values of each metric. */
    private final Map<String, Set<Name>> series = new ConcurrentHashMap<>();

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

        /** What is counted for all values beyond {@link #MOST_SERIES}. */
        Name other() {
            return new Name(metric, label, OTHER, second, second.isEmpty() ? "" : OTHER);
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

    /** Registers timers with a label, for the same reason. */
    void registerTimer(String metric, String label, String... values) {
        for (String value : values) {
            timer(new Name(metric, label, value));
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

    /** A counter's totals since the start, by the values of its first label. */
    Map<String, Long> totals(String metric) {
        return counters.entrySet().stream()
                .filter(entry -> entry.getKey().metric().equals(metric))
                .collect(Collectors.toMap(
                        entry -> entry.getKey().value(),
                        entry -> entry.getValue().getCount(),
                        Long::sum));
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

    private Name bounded(Name name) {
        Set<Name> known = series.computeIfAbsent(name.metric(), unknown -> ConcurrentHashMap.newKeySet());
        if (known.contains(name)) {
            return name;
        }
        synchronized (known) {
            return known.contains(name) || (known.size() < MOST_SERIES && known.add(name)) ? name : name.other();
        }
    }

    private Optional<Counter> counter(Name name) {
        return registry.map(known -> counters.computeIfAbsent(
                bounded(name), fresh -> known.counter(metadata(fresh.metric(), MetricUnits.NONE), fresh.tags())));
    }

    private Optional<Timer> timer(Name name) {
        return registry.map(known -> timers.computeIfAbsent(
                bounded(name), fresh -> known.timer(metadata(fresh.metric(), MetricUnits.NANOSECONDS), fresh.tags())));
    }

    private Optional<Histogram> histogram(Name name) {
        return registry.map(known -> histograms.computeIfAbsent(
                bounded(name), fresh -> known.histogram(metadata(fresh.metric(), MetricUnits.NONE), fresh.tags())));
    }
}

package com.amplihack.auth.metrics;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** The application's metrics (docs/metrics.md), with a small, fixed set of values per label and none from clients. */
@Singleton
public class Meters {
    /** OpenTelemetry's {@code gen_ai.client.token.usage}. */
    private static final String TOKENS = "gen_ai_client_token_usage";

    private static final String TOKEN_TYPE = "gen_ai_token_type";

    private final Instruments instruments;
    private final Tracing tracing;
    private final LatencyBuckets validation = new LatencyBuckets();
    private final LatencyBuckets store = new LatencyBuckets();

    /** Without a registry, for use outside a server. */
    public Meters() {
        this(Optional.empty(), Tracing.OFF);
    }

    @Inject
    public Meters(MetricRegistry registry, Tracing tracing) {
        this(Optional.of(registry), tracing);
    }

    private Meters(Optional<MetricRegistry> registry, Tracing tracing) {
        this.tracing = tracing;
        instruments = new Instruments(registry);
        instruments.register("jwt_tokens_validated_total", "", "");
        instruments.register("auth_api_keys_admitted_total", "", "");
        instruments.register("jwt_key_rotation_total", "", "");
        instruments.register("jwt_tokens_issued_total", "type", "access", "refresh");
        instruments.register("jwt_replay_attempts_total", "kind", "bare_repeat", "after_proof", "refresh_reuse");
        instruments.register(
                "jwt_rate_limit_violations_total",
                "limit",
                "login",
                "mfa",
                "refresh",
                "jwks",
                "api",
                "apikey",
                "apikey_unknown",
                "passkey",
                "link",
                "forgot",
                "forgot_total",
                "email_change");
        instruments.register(
                "jwt_logins_total", "outcome", "success", "failure", "mfa_required", "limited", "overloaded");
        instruments.register("auth_mfa_total", "method", "totp", "recovery_code", "passkey");
        instruments.register("auth_mfa_wrong_total", "method", "totp", "recovery_code", "passkey");
        instruments.register("auth_budget_refusals_total", "scope", "key", "account", "role");
        instruments.registerHistograms(TOKENS, TOKEN_TYPE, "input", "output");
        instruments.registerTimers("jwt_validation", "jwt_proxy_upstream", "jwt_password_hash");
        instruments.registerTimer("auth_database", "operation", "read", "write");
        instruments.register("auth_accounts_locked_total", "", "");
        instruments.register("auth_algorithm_confusion_total", "", "");
        instruments.register("auth_audit_dropped_total", "", "");
        instruments.register("auth_http_responses_total", "status", "1xx", "2xx", "3xx", "4xx", "5xx");
    }

    /** The spans of what is metered here. */
    public Tracing tracing() {
        return tracing;
    }

    /** Counts an issued token of type {@code access} or {@code refresh}. */
    public void tokenIssued(String type) {
        instruments.count("jwt_tokens_issued_total", "type", type);
    }

    /** Counts an admitted access token or API key and the time that the gate took. */
    public void admitted(boolean apiKey, Duration took) {
        validation.observe(took);
        instruments.count(apiKey ? "auth_api_keys_admitted_total" : "jwt_tokens_validated_total");
        instruments.time("jwt_validation", took);
    }

    /**
     * Counts a refused request to a protected path.
     *
     * @param reason the response's error code
     */
    public void tokenRefused(String reason, Duration took) {
        validation.observe(took);
        instruments.count("jwt_validation_errors_total", "reason", reason);
        instruments.time("jwt_validation", took);
    }

    /** Counts an admitted caller who lacked a role or permission. */
    public void accessDenied() {
        instruments.count("jwt_validation_errors_total", "reason", "insufficient_permissions");
    }

    public void replayed(String kind) {
        instruments.count("jwt_replay_attempts_total", "kind", kind);
    }

    public void keyRotated() {
        instruments.count("jwt_key_rotation_total");
    }

    public void rateLimited(String limit) {
        instruments.count("jwt_rate_limit_violations_total", "limit", limit);
    }

    public void login(String outcome) {
        instruments.count("jwt_logins_total", "outcome", outcome);
    }

    /**
     * Counts a second factor that was looked at.
     *
     * @param method {@code totp}, {@code recovery_code} or {@code passkey}
     */
    public void secondFactor(String method, boolean right) {
        instruments.count(right ? "auth_mfa_total" : "auth_mfa_wrong_total", "method", method);
    }

    /** Times a password hash or comparison, without the time in the queue. */
    public void passwordHashed(Duration took) {
        instruments.time("jwt_password_hash", took);
    }

    /** Times a store operation in Redis, successful or not. */
    public void storeAnswered(String operation, Duration took) {
        store.observe(took);
        instruments.time("jwt_store", "operation", operation, took);
    }

    /**
     * Counts a finished request to a proxied path.
     *
     * @param outcome {@code answered}, an error code, {@code client_gone} or {@code upstream_broke}
     */
    public void proxied(String outcome) {
        instruments.count("jwt_proxy_requests_total", "outcome", outcome);
    }

    /** Counts the tokens of a call, as the upstream reported them. */
    public void tokensUsed(long input, long output) {
        instruments.observe(TOKENS, TOKEN_TYPE, "input", input);
        instruments.observe(TOKENS, TOKEN_TYPE, "output", output);
    }

    /**
     * Counts a call that was refused because a budget was exhausted.
     *
     * @param scope {@code key}, {@code account} or {@code role}
     */
    public void budgetRefused(String scope) {
        instruments.count("auth_budget_refusals_total", "scope", scope);
    }

    /** Times an upstream request until the response headers arrive. */
    public void upstreamAnswered(Duration took) {
        instruments.time("jwt_proxy_upstream", took);
    }

    /** Times a call of the account database, successful or not. */
    public void databaseAnswered(String operation, Duration took) {
        instruments.time("auth_database", "operation", operation, took);
    }

    /** Counts an account that failed sign-ins have locked. */
    public void accountLocked() {
        instruments.count("auth_accounts_locked_total");
    }

    /** Counts a token that named another algorithm than ours. */
    public void algorithmConfused() {
        instruments.count("auth_algorithm_confusion_total");
    }

    /** Counts an audit entry that the file does not get. */
    public void auditDropped() {
        instruments.count("auth_audit_dropped_total");
    }

    /** Counts a response by the first digit of its status. */
    public void responded(int status) {
        int first = status / 100;
        instruments.count("auth_http_responses_total", "status", (first < 1 || first > 5 ? 5 : first) + "xx");
    }

    /**
     * Registers gauges of a connection pool.
     *
     * @param pool {@code redis} or {@code database}
     * @param max the most connections that it opens, to each server
     */
    public void showConnections(String pool, IntSupplier active, IntSupplier idle, IntSupplier waiting, int max) {
        String name = "auth_" + pool + "_connections";
        instruments.gauge(name, "state", "active", active::getAsInt);
        instruments.gauge(name, "state", "idle", idle::getAsInt);
        instruments.gauge(name + "_max", "", "", () -> max);
        instruments.gauge(name + "_waiting", "", "", waiting::getAsInt);
    }

    /** Registers gauges of the queue before the password hash. */
    public void showPasswordQueue(IntSupplier running, IntSupplier waiting, int places) {
        instruments.gauge("auth_password_hash_running", "", "", running::getAsInt);
        instruments.gauge("auth_password_hash_waiting", "", "", waiting::getAsInt);
        instruments.gauge("auth_password_hash_waiting_max", "", "", () -> places);
    }

    /** Registers gauges of the proxied requests in progress, and of how many there may be. */
    public void showExchanges(IntSupplier open, IntSupplier max) {
        instruments.gauge("auth_proxy_exchanges", "", "", open::getAsInt);
        instruments.gauge("auth_proxy_exchanges_max", "", "", max::getAsInt);
    }

    /**
     * Registers a gauge that is 1 while a server answers and 0 while it does not, asked at most every ten seconds.
     *
     * @param dependency {@code store} or {@code database}
     * @param ping fails if there is no answer
     */
    public void showDependency(String dependency, Runnable ping) {
        Supplier<Double> answers = cached(() -> {
            ping.run();
            return 1;
        });
        instruments.gauge(
                "auth_dependency_up",
                "dependency",
                dependency,
                () -> answers.get().isNaN() ? 0.0 : 1.0);
    }

    /** Registers gauges of the audit file: entries that wait for it, and whether it takes them. */
    public void showAudit(IntSupplier waiting, BooleanSupplier writable) {
        instruments.gauge("auth_audit_waiting", "", "", waiting::getAsInt);
        instruments.gauge("auth_audit_writable", "", "", () -> writable.getAsBoolean() ? 1 : 0);
    }

    /**
     * Registers gauges of the key that signs, in seconds, read at most every ten seconds.
     *
     * @param age since it began to sign; NaN while none signs
     * @param left until the next rotation is due, negative when it is late; NaN if none is scheduled
     */
    public void showSigningKey(Supplier<Optional<Duration>> age, Supplier<Optional<Duration>> left) {
        instruments.gauge("auth_signing_key_age_seconds", "", "", cached(() -> seconds(age)));
        instruments.gauge("auth_signing_key_rotation_due_seconds", "", "", cached(() -> seconds(left)));
    }

    private static long seconds(Supplier<Optional<Duration>> time) {
        return time.get()
                .orElseThrow(() -> new IllegalStateException("there is none"))
                .toSeconds();
    }

    /** Registers a gauge of live sessions, sampled at most every ten seconds; NaN if the sample fails. */
    public void sampleSessions(LongSupplier sample) {
        instruments.gauge("jwt_sessions_active", "", "", cached(sample));
    }

    /** Registers a gauge of live API keys, sampled at most every ten seconds; NaN if the sample fails. */
    public void sampleApiKeys(LongSupplier sample) {
        instruments.gauge("auth_api_keys", "", "", cached(sample));
    }

    /**
     * Counts what became of a mail, or of an attempt to send one.
     *
     * @param kind the id of a kind of mail
     * @param outcome {@code sent}, {@code retried}, {@code dead}, {@code dropped} or {@code obsolete}
     */
    public void mail(String kind, String outcome) {
        instruments.count("auth_mail_sent_total", "kind", kind, "outcome", outcome);
    }

    /** Registers the counters of mails at zero, by kind. */
    public void registerMails(List<String> kinds) {
        kinds.forEach(kind -> List.of("sent", "retried", "dead", "dropped", "obsolete")
                .forEach(
                        outcome -> instruments.registerPair("auth_mail_sent_total", "kind", kind, "outcome", outcome)));
    }

    /**
     * Registers gauges of the outbox, each sampled at most every ten seconds; NaN if the sample fails.
     *
     * @param oldest the age of the oldest mail that waits, in seconds
     */
    public void sampleOutbox(LongSupplier waiting, LongSupplier dead, LongSupplier oldest) {
        instruments.gauge("auth_mail_waiting", "", "", cached(waiting));
        instruments.gauge("auth_mail_dead", "", "", cached(dead));
        instruments.gauge("auth_mail_oldest_seconds", "", "", cached(oldest));
    }

    /**
     * Registers gauges of how far the database is behind this node's audit file; NaN if that cannot be said.
     *
     * @param entries that the database does not have
     * @param age since it had all, in seconds
     */
    public void sampleAuditLag(Supplier<Double> entries, Supplier<Double> age) {
        instruments.gauge("auth_audit_lag_entries", "", "", entries);
        instruments.gauge("auth_audit_lag_seconds", "", "", age);
    }

    /** An expensive gauge, cached for ten seconds; NaN instead of a stale value if the sample fails. */
    static Supplier<Double> cached(LongSupplier sample) {
        LoadingCache<String, Double> cache = Caffeine.newBuilder()
                .expireAfterWrite(Duration.ofSeconds(10))
                .executor(Runnable::run) // maintenance on the calling thread
                .build(name -> {
                    try {
                        return (double) sample.getAsLong();
                    } catch (RuntimeException unavailable) {
                        return Double.NaN;
                    }
                });
        return () -> cache.get("");
    }

    /** A counter's totals since the start, by the values of its first label; empty for a counter that is not known. */
    public Map<String, Long> totals(String metric) {
        return instruments.totals(metric);
    }

    /** How long the gate's decisions took since the start. */
    public LatencyBuckets validation() {
        return validation;
    }

    /** How long operations on Redis took since the start. */
    public LatencyBuckets store() {
        return store;
    }

    /** A counter's total since the start, summed over its label's values. */
    public long total(String metric) {
        return instruments.total(metric);
    }

    /** Registers an info gauge that is 1 for the provider in use and 0 for the others. */
    public void showSigningProvider(List<String> names, Supplier<String> inUse) {
        names.forEach(name -> instruments.gauge(
                "jwt_signing_provider_info", "provider", name, () -> name.equals(inUse.get()) ? 1 : 0));
    }
}

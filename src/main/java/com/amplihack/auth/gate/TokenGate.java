package com.amplihack.auth.gate;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TokenSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.metering.AccountBudgets;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.session.SessionProof;
import com.amplihack.auth.store.QuotaStore.Taken;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.budget.Call;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.Admission;
import com.amplihack.auth.token.InvalidTokenException;
import com.amplihack.auth.token.TokenVerifier;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Admits or refuses a request with a verified access token: checks the token's times, the binding and the session
 * proof, then session, replay, quota and budgets in one round trip to the store.
 */
@Singleton
public class TokenGate {
    private static final int MOST_CHANGES = 4; // of budgets, while one request is decided

    private final TokenVerifier verifier;
    private final SessionStore store;
    private final AuditLog audit;
    private final RateLimiter limits;
    private final Configuration configuration;
    private final InstantSource clock;
    private final AccountBudgets budgets;

    @Inject
    public TokenGate(
            TokenVerifier verifier,
            SessionStore store,
            AuditLog audit,
            RateLimiter limits,
            Configuration configuration,
            InstantSource clock,
            AccountBudgets budgets) {
        this.verifier = verifier;
        this.store = store;
        this.audit = audit;
        this.limits = limits;
        this.configuration = configuration;
        this.clock = clock;
        this.budgets = budgets;
    }

    /**
     * Admits the request.
     *
     * @param call reserves what it may cost
     * @throws AuthException with one of the 401 codes, {@code rate_limited} or {@code store_unavailable}
     */
    public Admission admit(AccessToken token, SessionProof proof, ClientContext client, Optional<Call> call) {
        TokenSettings settings = configuration.settings().tokens();
        requireCurrent(token, client);
        Optional<String> mismatch = Binding.mismatch(token, client, settings);
        if (mismatch.isPresent()) {
            throw mismatch(token, mismatch.get(), client);
        }
        boolean proven = proof.handleOf(token.sid()).isPresent();
        if (!proven && !proof.isAbsent()) {
            throw mismatch(token, "session_proof", client); // a wrong proof must not be treated as absent
        }
        Quota quota = limits.quota(Limit.API);
        SessionStore.Use use = new SessionStore.Use(
                token.subject(), token.sid(), token.gen(), token.jti(), proven, settings.replay(), replayWindow(token));
        AccountBudgets.Known known = budgets.of(token);
        SessionStore.Admission decided = store.admit(use, quota, call.map(known::meter));
        for (int trip = 0; decided.verdict() == Verdict.LIMITS_CHANGED && trip < MOST_CHANGES; trip++) {
            known = budgets.read(token, decided.limits());
            decided = store.admit(use, quota, call.map(known::meter));
        }
        Optional<RateLimit> left =
                switch (decided.verdict()) {
                    case ADMITTED, OVER_QUOTA, NO_BUDGET ->
                        limits.answer(Limit.API, quota, taken(decided), client, entry -> about(token, entry));
                    case SESSION_OVER ->
                        throw new AuthException(
                                ErrorCode.TOKEN_REVOKED, "The token's session is over or its rights have changed.");
                    case BARE_REPEAT -> throw replayed(token, "bare_repeat", Severity.WARNING, client);
                    case AFTER_PROOF -> throw replayed(token, "after_proof", Severity.CRITICAL, client);
                    case LIMITS_CHANGED ->
                        throw new AuthException(
                                ErrorCode.STORE_UNAVAILABLE, "The account's budgets keep changing: try again.");
                };
        return new Admission(token, left, decided.reservation(), known.budgets());
    }

    private void requireCurrent(AccessToken token, ClientContext client) {
        try {
            verifier.requireCurrent(token);
        } catch (InvalidTokenException invalid) { // the signature is valid: our key was stolen, or a clock is wrong
            audit.record(entry(AuditEvent.TOKEN_INVALID, token, client).detail("reason", invalid.reason()));
            throw invalid;
        } catch (AuthException expired) {
            audit.record(entry(AuditEvent.TOKEN_INVALID, token, client).detail("reason", "expired"));
            throw expired;
        }
    }

    /**
     * How long the use of the token must be remembered: until no node accepts the token, even if the permitted clock
     * skew is raised after its expiry.
     */
    private Duration replayWindow(AccessToken token) {
        return Duration.between(clock.instant(), token.expiresAt())
                .plus(TokenSettings.MAX_SKEW)
                .plus(TokenSettings.MAX_SKEW)
                .plusSeconds(1);
    }

    private static Taken taken(SessionStore.Admission admission) {
        return new Taken(admission.verdict() != Verdict.OVER_QUOTA, admission.remaining(), admission.reset());
    }

    private AuthException mismatch(AccessToken token, String what, ClientContext client) {
        audit.record(entry(AuditEvent.BINDING_MISMATCH, token, client).detail("differs", what));
        return new AuthException(
                ErrorCode.BINDING_MISMATCH,
                "The token was issued to another client: a refresh binds it anew, or use an API key.");
    }

    private AuthException replayed(AccessToken token, String kind, Severity severity, ClientContext client) {
        audit.record(entry(AuditEvent.REPLAY_DETECTED, token, client)
                .severity(severity)
                .detail("kind", kind)
                .detail("jti", token.jti()));
        return new AuthException(
                ErrorCode.TOKEN_REPLAYED,
                "Without proof of its session a token is accepted once: refresh it, or use an API key.");
    }

    private static AuditEntry entry(AuditEvent event, AccessToken token, ClientContext client) {
        return about(token, AuditEntry.of(event, client));
    }

    private static AuditEntry about(AccessToken token, AuditEntry entry) {
        return entry.user(token.subject(), token.username()).session(token.sid());
    }
}

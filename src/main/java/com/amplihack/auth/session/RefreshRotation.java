package com.amplihack.auth.session;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TokenSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.factor.MfaPolicy;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.store.SessionStore.Answer;
import com.amplihack.auth.store.SessionStore.Commit;
import com.amplihack.auth.store.SessionStore.RefreshView;
import com.amplihack.auth.store.SessionStore.Rotation;
import com.amplihack.auth.token.SessionHandle;
import com.amplihack.auth.token.TokenIssuer;
import com.amplihack.auth.token.TokenIssuer.Standing;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The refresh protocol (docs/adr/0007): a repeated request gets the same answer, any other reuse is treated as theft.
 * The order (MAC, read, account and signature, compare-and-set, answer) ensures that garbage costs no signature, a
 * failure midway leaves the old token usable, and nothing uncommitted is sent.
 */
@Singleton
class RefreshRotation {
    /** Every lost race means that another request of the session has succeeded. */
    private static final int TRIES = 5;

    private final AccountDirectory accounts;
    private final TokenIssuer issuer;
    private final RefreshTokenCodec codec;
    private final SessionStore store;
    private final MfaPolicy policy;
    private final RefreshAudit audit;
    private final RateLimiter limits;
    private final Configuration configuration;

    @Inject
    RefreshRotation(
            AccountDirectory accounts,
            TokenIssuer issuer,
            RefreshTokenCodec codec,
            SessionStore store,
            MfaPolicy policy,
            RefreshAudit audit,
            RateLimiter limits,
            Configuration configuration) {
        this.accounts = accounts;
        this.issuer = issuer;
        this.codec = codec;
        this.store = store;
        this.policy = policy;
        this.audit = audit;
        this.limits = limits;
        this.configuration = configuration;
    }

    /**
     * Answers a refresh token whose MAC is valid, with at most two round trips to the store and one signature unless
     * another request of the same session interferes.
     *
     * @throws AuthException {@code invalid_refresh_token}, {@code binding_mismatch}, {@code refresh_token_reused},
     *     {@code refresh_superseded}, {@code rate_limited} or {@code store_unavailable}
     */
    TokenService.RefreshResult refresh(RefreshRequest request) {
        Quota quota = limits.quota(Limit.REFRESH);
        RefreshView view = read(request, quota);
        if (view.session().isEmpty()) { // the quota was not touched
            throw invalid();
        }
        Optional<RateLimit> limit = limits.answer(Limit.REFRESH, quota, view.quota(), request.client(), request::about);
        for (int attempt = 0; attempt < TRIES; attempt++) {
            if (attempt > 0) {
                view = read(request, new Quota(quota.name(), 0, quota.window())); // a request is counted once
            }
            Optional<TokenPair> pair = attempt(request, view);
            if (pair.isPresent()) {
                return new TokenService.RefreshResult(pair.get(), limit);
            }
        }
        throw new AuthException(ErrorCode.STORE_UNAVAILABLE, "The session is being changed by other requests.");
    }

    private RefreshView read(RefreshRequest request, Quota quota) {
        RefreshToken token = request.token();
        boolean proven = request.proof().handleOf(token.sid()).isPresent();
        return store.lookForRefresh(token.subject(), token.sid(), proven, quota);
    }

    /** One attempt; empty when another request has changed the session meanwhile. */
    private Optional<TokenPair> attempt(RefreshRequest request, RefreshView view) {
        SessionRecord session = view.session().orElseThrow(RefreshRotation::invalid);
        // rule 0: without the session proof nothing is rotated or ended
        SessionHandle handle = request.proof().handleOf(request.token().sid()).orElseThrow(() -> unproven(request));
        Duration grace = configuration.settings().tokens().refreshGrace();
        RefreshToken successor =
                codec.successorOf(request.token(), session.family().salt());
        RefreshRule rule =
                RefreshRule.of(session.family(), request.token(), successor, request.name(), view.now(), grace);
        return switch (rule) {
            case ROTATE -> rotate(request, view, session, handle);
            case ANSWER_ITSELF -> answer(request, view, session, handle, rule, request.token());
            case ANSWER_SUCCESSOR -> answer(request, view, session, handle, rule, successor);
            case SUPERSEDED -> {
                audit.superseded(request, session);
                throw new AuthException(
                        ErrorCode.REFRESH_SUPERSEDED, "This request was answered before, and a later one since.");
            }
            case REUSED -> throw reused(request, session);
        };
    }

    /** Rule 2b: a new generation. */
    private Optional<TokenPair> rotate(
            RefreshRequest request, RefreshView view, SessionRecord session, SessionHandle handle) {
        String salt = RefreshTokenCodec.freshSalt();
        RefreshToken successor = codec.successorOf(request.token(), salt);
        long accessGen = Math.max(session.issue(), request.token().gen()) + 1;
        TokenIssuer.Issued access = issue(request, session, successor.sid(), accessGen);
        Duration life = TokenService.refreshLife(settings(), view.now(), view.now(), session.endsAt());
        Commit commit = store.rotate(new Rotation(
                session,
                view.epoch(),
                successor.gen(),
                accessGen,
                successor.hash(),
                salt,
                request.name(),
                request.device(),
                life));
        if (commit == Commit.COMMITTED) {
            audit.rotated(request, session, successor.gen(), access.jti());
        }
        return pair(commit, access, successor, life, handle, Duration.between(view.now(), session.endsAt()));
    }

    /** Rules 2a, 3a and 3b: the refresh token that was issued before, with a new access token. */
    private Optional<TokenPair> answer(
            RefreshRequest request,
            RefreshView view,
            SessionRecord session,
            SessionHandle handle,
            RefreshRule rule,
            RefreshToken live) {
        // access tokens of this generation may carry outdated rights
        boolean rightsChanged = session.epoch().rights() != view.epoch().rights();
        long accessGen = rightsChanged ? session.issue() + 1 : session.issue();
        TokenIssuer.Issued access = issue(request, session, live.sid(), accessGen);
        boolean nothingToStore = !rightsChanged && request.name().isEmpty();
        Commit commit = nothingToStore
                ? Commit.COMMITTED
                : store.answer(new Answer(session, view.epoch(), accessGen, request.name()));
        if (commit == Commit.COMMITTED) {
            audit.answeredAgain(request, rule, session, live.gen(), access.jti());
        }
        Instant made = session.family().rotatedAt();
        Duration life = TokenService.refreshLife(settings(), made, view.now(), session.endsAt());
        return pair(commit, access, live, life, handle, Duration.between(view.now(), session.endsAt()));
    }

    private TokenIssuer.Issued issue(RefreshRequest request, SessionRecord session, String sid, long accessGen) {
        Account account = account(request);
        Standing standing = new Standing(session.signIn(), policy.mustEnroll(account, session.signIn()));
        return issuer.issue(account, sid, accessGen, standing, request.client());
    }

    private Optional<TokenPair> pair(
            Commit commit,
            TokenIssuer.Issued access,
            RefreshToken refresh,
            Duration refreshLife,
            SessionHandle handle,
            Duration sessionLife) {
        return switch (commit) {
            case SESSION_OVER -> throw invalid();
            case MOVED -> Optional.empty();
            case COMMITTED ->
                Optional.of(new TokenPair(
                        access.compact(),
                        settings().accessLifetime(),
                        codec.encode(refresh),
                        refreshLife,
                        handle,
                        sessionLife,
                        access.mustChangePassword(),
                        access.mustEnroll()));
        };
    }

    /** The current account; the session of a deleted or disabled one ends here. */
    private Account account(RefreshRequest request) {
        return accounts.find(request.token().subject()).filter(Account::enabled).orElseThrow(() -> {
            store.end(request.token().subject(), request.token().sid());
            audit.accountGone(request);
            return invalid();
        });
    }

    private TokenSettings settings() {
        return configuration.settings().tokens();
    }

    private AuthException unproven(RefreshRequest request) {
        audit.unproven(request);
        return new AuthException(
                        ErrorCode.BINDING_MISMATCH,
                        "The session's proof (cookie or Session-Handle) is missing or wrong.")
                .header("WWW-Authenticate", Problem.CHALLENGE); // no access token is involved
    }

    private AuthException reused(RefreshRequest request, SessionRecord session) {
        store.end(request.token().subject(), request.token().sid());
        audit.reused(request, session);
        return new AuthException(
                ErrorCode.REFRESH_TOKEN_REUSED, "This refresh token was used before; the session has ended.");
    }

    private static AuthException invalid() {
        return new AuthException(ErrorCode.INVALID_REFRESH_TOKEN, "The refresh token is not valid.");
    }
}

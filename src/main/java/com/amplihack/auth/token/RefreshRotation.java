package com.amplihack.auth.token;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Quota;
import com.amplihack.auth.config.TokenSettings;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.SecurityStore.Commit;
import com.amplihack.auth.store.SecurityStore.RefreshView;
import com.amplihack.auth.store.SecurityStore.Taken;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The refresh protocol (docs/adr/0004): each refresh token is good for one rotation; any other authentic token of the
 * session is reuse and ends it. Order of work: MAC, one look, account and signature, commit by compare-and-set, answer.
 */
@ApplicationScoped
public class RefreshRotation {
    private static final int TRIES = 3;

    private AccountDirectory accounts;
    private TokenIssuer issuer;
    private RefreshTokenCodec codec;
    private SecurityStore store;
    private AuditLog audit;
    private Configuration configuration;
    private InstantSource clock;

    /** For CDI. */
    public RefreshRotation() {}

    @Inject
    public RefreshRotation(
            AccountDirectory accounts,
            TokenIssuer issuer,
            RefreshTokenCodec codec,
            SecurityStore store,
            AuditLog audit,
            Configuration configuration,
            InstantSource clock) {
        this.accounts = accounts;
        this.issuer = issuer;
        this.codec = codec;
        this.store = store;
        this.audit = audit;
        this.configuration = configuration;
        this.clock = clock;
    }

    /**
     * Answers a refresh token whose MAC holds.
     *
     * @throws AuthException {@code invalid_refresh_token}, {@code binding_mismatch}, {@code refresh_token_reused} or
     *     {@code rate_limited}
     */
    TokenPair refresh(RefreshToken presented, SessionProof proof, String idempotencyKey, ClientContext client) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            RefreshView view = look(presented);
            SessionRecord session = view.session().orElseThrow(RefreshRotation::invalid);
            // rule 0: without the session's proof nothing rotates and nothing ends
            SessionHandle handle =
                    proof.handleOf(presented.sid()).orElseThrow(() -> mismatch(presented, proof, client));
            if (!isLive(presented, session)) {
                throw reused(presented, session, client); // rule 4
            }
            Optional<TokenPair> pair = rotate(presented, session, view.epoch(), handle, idempotencyKey, client);
            if (pair.isPresent()) {
                return pair.get();
            }
        }
        throw new AuthException(ErrorCode.STORE_UNAVAILABLE, "The session is being changed by other requests.");
    }

    private RefreshView look(RefreshToken presented) {
        Quota quota = configuration.settings().limits().refresh();
        RefreshView view = store.lookForRefresh(presented.subject(), presented.sid(), quota);
        Taken taken = view.quota();
        if (!taken.granted()) {
            throw new RateLimit(quota.name(), quota.limit(), quota.window(), 0, taken.reset())
                    .refusal("Too many requests");
        }
        return view;
    }

    /** Rule 2: the generation is the session's and the secret matches. */
    private static boolean isLive(RefreshToken presented, SessionRecord session) {
        return presented.gen() == session.gen()
                && MessageDigest.isEqual(
                        presented.hash().getBytes(StandardCharsets.US_ASCII),
                        session.live().getBytes(StandardCharsets.US_ASCII));
    }

    /** Rule 2b: a new generation; empty when another request was faster and all must be looked at again. */
    private Optional<TokenPair> rotate(
            RefreshToken presented,
            SessionRecord session,
            SecurityStore.Epoch epoch,
            SessionHandle handle,
            String idempotencyKey,
            ClientContext client) {
        TokenSettings settings = configuration.settings().tokens();
        Optional<Account> account = accounts.find(presented.subject()).filter(Account::enabled);
        if (account.isEmpty()) {
            store.end(presented.subject(), presented.sid());
            throw invalid();
        }
        RefreshToken successor = RefreshToken.fresh(presented.subject(), presented.sid(), presented.gen() + 1);
        TokenIssuer.Issued access = issuer.issue(account.get(), presented.sid(), successor.gen(), client);
        Instant now = clock.instant();
        Duration refreshLife = TokenService.refreshLife(settings, now, session.endsAt());
        Commit commit = store.rotate(new SecurityStore.Rotation(
                presented.subject(),
                presented.sid(),
                presented.gen(),
                epoch,
                successor.hash(),
                idempotencyKey.isEmpty() ? "" : Sha256.of(idempotencyKey),
                refreshLife));
        if (commit == Commit.SESSION_OVER) {
            throw invalid();
        }
        if (commit == Commit.MOVED) {
            return Optional.empty();
        }
        record(presented, session, access, client);
        return Optional.of(new TokenPair(
                access.compact(),
                settings.accessLifetime(),
                codec.encode(successor),
                refreshLife,
                handle,
                Duration.between(now, session.endsAt())));
    }

    private void record(
            RefreshToken presented, SessionRecord session, TokenIssuer.Issued access, ClientContext client) {
        audit.record(AuditEntry.of(AuditEvent.TOKEN_REFRESHED, client)
                .user(presented.subject())
                .session(presented.sid())
                .detail("gen", presented.gen() + 1)
                .detail("jti", access.jti()));
        if (!session.address().equals(client.address())) { // not bound at refresh, but told
            audit.record(AuditEntry.of(AuditEvent.BINDING_CHANGED, client)
                    .user(presented.subject())
                    .session(presented.sid())
                    .detail("signed_in_from", session.address()));
        }
    }

    private AuthException mismatch(RefreshToken presented, SessionProof proof, ClientContext client) {
        audit.record(AuditEntry.of(AuditEvent.BINDING_MISMATCH, client)
                .user(presented.subject())
                .session(presented.sid())
                .detail("at", "refresh")
                .detail("proof", proof.isAbsent() ? "missing" : "wrong"));
        return new AuthException(
                        ErrorCode.BINDING_MISMATCH,
                        "The session's proof (cookie or Session-Handle) is missing or wrong.")
                .header("WWW-Authenticate", Problem.CHALLENGE); // no access token is at fault
    }

    private AuthException reused(RefreshToken presented, SessionRecord session, ClientContext client) {
        store.end(presented.subject(), presented.sid());
        audit.record(AuditEntry.of(AuditEvent.REPLAY_DETECTED, client)
                .user(presented.subject())
                .session(presented.sid())
                .detail("kind", "refresh_reuse")
                .detail("gen", presented.gen())
                .detail("session_gen", session.gen()));
        return new AuthException(
                ErrorCode.REFRESH_TOKEN_REUSED, "This refresh token was used before; the session has ended.");
    }

    private static AuthException invalid() {
        return new AuthException(ErrorCode.INVALID_REFRESH_TOKEN, "The refresh token is not valid.");
    }
}

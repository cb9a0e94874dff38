package com.amplihack.auth.session;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TokenSettings;
import com.amplihack.auth.factor.MfaPolicy;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.SessionPage;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.store.SessionStore.Commit;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.SessionHandle;
import com.amplihack.auth.token.TokenIssuer;
import com.amplihack.auth.token.TokenIssuer.Standing;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.login.Authenticator.Authenticated;
import com.amplihack.auth.web.ClientContext;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Opens, refreshes, lists and ends sessions. */
@Stateless
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED) // the database is read, never written, from here
public class TokenService {
    /**
     * A successful refresh.
     *
     * @param limit the session's refresh quota afterwards; empty when it is unlimited
     */
    public record RefreshResult(TokenPair pair, Optional<RateLimit> limit) {}

    private TokenIssuer issuer;
    private RefreshTokenCodec codec;
    private RefreshRotation rotation;
    private SessionStore store;
    private MfaPolicy policy;
    private AuditLog audit;
    private Configuration configuration;
    private InstantSource clock;

    /** For the container's proxy, which has no fields. */
    @SuppressWarnings("NullAway.Init")
    public TokenService() {}

    @Inject
    public TokenService(
            TokenIssuer issuer,
            RefreshTokenCodec codec,
            RefreshRotation rotation,
            SessionStore store,
            MfaPolicy policy,
            AuditLog audit,
            Configuration configuration,
            InstantSource clock) {
        this.issuer = issuer;
        this.codec = codec;
        this.rotation = rotation;
        this.store = store;
        this.policy = policy;
        this.audit = audit;
        this.configuration = configuration;
        this.clock = clock;
    }

    /**
     * Opens a new session after a login, never reusing an existing one (session fixation), and ends the user's oldest
     * sessions beyond {@code auth.session.max.per.user}.
     *
     * @param signIn when and how the user was authenticated, by every factor that is needed
     * @throws AuthException {@code invalid_credentials} when all of the user's sessions were ended during the login
     */
    public TokenPair open(Authenticated who, SignInFacts signIn, ClientContext client) {
        TokenSettings settings = configuration.settings().tokens();
        Account account = who.account();
        SessionHandle handle = SessionHandle.fresh();
        RefreshToken refresh = RefreshToken.fresh(account.id(), handle.sid(), 1);
        TokenIssuer.Issued access =
                issuer.issue(account, handle.sid(), refresh.gen(), standing(account, signIn), client);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS); // the store's precision
        SessionRecord session = SessionRecord.first(
                        account.id(),
                        handle.sid(),
                        refresh.hash(),
                        who.epoch(),
                        now,
                        now.plus(settings.sessionLifetime()),
                        client.address(),
                        SessionStore.Device.of(client).name())
                .with(signIn);
        SessionStore.Opening opening = store.open(session, settings.refreshLifetime(), settings.sessionsPerUser());
        if (opening.commit() != Commit.COMMITTED) {
            throw new AuthException(ErrorCode.INVALID_CREDENTIALS, "The name or the password is wrong.");
        }
        opening.ended()
                .forEach(sid -> audit.record(AuditEntry.of(AuditEvent.TOKEN_REVOKED, client)
                        .user(account.id(), account.username())
                        .session(sid)
                        .detail("reason", "too_many_sessions")));
        audit.record(AuditEntry.of(AuditEvent.TOKEN_ISSUED, client)
                .user(account.id(), account.username())
                .session(handle.sid())
                .detail("jti", access.jti())
                .detail("type", "access"));
        return new TokenPair(
                access.compact(),
                settings.accessLifetime(),
                codec.encode(refresh),
                settings.refreshLifetime(),
                handle,
                settings.sessionLifetime(),
                access.mustChangePassword(),
                access.mustEnroll());
    }

    private Standing standing(Account account, SignInFacts signIn) {
        return new Standing(signIn, policy.mustEnroll(account, signIn));
    }

    /**
     * Records another sign-in of the caller in its session, and issues an access token that says so; the session's other
     * credentials stay as they are.
     *
     * @param epoch the user's epoch, read before the account
     * @throws AuthException {@code token_revoked} if the session has ended, {@code store_unavailable} if the user's rights
     *     have just changed: to be repeated
     */
    public RenewedToken renew(
            AccessToken caller, Account account, SessionStore.Epoch epoch, SignInFacts signIn, ClientContext client) {
        SessionStore.Renewal renewal = store.renew(caller.subject(), caller.sid(), epoch, signIn);
        switch (renewal.commit()) {
            case SESSION_OVER -> throw new AuthException(ErrorCode.TOKEN_REVOKED, "The token's session is over.");
            case MOVED ->
                throw new AuthException(ErrorCode.STORE_UNAVAILABLE, "The account is being changed: try again.");
            case COMMITTED -> {
                // the access token follows
            }
        }
        TokenIssuer.Issued access =
                issuer.issue(account, caller.sid(), renewal.issue(), standing(account, signIn), client);
        audit.record(AuditEntry.of(AuditEvent.TOKEN_ISSUED, client)
                .user(account.id(), account.username())
                .session(caller.sid())
                .detail("jti", access.jti())
                .detail("type", "access"));
        return new RenewedToken(access, configuration.settings().tokens().accessLifetime());
    }

    /** A new access token of a session. */
    public record RenewedToken(TokenIssuer.Issued access, Duration life) {}

    /**
     * Rotates a refresh token; see {@link RefreshRotation#refresh}.
     *
     * @param presented every refresh token of the request, authentic or not
     * @param idempotencyKey or the empty string
     * @param access an authentic access token of the request; if it belongs to another session, the refresh is refused
     */
    public RefreshResult refresh(
            Collection<String> presented,
            SessionProof proof,
            String idempotencyKey,
            Optional<AccessToken> access,
            ClientContext client) {
        List<RefreshToken> authentic = authentic(presented);
        // another site may have tossed a cookie in front: prefer the token that the proof belongs to
        RefreshToken token = authentic.stream()
                .filter(candidate -> proof.handleOf(candidate.sid()).isPresent())
                .findFirst()
                .or(() -> authentic.stream().findFirst())
                .orElseThrow(
                        () -> new AuthException(ErrorCode.INVALID_REFRESH_TOKEN, "The refresh token is not valid."));
        if (access.isPresent() && !access.get().sid().equals(token.sid())) {
            throw new AuthException(
                    ErrorCode.SESSION_CHANGED, "The access token belongs to another session than the refresh token.");
        }
        return rotation.refresh(new RefreshRequest(token, proof, codec.nameOf(token, idempotencyKey), client));
    }

    /**
     * Ends the sessions that these credentials belong to.
     *
     * @param access an authentic access token, expired or not
     * @param presented refresh tokens, authentic or not
     * @return whether any of them was authentic
     */
    public boolean logout(Optional<AccessToken> access, Collection<String> presented, ClientContext client) {
        List<RefreshToken> refresh = authentic(presented);
        access.ifPresent(token -> end(token.subject(), token.sid(), AuditEvent.LOGOUT, "logout", client));
        refresh.stream()
                .filter(token ->
                        access.isEmpty() || !token.sid().equals(access.get().sid()))
                .forEach(token -> end(token.subject(), token.sid(), AuditEvent.LOGOUT, "logout", client));
        return access.isPresent() || !refresh.isEmpty();
    }

    /** Ends a browser's previous session after a new login. */
    public void replace(Collection<String> presented, SessionProof proof, ClientContext client) {
        authentic(presented).stream()
                .filter(token -> proof.handleOf(token.sid()).isPresent())
                .forEach(token ->
                        end(token.subject(), token.sid(), AuditEvent.TOKEN_REVOKED, "replaced_by_login", client));
    }

    /**
     * Ends every session of a user, including those being opened or refreshed concurrently.
     *
     * @return how many were alive
     */
    public int endAll(AccessToken caller, ClientContext client) {
        int ended = store.endAll(caller.subject());
        audit.record(AuditEntry.of(AuditEvent.LOGOUT, client)
                .user(caller.subject(), caller.username())
                .session(caller.sid())
                .detail("sessions_ended", ended));
        return ended;
    }

    /** A page of the caller's live sessions; see {@link SessionStore#sessions}. */
    public SessionPage sessions(AccessToken caller, Optional<SessionPage.Place> from, int limit) {
        return store.sessions(caller.subject(), from, limit);
    }

    /** Ends one of the caller's sessions; returns whether it was alive. */
    public boolean end(AccessToken caller, String sid, ClientContext client) {
        return end(caller.subject(), sid, AuditEvent.TOKEN_REVOKED, "ended_by_owner", client);
    }

    private boolean end(String subject, String sid, AuditEvent event, String reason, ClientContext client) {
        boolean alive = store.end(subject, sid);
        audit.record(AuditEntry.of(event, client)
                .user(subject)
                .session(sid)
                .detail("reason", reason)
                .detail("was_alive", alive));
        return alive;
    }

    private List<RefreshToken> authentic(Collection<String> presented) {
        return presented.stream().map(codec::decode).flatMap(Optional::stream).toList();
    }

    /** The remaining lifetime of a refresh token, capped by that of its session. */
    static Duration refreshLife(TokenSettings settings, Instant made, Instant now, Instant sessionEnd) {
        Instant end = made.plus(settings.refreshLifetime());
        return Duration.between(now, end.isBefore(sessionEnd) ? end : sessionEnd);
    }
}

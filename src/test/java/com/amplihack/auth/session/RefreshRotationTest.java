package com.amplihack.auth.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.factor.Factors;
import com.amplihack.auth.factor.MfaPolicy;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.token.SessionHandle;
import com.amplihack.auth.token.Sha256;
import com.amplihack.auth.token.TokenIssuer;
import com.amplihack.auth.token.TokenIssuer.Standing;
import com.amplihack.auth.token.Tokens;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.TestAccounts;
import com.amplihack.auth.web.ClientContext;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a refresh costs, and that nothing is sent that was not committed (docs/refresh-protocol.md, order of work). */
class RefreshRotationTest {
    private static final Duration WEEK = Duration.ofDays(7);

    private Instant now = Tokens.NOW;
    private final InstantSource clock = () -> now;
    private final List<String> asked = new ArrayList<>();
    private int signatures;
    private String failing = "";
    private boolean enabled = true;

    private final SecurityStore store = counted(new ScriptedStore(new EmbeddedBackend(clock)));
    private final RefreshTokenCodec codec = new RefreshTokenCodec(Tokens.RING);
    private final RefreshRotation rotation = new RefreshRotation(
            new OneAccount(),
            new CountedIssuer(),
            codec,
            store,
            new MfaPolicy(Tokens.configuration(Map.of()), new Factors(new Database(Tokens.configuration(Map.of())))),
            new RefreshAudit(new RecordedAudit()),
            new RateLimiter(new RecordedAudit(), Tokens.configuration(Map.of())),
            Tokens.configuration(Map.of()));

    private final SessionHandle handle = SessionHandle.fresh();
    private final RefreshToken first = RefreshToken.fresh(Tokens.SUBJECT, handle.sid(), 1);

    @BeforeEach
    void open() {
        store.open(
                SessionRecord.first(
                        Tokens.SUBJECT,
                        handle.sid(),
                        first.hash(),
                        new Epoch(0, 0),
                        now,
                        now.plus(Duration.ofDays(10)),
                        "192.0.2.7",
                        "curl"),
                WEEK,
                100);
        asked.clear();
    }

    @Test
    void aRotationCostsTwoRoundTripsAndOneSignature() {
        refresh(first, "k1");

        assertEquals(List.of("lookForRefresh", "rotate"), asked);
        assertEquals(1, signatures);
    }

    @Test
    void anAnswerThatRotatesNothingCostsNoMore() {
        refresh(first, "");
        asked.clear();
        refresh(first, "");
        assertEquals(List.of("lookForRefresh"), asked, "without a key there is nothing to remember");

        asked.clear();
        refresh(first, "k1");
        assertEquals(List.of("lookForRefresh", "answer"), asked);
        assertEquals(3, signatures);
    }

    @Test
    void refusalsBuyNoSignature() {
        RefreshToken older = first;
        refresh(first, "");
        now = now.plusSeconds(3);
        signatures = 0;
        RefreshToken gone =
                RefreshToken.fresh(Tokens.SUBJECT, SessionHandle.fresh().sid(), 1);

        assertTrue(codec.decode(codec.encode(older).replace('A', 'B')).isEmpty(), "garbage ends at its MAC");
        assertRefused(ErrorCode.INVALID_REFRESH_TOKEN, gone, handle);
        assertRefused(ErrorCode.BINDING_MISMATCH, older, SessionHandle.fresh());
        assertRefused(ErrorCode.REFRESH_TOKEN_REUSED, older, handle);
        assertEquals(0, signatures);
    }

    @Test
    void aStoreThatFailsAtTheCommitLeavesTheOldTokenUsable() {
        failing = "rotate";
        assertThrows(StoreUnavailableException.class, () -> refresh(first, "k1"));

        failing = "";
        TokenPair pair = refresh(first, "k1");

        assertEquals(2, codec.decode(pair.refreshToken()).orElseThrow().gen());
    }

    @Test
    void theRefreshTokensLifeCountsFromItsIssueAndEndsWithTheSession() {
        TokenPair pair = refresh(first, "");
        assertEquals(WEEK, pair.refreshLife());
        now = now.plusSeconds(1);
        assertEquals(WEEK.minusSeconds(1), refresh(first, "").refreshLife(), "the same token again is no younger");

        RefreshToken second = codec.decode(pair.refreshToken()).orElseThrow();
        now = Tokens.NOW.plus(Duration.ofDays(6));
        TokenPair late = refresh(second, "");
        assertEquals(Duration.ofDays(4), late.refreshLife(), "the session ends on the tenth day");
        assertEquals(Duration.ofDays(4), late.sessionLife());

        now = Tokens.NOW.plus(Duration.ofDays(10));
        assertRefused(
                ErrorCode.INVALID_REFRESH_TOKEN,
                codec.decode(late.refreshToken()).orElseThrow(),
                handle);
    }

    /** Whoever reads it has nothing to present: neither the live token nor what it was made of. */
    @Test
    void nothingInTheStoreIsAUsableToken() {
        RefreshToken second = codec.decode(refresh(first, "k1").refreshToken()).orElseThrow();

        String stored = look().toString();
        assertTrue(stored.contains(second.hash()), stored);
        for (RefreshToken token : List.of(first, second)) {
            assertFalse(stored.contains(Sha256.base64url(token.secret()).substring(0, 8)), stored);
            assertFalse(stored.contains(HexFormat.of().formatHex(token.secret()).substring(0, 8)), stored);
        }
    }

    /** Else a thief with an old token would walk onto the owner's own line, and the owner would never be told. */
    @Test
    void aStoreThatWasSetBackMakesAnotherLine() {
        SessionRecord before = look();
        RefreshToken owners = codec.decode(refresh(first, "").refreshToken()).orElseThrow();
        store.open(before, WEEK, 100); // as a backup would bring it back

        RefreshToken thiefs = codec.decode(refresh(first, "").refreshToken()).orElseThrow();

        assertNotEquals(owners.hash(), thiefs.hash());
        assertRefused(ErrorCode.REFRESH_TOKEN_REUSED, owners, handle);
    }

    @Test
    void aDisabledAccountsSessionEndsAtItsRefresh() {
        enabled = false;
        assertRefused(ErrorCode.INVALID_REFRESH_TOKEN, first, handle);

        enabled = true;
        assertRefused(ErrorCode.INVALID_REFRESH_TOKEN, first, handle);
    }

    private TokenPair refresh(RefreshToken token, String key) {
        return rotation.refresh(request(token, key, handle)).pair();
    }

    private SessionRecord look() {
        return store.lookForRefresh(Tokens.SUBJECT, handle.sid(), true, new Quota("refresh", 0, WEEK))
                .session()
                .orElseThrow();
    }

    private void assertRefused(ErrorCode code, RefreshToken token, SessionHandle proof) {
        AuthException refused = assertThrows(AuthException.class, () -> rotation.refresh(request(token, "", proof)));
        assertEquals(code, refused.code());
    }

    private RefreshRequest request(RefreshToken token, String key, SessionHandle proof) {
        return new RefreshRequest(token, new SessionProof(List.of(proof)), codec.nameOf(token, key), Tokens.CLIENT);
    }

    /** Tells which operations were asked for, and fails the one that is to fail. */
    private SecurityStore counted(SecurityStore real) {
        return (SecurityStore) Proxy.newProxyInstance(
                SecurityStore.class.getClassLoader(),
                new Class<?>[] {SecurityStore.class},
                (proxy, method, arguments) -> {
                    asked.add(method.getName());
                    if (method.getName().equals(failing)) {
                        throw new StoreUnavailableException(new IllegalStateException("cut off"));
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    private final class OneAccount extends AccountDirectory {
        OneAccount() {
            super(new Database(Tokens.configuration(Map.of())));
        }

        @Override
        public Optional<Account> find(String id) {
            Account account = TestAccounts.account(id, "eva", Set.of("user"), Set.of());
            return enabled ? Optional.of(account) : Optional.empty();
        }
    }

    private final class CountedIssuer extends TokenIssuer {
        CountedIssuer() {
            super(Tokens.RING, Tokens.configuration(Map.of()), clock);
        }

        @Override
        public Issued issue(Account account, String sid, long gen, Standing standing, ClientContext client) {
            signatures++;
            return super.issue(account, sid, gen, standing, client);
        }
    }
}

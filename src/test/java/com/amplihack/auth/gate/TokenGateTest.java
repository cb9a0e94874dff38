package com.amplihack.auth.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.type.UserAgentBinding;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.metering.AccountBudgets;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.session.SessionProof;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.SessionHandle;
import com.amplihack.auth.token.TestAccessToken;
import com.amplihack.auth.token.TokenVerifier;
import com.amplihack.auth.token.UserAgentHash;
import com.amplihack.auth.web.ClientContext;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenGateTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:20:30Z");
    private static final String SUBJECT = "7d0f0f2e-6a3a-4f0e-9c53-0d4c0d1f2a3b";
    private static final ClientContext CLIENT = new ClientContext("192.0.2.7", "Firefox/120.0", "request-1");
    private static final SessionProof NONE = SessionProof.of(List.of());

    private final SessionHandle handle = new SessionHandle("h".repeat(42) + "A");
    private final SessionProof proof = SessionProof.of(List.of(handle.value()));
    private Instant now = NOW;
    private final ScriptedStore store = new ScriptedStore(new EmbeddedBackend(() -> now));
    private final RecordedAudit audit = new RecordedAudit();

    @BeforeEach
    void signIn() {
        store.open(
                SessionRecord.first(
                        SUBJECT,
                        handle.sid(),
                        "hash",
                        new SessionStore.Epoch(0, 0),
                        NOW,
                        NOW.plus(Duration.ofDays(7)),
                        CLIENT.address(),
                        ""),
                Duration.ofDays(7),
                100);
    }

    @Test
    void anAdmittedRequestIsToldWhatIsLeftOfItsQuota() {
        RateLimit limit = gate(Map.of())
                .admit(token("a"), proof, CLIENT, Optional.empty())
                .left()
                .orElseThrow();
        assertEquals("api", limit.name());
        assertEquals(List.of(), audit.events());
        assertTrue(gate(Map.of("auth.api.limit", "0"))
                .admit(token("a"), proof, CLIENT, Optional.empty())
                .left()
                .isEmpty());
    }

    @Test
    void overTheQuotaIsRefusedAndAudited() {
        TokenGate gate = gate(Map.of("auth.api.limit", "1"));
        gate.admit(token("a"), proof, CLIENT, Optional.empty());
        assertRefused("rate_limited", gate, token("a"), proof, CLIENT);
        assertEquals("RATE_LIMIT_EXCEEDED", audit.last());
    }

    @Test
    void aBareTokenIsGoodOnceAndABareOneInAProvenSessionNever() {
        TokenGate gate = gate(Map.of());
        gate.admit(token("a"), NONE, CLIENT, Optional.empty());
        assertRefused("token_replayed", gate, token("a"), NONE, CLIENT);
        assertRefused("token_replayed", gate, token("a"), proof, CLIENT);
        gate.admit(token("b"), proof, CLIENT, Optional.empty());
        gate.admit(token("b"), proof, CLIENT, Optional.empty());
        assertRefused("token_replayed", gate, token("c"), NONE, CLIENT);
        assertEquals(3, audit.count("REPLAY_DETECTED"));
    }

    @Test
    void aWrongProofIsAMismatchAndBurnsNothing() {
        TokenGate gate = gate(Map.of());
        SessionProof wrong = SessionProof.of(List.of("s".repeat(42) + "A"));
        assertRefused("binding_mismatch", gate, token("a"), wrong, CLIENT);
        assertEquals("BINDING_MISMATCH", audit.last());
        gate.admit(token("a"), NONE, CLIENT, Optional.empty());
    }

    @Test
    void anEndedSessionIsOver() {
        TokenGate gate = gate(Map.of());
        store.end(SUBJECT, handle.sid());
        assertRefused("token_revoked", gate, token("a"), proof, CLIENT);
    }

    @ParameterizedTest
    @CsvSource({
        "exact, exact, 192.0.2.7, Firefox/120.0, true",
        "exact, exact, 192.0.2.8, Firefox/120.0, false",
        "exact, exact, 192.0.2.7, Firefox/121.0, false",
        "exact, exact, 192.0.2.7, '', false",
        "subnet, exact, 192.0.2.8, Firefox/120.0, true",
        "subnet, exact, 192.0.3.7, Firefox/120.0, false",
        "off, exact, 203.0.113.9, Firefox/120.0, true",
        "off, exact, 203.0.113.9, '', false",
        "exact, off, 192.0.2.7, '', true",
        "exact, off, 192.0.2.8, '', false",
    })
    void theBindingHoldsAsFarAsItIsConfigured(
            String address, String agent, String from, String userAgent, boolean holds) {
        TokenGate gate = gate(Map.of("jwt.binding.ip", address, "jwt.binding.user.agent", agent));
        ClientContext client = new ClientContext(from, userAgent, "request-2");
        if (holds) {
            gate.admit(token("a"), proof, client, Optional.empty());
        } else {
            assertRefused("binding_mismatch", gate, token("a"), proof, client);
            assertEquals("BINDING_MISMATCH", audit.last());
        }
    }

    @Test
    void timesAreCheckedAtEveryUse() {
        TokenGate gate = gate(Map.of());
        AccessToken expired = token("a", NOW.minusSeconds(1000), NOW.minusSeconds(100));
        assertRefused("token_expired", gate, expired, proof, CLIENT);
        assertEquals("TOKEN_INVALID expired", audit.last());
        assertRefused("invalid_token", gate, token("a", NOW.plusSeconds(99), NOW.plusSeconds(999)), proof, CLIENT);
        assertEquals("TOKEN_INVALID not_yet_valid", audit.last());
        assertRefused("invalid_token", gate, token("a", NOW, NOW.plus(Duration.ofDays(1))), proof, CLIENT);
        assertEquals("TOKEN_INVALID lives_too_long", audit.last());
    }

    @Test
    void aTokenThatWasUsedIsNotReplayedWhenTheSkewIsRaisedAfterItsExpiry() {
        AccessToken token = token("a");
        gate(Map.of("jwt.clock.skew.seconds", "0")).admit(token, NONE, CLIENT, Optional.empty());
        now = token.expiresAt().plusSeconds(59);
        assertRefused("token_replayed", gate(Map.of("jwt.clock.skew.seconds", "60")), token, NONE, CLIENT);
    }

    private static void assertRefused(
            String error, TokenGate gate, AccessToken token, SessionProof proof, ClientContext client) {
        AuthException refused =
                assertThrows(AuthException.class, () -> gate.admit(token, proof, client, Optional.empty()));
        assertEquals(error, refused.code().code());
    }

    private TokenGate gate(Map<String, String> overrides) {
        Map<String, String> all = new HashMap<>(Map.of("jwt.key.size", "2048"));
        all.putAll(overrides);
        Configuration configuration = new Configuration(TestSettings.dev(Path.of("/nowhere"), all));
        InstantSource clock = () -> now;
        TokenVerifier verifier = new TokenVerifier(new KeyRing(configuration, clock), configuration, clock);
        return new TokenGate(
                verifier,
                store,
                audit,
                new RateLimiter(audit, configuration),
                configuration,
                clock,
                new AccountBudgets((account, roles) -> List.of(), clock));
    }

    private AccessToken token(String jti) {
        return token(jti, NOW, NOW.plusSeconds(900));
    }

    private AccessToken token(String jti, Instant from, Instant until) {
        return TestAccessToken.of(
                jti,
                SUBJECT,
                "eva",
                handle.sid(),
                1,
                List.of("user"),
                List.of("chat:write"),
                CLIENT.address(),
                UserAgentHash.of(CLIENT.userAgent(), UserAgentBinding.EXACT),
                from,
                from,
                until);
    }
}

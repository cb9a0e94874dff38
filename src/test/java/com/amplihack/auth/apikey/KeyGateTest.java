package com.amplihack.auth.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.web.ClientContext;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class KeyGateTest {
    private static final String OWNER = "0ada0ada-0ada-4ada-8ada-0ada0ada0ada";
    private static final ClientContext CLIENT = new ClientContext("192.0.2.7", "", "");

    private final ApiKey key = ApiKey.random(new SecureRandom());
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final ScriptedStore store = new ScriptedStore(new EmbeddedBackend(() -> now));
    private final RecordedAudit audit = new RecordedAudit();
    private final Table table = new Table();
    private final KeyGate gate = gate();

    /** What the database would say, and how often it was asked. */
    private static final class Table implements KeyDirectory {
        private final Map<String, String> owners = new HashMap<>();
        private final Map<String, KeyGrant> grants = new HashMap<>();
        private int asked;

        @Override
        public Optional<String> ownerOf(String keyId) {
            asked++;
            return Optional.ofNullable(owners.get(keyId));
        }

        @Override
        public Optional<KeyGrant> find(String keyId) {
            asked++;
            return Optional.ofNullable(grants.get(keyId));
        }

        void grant(KeyGrant grant) {
            owners.put(grant.keyId(), grant.subject());
            grants.put(grant.keyId(), grant);
        }
    }

    private KeyGate gate() {
        RateLimiter limits = new RateLimiter(
                audit, new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of("auth.apikey.limit", "3"))));
        return new KeyGate(new KeyOwners(table, limits), table, store, limits, audit, () -> now);
    }

    private KeyGrant grant(List<String> permissions, List<String> cidrs) {
        return new KeyGrant(
                key.id(),
                key.hash(),
                OWNER,
                "ada",
                List.of("user"),
                permissions,
                List.of("gpt-*"),
                cidrs,
                now.plus(Duration.ofDays(90)),
                List.of(new Budget(
                        Budget.Scope.KEY, key.id(), OptionalLong.of(1000), OptionalLong.empty(), Budget.Window.DAY)));
    }

    private ErrorCode refusal(ApiKey presented) {
        return assertThrows(AuthException.class, () -> gate.admit(presented, CLIENT, Optional.empty()))
                .code();
    }

    @Test
    void theDatabaseIsAskedOnceAndThenNoMore() {
        KeyGrant granted = grant(List.of("chat:write"), List.of());
        table.grant(granted);

        assertEquals(
                new KeyCaller(granted),
                gate.admit(key, CLIENT, Optional.empty()).caller());
        assertEquals(2, table.asked);
        assertEquals(
                new KeyCaller(granted),
                gate.admit(key, CLIENT, Optional.empty()).caller());
        assertEquals(2, table.asked);
        assertEquals(
                new KeyCaller(granted),
                gate().admit(key, CLIENT, Optional.empty()).caller());
        assertEquals(3, table.asked, "another node has to find the owner alone");
    }

    @Test
    void theQuotaIsTheKeys() {
        table.grant(grant(List.of(), List.of()));
        assertEquals(
                2,
                gate.admit(key, CLIENT, Optional.empty()).left().orElseThrow().remaining());
        gate.admit(key, CLIENT, Optional.empty());
        gate.admit(key, CLIENT, Optional.empty());

        assertEquals(ErrorCode.RATE_LIMITED, refusal(key));
    }

    @Test
    void aChangeOfItsRightsHoldsFromTheNextRequest() {
        table.grant(grant(List.of("chat:write"), List.of()));
        gate.admit(key, CLIENT, Optional.empty());

        table.grant(grant(List.of("model:read"), List.of()));
        store.changeLimits(List.of(OWNER));

        assertEquals(
                List.of("model:read"),
                gate.admit(key, CLIENT, Optional.empty()).caller().permissions());
    }

    @Test
    void aRevokedKeyIsRefusedAtTheNextRequestOnEveryNodeAndForGood() {
        table.grant(grant(List.of(), List.of()));
        KeyGate other = gate();
        gate.admit(key, CLIENT, Optional.empty());
        other.admit(key, CLIENT, Optional.empty());

        table.grants.clear();
        store.killKey(OWNER, key.id());

        assertEquals(ErrorCode.INVALID_API_KEY, refusal(key));
        assertThrows(AuthException.class, () -> other.admit(key, CLIENT, Optional.empty()));
        now = now.plus(Duration.ofDays(2)); // the store has forgotten that it was killed
        assertEquals(ErrorCode.INVALID_API_KEY, refusal(key));
    }

    @Test
    void anEmptiedStoreLosesNoKey() {
        table.grant(grant(List.of(), List.of()));
        gate.admit(key, CLIENT, Optional.empty());

        now = now.plus(Duration.ofDays(2)); // everything in it has run out

        assertEquals(OWNER, gate.admit(key, CLIENT, Optional.empty()).caller().subject());
    }

    @Test
    void unknownRevokedWrongAndExpiredAreAnsweredAlike() {
        KeyGrant granted = grant(List.of(), List.of());
        table.grant(granted);
        ApiKey guess = ApiKey.random(new SecureRandom());
        String unknown = assertThrows(AuthException.class, () -> gate.admit(guess, CLIENT, Optional.empty()))
                .getMessage();
        assertEquals("API_KEY_REFUSED unknown_or_revoked", audit.last());
        int trips = table.asked;
        assertThrows(AuthException.class, () -> gate.admit(guess, CLIENT, Optional.empty()));
        assertEquals(trips, table.asked, "once refused, it costs what a known one costs");

        table.owners.put(guess.id(), OWNER);
        ApiKey wrong = ApiKey.parse(wrongSecret()).orElseThrow();
        assertEquals(
                unknown,
                assertThrows(AuthException.class, () -> gate.admit(wrong, CLIENT, Optional.empty()))
                        .getMessage());
        assertEquals("API_KEY_REFUSED wrong_secret", audit.last());

        gate.admit(key, CLIENT, Optional.empty());
        now = granted.expiresAt();
        store.changeLimits(List.of(OWNER));
        assertEquals(
                unknown,
                assertThrows(AuthException.class, () -> gate.admit(key, CLIENT, Optional.empty()))
                        .getMessage());
        assertEquals("API_KEY_REFUSED expired", audit.last());
    }

    /** The known id with another secret and the checksum that belongs to it. */
    private String wrongSecret() {
        String other = ApiKey.random(new SecureRandom()).reveal();
        return ApiKey.spelled(key.id() + other.substring(20, 63)).reveal();
    }

    @Test
    void whoseSecretIsWrongIsNotRecognized() {
        table.grant(grant(List.of(), List.of()));
        gate.admit(key, CLIENT, Optional.empty());
        ApiKey wrong = ApiKey.parse(wrongSecret()).orElseThrow();

        assertEquals(OWNER, gate.recognize(key, CLIENT).subject());
        assertThrows(AuthException.class, () -> gate.recognize(wrong, CLIENT));
        assertThrows(AuthException.class, () -> gate().recognize(wrong, CLIENT));
    }

    @Test
    void aRevokedKeyIsNoLongerRecognizedOnceItWasRefused() {
        table.grant(grant(List.of(), List.of()));
        gate.admit(key, CLIENT, Optional.empty());
        table.grants.clear();
        store.killKey(OWNER, key.id());

        assertEquals(ErrorCode.INVALID_API_KEY, refusal(key));

        assertThrows(AuthException.class, () -> gate.recognize(key, CLIENT));
    }

    @Test
    void anExpiredKeyIsNotRecognizedAndNoneFromAnAddressThatItDoesNotAllow() {
        KeyGrant granted = grant(List.of(), List.of("192.0.2.0/28"));
        table.grant(granted);
        gate.recognize(key, CLIENT);
        ClientContext elsewhere = new ClientContext("192.0.2.16", "", "");

        assertEquals(
                ErrorCode.ADDRESS_NOT_ALLOWED,
                assertThrows(AuthException.class, () -> gate.recognize(key, elsewhere))
                        .code());
        now = granted.expiresAt();
        assertEquals(
                ErrorCode.INVALID_API_KEY,
                assertThrows(AuthException.class, () -> gate.recognize(key, CLIENT))
                        .code());
    }

    @Test
    void recognizingTakesNothing() {
        table.grant(grant(List.of(), List.of()));
        for (int i = 0; i < 10; i++) {
            gate().recognize(key, CLIENT);
        }
        assertEquals(
                2,
                gate.admit(key, CLIENT, Optional.empty()).left().orElseThrow().remaining());
    }

    @Test
    void aKeyWithAddressesIsRefusedFromOthers() {
        table.grant(grant(List.of(), List.of("192.0.2.0/28", "2001:db8::/32")));
        assertEquals(OWNER, gate.admit(key, CLIENT, Optional.empty()).caller().subject());
        assertEquals(
                OWNER,
                gate.admit(key, new ClientContext("2001:db8::17", "", ""), Optional.empty())
                        .caller()
                        .subject());

        AuthException refused = assertThrows(
                AuthException.class, () -> gate.admit(key, new ClientContext("192.0.2.16", "", ""), Optional.empty()));

        assertEquals(ErrorCode.ADDRESS_NOT_ALLOWED, refused.code());
        assertEquals("API_KEY_REFUSED address", audit.last());
    }

    @Test
    void whoTriesUnknownKeysIsStoppedBeforeTheDatabase() {
        table.grant(grant(List.of(), List.of()));
        for (int i = 0; i < 60; i++) {
            assertEquals(ErrorCode.INVALID_API_KEY, refusal(ApiKey.random(new SecureRandom())));
        }
        int before = table.asked;

        assertEquals(ErrorCode.RATE_LIMITED, refusal(ApiKey.random(new SecureRandom())));

        assertEquals(before, table.asked);
    }

    @Test
    void aGrantForAnotherAccountIsNoGrant() {
        table.grant(grant(List.of(), List.of()));
        table.owners.put(key.id(), "0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b");

        assertEquals(ErrorCode.INVALID_API_KEY, refusal(key));
    }
}

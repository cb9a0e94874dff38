package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.store.KeyStore.KeyAdmission;
import com.amplihack.auth.store.KeyStore.KeyCopy;
import com.amplihack.auth.store.KeyStore.KeyUse;
import com.amplihack.auth.store.KeyStore.KeyVerdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every implementation of the store promises of API keys. */
abstract class KeyContract {
    private static final Quota NO_QUOTA = new Quota("apikey", 0, Duration.ofSeconds(60));
    private static final String ID = "AbCdEfGhIjKlMnOp";
    private static final String HASH = "the hash of the right secret";

    private final String owner = UUID.randomUUID().toString();

    abstract SecurityStore store();

    abstract Instant now();

    abstract void advance(Duration duration);

    private KeyAdmission use(String hash, String version, boolean addressAllowed, Quota quota) {
        return store().admitKey(new KeyUse(owner, ID, hash, version, addressAllowed, "192.0.2.7"), quota);
    }

    private KeyVerdict verdict(String version) {
        return use(HASH, version, true, NO_QUOTA).verdict();
    }

    private KeyAdmission lease() {
        KeyAdmission leased = use(HASH, "", true, NO_QUOTA);
        assertEquals(KeyVerdict.LEASED, leased.verdict());
        return leased;
    }

    private Optional<KeyCopy> copy() {
        return Optional.of(new KeyCopy(HASH, now().plus(Duration.ofDays(90)), "what it may do"));
    }

    /** Has the store keep a copy, and returns its version. */
    private String filled() {
        store().fillKey(owner, ID, lease().lease(), copy());
        KeyAdmission met = use(HASH, "", true, NO_QUOTA);
        assertEquals(KeyVerdict.CHANGED, met.verdict());
        assertEquals("what it may do", met.grant());
        return met.version();
    }

    @Test
    void aCopyIsFilledOnceAndThenAdmitsInOneTrip() {
        String version = filled();

        assertEquals(KeyVerdict.ADMITTED, verdict(version));
        assertEquals(KeyVerdict.ADMITTED, verdict(version));
    }

    @Test
    void aCopyOfAnotherVersionIsShownInsteadOfTrusted() {
        filled();

        assertEquals(KeyVerdict.CHANGED, verdict("another"));
    }

    @Test
    void theSecretIsCheckedBeforeAnythingIsShown() {
        String version = filled();

        KeyAdmission wrong = use("another hash", "", true, NO_QUOTA);

        assertEquals(KeyVerdict.WRONG_SECRET, wrong.verdict());
        assertEquals("", wrong.grant());
        assertEquals(
                KeyVerdict.WRONG_SECRET,
                use("another hash", version, true, NO_QUOTA).verdict());
    }

    @Test
    void anAddressThatTheCopyDoesNotAllowTakesNothingFromTheQuota() {
        String version = filled();
        Quota one = new Quota("apikey", 1, Duration.ofSeconds(60));

        assertEquals(KeyVerdict.ADDRESS_REFUSED, use(HASH, version, false, one).verdict());
        assertEquals(KeyVerdict.ADMITTED, use(HASH, version, true, one).verdict());
        assertEquals(KeyVerdict.OVER_QUOTA, use(HASH, version, true, one).verdict());
    }

    @Test
    void aKeyEndsAtItsExpiry() {
        store().fillKey(
                        owner,
                        ID,
                        lease().lease(),
                        Optional.of(new KeyCopy(HASH, now().plusMillis(400), "what it may do")));
        String version = use(HASH, "", true, NO_QUOTA).version();
        assertEquals(KeyVerdict.ADMITTED, verdict(version));

        advance(Duration.ofMillis(500));

        assertEquals(KeyVerdict.EXPIRED, verdict(version));
    }

    @Test
    void aKilledKeyIsRefusedAtOnce() {
        String version = filled();

        store().killKey(owner, ID);

        assertEquals(KeyVerdict.REFUSED, verdict(version));
    }

    @Test
    void aKeyThatIsKilledWhileItIsReadIsNotRevived() {
        KeyAdmission leased = lease();

        store().killKey(owner, ID);
        store().fillKey(owner, ID, leased.lease(), copy());

        assertEquals(KeyVerdict.REFUSED, verdict(""));
    }

    @Test
    void everyMoveOfTheAccountsCountersHasTheCopyReadAnew() {
        List<Runnable> moves =
                List.of(() -> store().endAll(owner), () -> store().changeRights(owner), () -> store().changeLimits(
                                List.of(owner)));
        for (Runnable move : moves) {
            String before = filled();
            move.run();
            assertEquals(KeyVerdict.LEASED, verdict(before));
            String after = filled();
            assertNotEquals(before, after);
            assertEquals(KeyVerdict.CHANGED, verdict(before));
            store().changeLimits(List.of(owner));
        }
    }

    @Test
    void whatWasReadBeforeAMoveIsNotKeptAfterIt() {
        KeyAdmission leased = lease();

        store().changeRights(owner);
        store().fillKey(owner, ID, leased.lease(), copy());

        assertEquals(KeyVerdict.LEASED, verdict(""));
    }

    @Test
    void aKeyThatTheDatabaseDoesNotGrantIsRefusedUntilACounterMoves() {
        store().fillKey(owner, ID, lease().lease(), Optional.empty());
        assertEquals(KeyVerdict.REFUSED, verdict(""));

        store().changeLimits(List.of(owner)); // its account was enabled, say

        assertEquals(KeyVerdict.LEASED, verdict(""));
    }

    @Test
    void twoWhoReadAtATimeShareTheLease() {
        KeyAdmission first = lease();
        KeyAdmission second = lease();

        store().fillKey(owner, ID, second.lease(), copy());
        store().fillKey(owner, ID, first.lease(), Optional.empty()); // too late

        assertEquals(KeyVerdict.CHANGED, verdict(""));
    }

    @Test
    void theLastUseIsKept() {
        String version = filled();
        assertTrue(store().keyUses(owner, List.of(ID)).isEmpty());

        use(HASH, version, true, NO_QUOTA);

        KeyStore.KeyUsed used = store().keyUses(owner, List.of("another", ID)).get(ID);
        assertEquals("192.0.2.7", used.address());
        assertTrue(Duration.between(used.at(), now()).abs().compareTo(Duration.ofSeconds(10)) < 0, used.toString());
    }
}

package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.store.LoginAttempt.Counter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What every store promises about failed logins and locks; the part of {@link SecurityStoreContract} for docs/lockout.md. */
@Tag("fault-25")
abstract class LockoutContract extends KeyContract {
    static final LockoutSettings SHIPPED = new LockoutSettings(10, Duration.ofMinutes(15));

    /** Short enough to wait for: locks of 150, 300, 600 and 1200 ms, and a failure counts for 1200 ms. */
    static final LockoutSettings BRIEF = new LockoutSettings(3, Duration.ofMillis(150));

    final String account = UUID.randomUUID().toString();
    final Optional<String> device = Optional.of("device");

    @Override
    abstract SecurityStore store();

    @Override
    abstract Instant now();

    @Override
    abstract void advance(Duration duration);

    @Test
    void theFailureThatReachesTheThresholdLocksStrangersOut() {
        for (int i = 1; i < SHIPPED.threshold(); i++) {
            assertEquals(Optional.empty(), guess(SHIPPED));
        }
        assertEquals(Optional.empty(), store().lockedUntil(account));

        Instant until = guess(SHIPPED).orElseThrow();

        Duration left = Duration.between(now(), until);
        assertTrue(left.toSeconds() >= 14 * 60 + 50 && left.toSeconds() <= 15 * 60, left.toString());
        assertEquals(Optional.of(until), store().lockedUntil(account));
        assertFalse(begin(SHIPPED).admitted());
        assertTrue(
                begin(UUID.randomUUID().toString(), Optional.empty(), SHIPPED).admitted(), "another account is not");
    }

    @Test
    void ofFiftyParallelGuessesNoMoreAreAdmittedThanTheThreshold() throws Exception {
        List<LoginAttempt> attempts = SecurityStoreContract.race(50, i -> () -> begin(SHIPPED));
        List<Optional<Instant>> locks =
                SecurityStoreContract.race(50, i -> () -> store().failLogin(attempts.get(i), SHIPPED));

        assertEquals(10, attempts.stream().filter(LoginAttempt::admitted).count());
        assertEquals(40, count(attempts, Counter.FULL), "the others are told to wait");
        assertEquals(1, locks.stream().filter(Optional::isPresent).count(), "one lock, told once");
        assertTrue(store().lockedUntil(account).isPresent());
    }

    @Test
    void aChallengeIsUsedUpOnceForEachAccountUntilItsTimeIsOver() throws Exception {
        Duration life = Duration.ofMillis(300);
        String other = UUID.randomUUID().toString();

        assertEquals(
                1,
                SecurityStoreContract.race(20, i -> () -> store().redeem(account, "challenge", life)).stream()
                        .filter(first -> first)
                        .count());
        assertFalse(store().redeem(account, "challenge", life));
        assertTrue(store().redeem(account, "another", life));
        assertTrue(store().redeem(other, "challenge", life));
        advance(life.plusMillis(50));
        assertTrue(store().redeem(account, "challenge", life), "it is remembered no longer than asked for");
    }

    @Test
    void whoFindsAllPlacesTakenWaitsAndIsNotRefused() {
        List<LoginAttempt> honest = begin(SHIPPED.threshold(), SHIPPED);
        assertTrue(honest.stream().allMatch(LoginAttempt::admitted));
        LoginAttempt oneMore = begin(SHIPPED);
        assertTrue(oneMore.mustWait() && !oneMore.admitted(), "there is no room while they are being checked");

        store().giveBackLogin(honest.get(0));
        assertTrue(begin(SHIPPED).admitted(), "and one place when one of them was right");
        assertTrue(begin(SHIPPED).mustWait());
        honest.forEach(store()::giveBackLogin);

        assertEquals(Optional.empty(), store().lockedUntil(account));
        assertEquals(
                SHIPPED.threshold() - 1,
                begin(SHIPPED.threshold(), SHIPPED).stream()
                        .filter(LoginAttempt::admitted)
                        .count());
    }

    @Test
    void whoWaitsIsRefusedWhenTheOthersHaveFailed() {
        List<LoginAttempt> wrong = begin(SHIPPED.threshold(), SHIPPED);
        assertTrue(begin(SHIPPED).mustWait());
        LoginAttempt last = wrong.get(0);
        wrong.stream().skip(1).forEach(attempt -> {
            assertEquals(Optional.empty(), store().failLogin(attempt, SHIPPED));
            assertTrue(begin(SHIPPED).mustWait(), "the last one may still be right");
        });

        assertTrue(store().failLogin(last, SHIPPED).isPresent());

        assertEquals(Counter.NONE, begin(SHIPPED).counter());
    }

    @Test
    void aFailureAmongHonestLoginsLocksNobodyOut() {
        List<LoginAttempt> honest = begin(SHIPPED.threshold() - 1, SHIPPED);

        assertEquals(Optional.empty(), guess(SHIPPED), "one failure is not ten");

        honest.forEach(store()::giveBackLogin);
        assertEquals(Optional.empty(), store().lockedUntil(account));
    }

    /** How a crash is seen: for stores that can be told that a minute has passed. */
    final void assertCrashedAttemptsAreFailures(Runnable passAMinute) {
        begin(SHIPPED.threshold(), SHIPPED);
        assertTrue(begin(SHIPPED).mustWait());
        passAMinute.run();

        LoginAttempt next = begin(SHIPPED);

        assertEquals(Counter.NONE, next.counter(), "ten that crashed are ten failures, for which nobody waits");
        assertTrue(store().failLogin(next, SHIPPED).isPresent());
        assertTrue(store().unlock(account));
        begin(SHIPPED.threshold() - 1, SHIPPED);
        passAMinute.run();
        assertTrue(guess(SHIPPED).isPresent(), "nine that crashed and one that failed");
    }

    @Test
    void aFailureIsConcludedOnce() {
        LoginAttempt attempt = begin(BRIEF);
        store().failLogin(attempt, BRIEF);
        store().failLogin(attempt, BRIEF);
        store().giveBackLogin(attempt);

        assertEquals(2, begin(4, BRIEF).stream().filter(LoginAttempt::admitted).count());
    }

    @Test
    void aSuccessGivesBackItselfAndNoEarlierFailure() {
        guess(BRIEF);
        guess(BRIEF);
        for (int i = 0; i < 5; i++) {
            store().giveBackLogin(begin(BRIEF));
        }

        assertTrue(guess(BRIEF).isPresent(), "else the owner's logins would give the attacker guesses");
    }

    @Test
    void aFailureCountsAsLongAsTheLongestLock() {
        guess(BRIEF);
        guess(BRIEF);
        advance(BRIEF.window().dividedBy(2));
        LoginAttempt third = begin(BRIEF);
        assertTrue(third.admitted());
        assertFalse(begin(BRIEF).admitted(), "three still count");
        store().giveBackLogin(third);
        advance(BRIEF.window().dividedBy(2).plusMillis(100));

        guess(BRIEF);
        assertEquals(Optional.empty(), guess(BRIEF));
        assertTrue(guess(BRIEF).isPresent());
    }

    @Test
    void aLockEndsByItselfWhateverIsTriedMeanwhile() {
        lock(BRIEF);
        Instant until = store().lockedUntil(account).orElseThrow();
        for (int i = 0; i < 10; i++) {
            assertEquals(Optional.empty(), guess(BRIEF));
        }
        assertEquals(Optional.of(until), store().lockedUntil(account), "refused attempts prolong nothing");

        advance(BRIEF.first().plusMillis(20));

        assertEquals(Optional.empty(), store().lockedUntil(account));
        assertEquals(3, begin(4, BRIEF).stream().filter(LoginAttempt::admitted).count(), "a threshold's worth, anew");
    }

    @Test
    void eachFurtherLockIsTwiceAsLongUpToEightTimes() {
        for (int times : new int[] {1, 2, 4, 8, 8}) {
            Duration expected = BRIEF.first().multipliedBy(times);
            Instant until = lock(BRIEF);
            Duration length = Duration.between(now(), until);
            assertTrue(
                    length.compareTo(expected) <= 0 && length.compareTo(expected.minusMillis(100)) > 0,
                    times + " times: " + length);
            advance(expected.plusMillis(20));
        }
    }

    @Test
    void aKnownDevicePassesTheLockAndIsNotCountedAmongStrangers() {
        lock(SHIPPED);

        LoginAttempt attempt = begin(account, device, SHIPPED);

        assertEquals(Counter.DEVICE, attempt.counter());
        store().giveBackLogin(attempt);
        assertFalse(begin(SHIPPED).admitted(), "its success lets no stranger in");
        assertTrue(store().lockedUntil(account).isPresent());
    }

    @Test
    void aDevicesFailuresLockNobodyAndAfterItsQuotaItIsAStranger() {
        for (int i = 0; i < LockoutSettings.DEVICE_QUOTA; i++) {
            LoginAttempt attempt = begin(account, device, SHIPPED);
            assertEquals(Counter.DEVICE, attempt.counter());
            assertEquals(Optional.empty(), store().failLogin(attempt, SHIPPED));
        }

        LoginAttempt stranger = begin(account, device, SHIPPED);
        assertEquals(Counter.STRANGERS, stranger.counter());
        store().giveBackLogin(stranger);
        assertEquals(
                Counter.DEVICE, begin(account, Optional.of("another"), SHIPPED).counter());
        lock(SHIPPED);
        assertFalse(begin(account, device, SHIPPED).admitted());
    }

    @Test
    void ofFiftyParallelGuessesWithADeviceItsQuotaAndTheThresholdAreAdmitted() throws Exception {
        List<LoginAttempt> waiting = SecurityStoreContract.race(50, i -> () -> begin(account, device, SHIPPED));
        assertEquals(10, count(waiting, Counter.DEVICE));
        assertEquals(40, count(waiting, Counter.FULL));
        failAll(waiting);

        List<LoginAttempt> again = SecurityStoreContract.race(40, i -> () -> begin(account, device, SHIPPED));
        assertEquals(10, count(again, Counter.STRANGERS));
        assertEquals(30, count(again, Counter.FULL));
        failAll(again);

        List<LoginAttempt> rest = SecurityStoreContract.race(30, i -> () -> begin(account, device, SHIPPED));
        assertEquals(30, count(rest, Counter.NONE));
    }

    private void failAll(List<LoginAttempt> attempts) {
        attempts.stream().filter(LoginAttempt::admitted).forEach(attempt -> store().failLogin(attempt, SHIPPED));
    }

    @Test
    void unlockingLetsStrangersInAndForgetsTheirFailures() {
        lock(BRIEF);
        advance(BRIEF.first().plusMillis(20));
        lock(BRIEF);

        assertTrue(store().unlock(account));

        assertFalse(store().unlock(account));
        assertEquals(Optional.empty(), store().lockedUntil(account));
        Instant until = lock(BRIEF);
        Duration next = Duration.between(now(), until);
        assertTrue(next.compareTo(BRIEF.first()) <= 0, "the next lock is a first one: " + next);
    }

    @Test
    void unlockingWhatIsNotLockedForgetsFailuresToo() {
        guess(BRIEF);
        guess(BRIEF);

        assertFalse(store().unlock(account));

        assertEquals(3, begin(4, BRIEF).stream().filter(LoginAttempt::admitted).count());
    }

    @Test
    void theAttemptCarriesTheEpochOfItsBeginning() {
        store().endAll(account);
        store().changeRights(account);

        LoginAttempt attempt = begin(SHIPPED);

        assertEquals(store().epoch(account), attempt.epoch());
        store().endAll(account);
        assertNotEquals(store().epoch(account), attempt.epoch());
    }

    /** An attacker who guesses at every moment, and a known device that signs in again and again. */
    @Test
    void anAttackGetsNoMoreGuessesThanPromisedAndTheKnownDeviceSignsInAllTheWhile() {
        Duration step = Duration.ofMillis(15);
        Instant start = now();
        Instant end = start.plusMillis(2_700);
        int guesses = 0;
        while (now().isBefore(end)) {
            for (LoginAttempt guess : begin(4, BRIEF)) {
                guesses += guess.admitted() ? 1 : 0;
                store().failLogin(guess, BRIEF);
            }
            LoginAttempt owner = begin(account, device, BRIEF);
            assertEquals(Counter.DEVICE, owner.counter());
            store().giveBackLogin(owner);
            advance(step);
        }
        int promised = BRIEF.guessesWithin(Duration.between(start, now()));
        assertTrue(guesses <= promised, guesses + " of " + promised);
        assertTrue(guesses >= 4 * BRIEF.threshold(), "the attack was one: " + guesses);
    }

    final LoginAttempt begin(LockoutSettings rules) {
        return begin(account, Optional.empty(), rules);
    }

    final LoginAttempt begin(String subject, Optional<String> nonce, LockoutSettings rules) {
        return store().beginLogin(subject, nonce, rules);
    }

    final List<LoginAttempt> begin(int count, LockoutSettings rules) {
        List<LoginAttempt> attempts = new ArrayList<>();
        IntStream.range(0, count).forEach(i -> attempts.add(begin(rules)));
        return attempts;
    }

    /** A stranger's wrong guess; when the lock that it began ends. */
    final Optional<Instant> guess(LockoutSettings rules) {
        return store().failLogin(begin(rules), rules);
    }

    /** Guesses until strangers are locked out; until when. */
    final Instant lock(LockoutSettings rules) {
        for (int i = 0; i < rules.threshold(); i++) {
            Optional<Instant> until = guess(rules);
            if (until.isPresent()) {
                return until.get();
            }
        }
        throw new AssertionError("not locked");
    }

    private static long count(List<LoginAttempt> attempts, Counter counter) {
        return attempts.stream().filter(attempt -> attempt.counter() == counter).count();
    }
}

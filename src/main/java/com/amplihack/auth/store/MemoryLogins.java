package com.amplihack.auth.store;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.store.LoginAttempt.Counter;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A user's failures and lock in memory, the twin of begin_login.lua and fail_login.lua; its owner guards it by a lock. */
final class MemoryLogins {
    /** A password that has been checked for longer than this is checked by nobody any more. */
    private static final long LONGEST_CHECK_MILLIS = 60_000;

    private final Failures strangers = new Failures();
    private final Map<String, Failures> devices = new HashMap<>(); // by nonce
    private int locks;
    private long lockedUntil;
    private String lockedBy = "";

    LoginAttempt begin(String subject, SecurityStore.Epoch epoch, String device, LockoutSettings rules, long now) {
        String id = UUID.randomUUID().toString();
        return new LoginAttempt(subject, device, id, count(id, device, rules, now), epoch);
    }

    private Counter count(String id, String device, LockoutSettings rules, long now) {
        if (!device.isEmpty()
                && devices.computeIfAbsent(device, nonce -> new Failures())
                        .take(id, LockoutSettings.DEVICE_QUOTA, rules, now)) {
            return Counter.DEVICE;
        }
        if (lockedUntil > now) {
            return Counter.NONE;
        }
        if (strangers.take(id, rules.threshold(), rules, now)) {
            return Counter.STRANGERS;
        }
        // full, but not locked: passwords are being checked right now, or whoever checked them crashed
        if (Collections.max(strangers.takenAt.values()) <= now - LONGEST_CHECK_MILLIS) {
            lockOut(id, rules, now);
        }
        return Counter.NONE;
    }

    void giveBack(LoginAttempt attempt) {
        counter(attempt).takenAt.remove(attempt.id());
    }

    Optional<Instant> fail(LoginAttempt attempt, LockoutSettings rules, long now) {
        if (attempt.id().equals(lockedBy)) {
            return Optional.of(Instant.ofEpochMilli(lockedUntil));
        }
        if (attempt.counter() == Counter.DEVICE || !strangers.takenAt.containsKey(attempt.id())) {
            return Optional.empty();
        }
        strangers.forget(now - rules.window().toMillis());
        if (strangers.takenAt.size() < rules.threshold()) {
            return Optional.empty();
        }
        lockOut(attempt.id(), rules, now);
        return Optional.of(Instant.ofEpochMilli(lockedUntil));
    }

    boolean unlock(long now) {
        boolean locked = lockedUntil > now;
        strangers.takenAt.clear();
        locks = 0;
        lockedUntil = 0;
        lockedBy = "";
        return locked;
    }

    Optional<Instant> lockedUntil(long now) {
        return lockedUntil > now ? Optional.of(Instant.ofEpochMilli(lockedUntil)) : Optional.empty();
    }

    /** Forgets what has run out; tells whether nothing is left. */
    boolean sweep(long now) {
        devices.values().removeIf(failures -> failures.until <= now);
        return devices.isEmpty() && strangers.until <= now && !remembersLocks(now);
    }

    private void lockOut(String by, LockoutSettings rules, long now) {
        int before = remembersLocks(now) ? locks : 0;
        locks = before + 1;
        lockedUntil = now + rules.lock(before).toMillis();
        lockedBy = by;
        strangers.takenAt.clear();
    }

    private boolean remembersLocks(long now) {
        return lockedUntil + LockoutSettings.MEMORY.toMillis() > now;
    }

    private Failures counter(LoginAttempt attempt) {
        return attempt.counter() == Counter.DEVICE ? devices.getOrDefault(attempt.device(), new Failures()) : strangers;
    }

    /** The attempts that count as failures. */
    private static final class Failures {
        private final Map<String, Long> takenAt = new LinkedHashMap<>(); // by attempt, oldest first
        private long until;

        boolean take(String id, int most, LockoutSettings rules, long now) {
            long window = rules.window().toMillis();
            forget(now - window);
            if (takenAt.size() >= most) {
                return false;
            }
            takenAt.put(id, now);
            until = now + window;
            return true;
        }

        void forget(long before) {
            takenAt.values().removeIf(at -> at <= before);
        }
    }
}

package com.amplihack.auth.store;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.store.LoginAttempt.Counter;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A user's attempts and lock in memory, the twin of begin_login.lua and fail_login.lua; its owner guards it by a lock. */
final class MemoryLogins {
    /** A password that has been checked for longer than this is checked by nobody any more. */
    private static final long LONGEST_CHECK_MILLIS = 60_000;

    private final Attempts strangers = new Attempts();
    private final Map<String, Attempts> devices = new HashMap<>(); // by nonce
    private int locks;
    private long lockedUntil;
    private String lockedBy = "";

    LoginAttempt begin(String subject, SecurityStore.Epoch epoch, String device, LockoutSettings rules, long now) {
        String id = UUID.randomUUID().toString();
        return new LoginAttempt(subject, device, id, count(id, device, rules, now), epoch);
    }

    private Counter count(String id, String device, LockoutSettings rules, long now) {
        if (!device.isEmpty()) {
            Place place = devices.computeIfAbsent(device, nonce -> new Attempts())
                    .take(id, LockoutSettings.DEVICE_QUOTA, rules, now);
            if (place != Place.SPENT) {
                return place == Place.TAKEN ? Counter.DEVICE : Counter.FULL;
            }
        }
        if (lockedUntil > now) {
            return Counter.NONE;
        }
        return switch (strangers.take(id, rules.threshold(), rules, now)) {
            case TAKEN -> Counter.STRANGERS;
            case FULL -> Counter.FULL;
            case SPENT -> {
                // not locked by a failure: whoever looked at the last ones crashed, or the threshold was lowered
                lockOut(id, rules, now);
                yield Counter.NONE;
            }
        };
    }

    void giveBack(LoginAttempt attempt) {
        counter(attempt).open.remove(attempt.id());
    }

    Optional<Instant> fail(LoginAttempt attempt, LockoutSettings rules, long now) {
        if (attempt.id().equals(lockedBy)) {
            return Optional.of(Instant.ofEpochMilli(lockedUntil));
        }
        boolean counted = counter(attempt).fail(attempt.id());
        if (!counted || attempt.counter() == Counter.DEVICE || strangers.failed(rules, now) < rules.threshold()) {
            return Optional.empty();
        }
        lockOut(attempt.id(), rules, now);
        return Optional.of(Instant.ofEpochMilli(lockedUntil));
    }

    boolean unlock(long now) {
        boolean locked = lockedUntil > now;
        strangers.clear();
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
        devices.values().removeIf(attempts -> attempts.until <= now);
        return devices.isEmpty() && strangers.until <= now && !remembersLocks(now);
    }

    private void lockOut(String by, LockoutSettings rules, long now) {
        int before = remembersLocks(now) ? locks : 0;
        locks = before + 1;
        lockedUntil = now + rules.lock(before).toMillis();
        lockedBy = by;
        strangers.clear();
    }

    private boolean remembersLocks(long now) {
        return lockedUntil + LockoutSettings.MEMORY.toMillis() > now;
    }

    private Attempts counter(LoginAttempt attempt) {
        return attempt.counter() == Counter.DEVICE ? devices.getOrDefault(attempt.device(), new Attempts()) : strangers;
    }

    private enum Place {
        TAKEN,
        /** Attempts whose passwords are being looked at have the last ones. */
        FULL,
        /** Only failures are left. */
        SPENT
    }

    /** The attempts of a window, each by its beginning: those that were wrong, and those that are being looked at. */
    private static final class Attempts {
        private final Map<String, Long> wrong = new HashMap<>();
        private final Map<String, Long> open = new HashMap<>();
        private long until;

        Place take(String id, int most, LockoutSettings rules, long now) {
            if (failed(rules, now) >= most) {
                return Place.SPENT;
            }
            if (wrong.size() + open.size() >= most) {
                return Place.FULL;
            }
            open.put(id, now);
            until = now + rules.window().toMillis();
            return Place.TAKEN;
        }

        /** Whether it was being looked at. */
        boolean fail(String id) {
            Long began = open.remove(id);
            if (began != null) {
                wrong.put(id, began);
            }
            return began != null;
        }

        /** Those that were wrong, and those that nobody can be looking at any more. */
        int failed(LockoutSettings rules, long now) {
            long before = now - rules.window().toMillis();
            wrong.values().removeIf(began -> began <= before);
            open.values().removeIf(began -> began <= before);
            return wrong.size()
                    + (int) open.values().stream()
                            .filter(began -> began <= now - LONGEST_CHECK_MILLIS)
                            .count();
        }

        void clear() {
            wrong.clear();
            open.clear();
        }
    }
}

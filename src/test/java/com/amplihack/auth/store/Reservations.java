package com.amplihack.auth.store;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.store.SessionStore.Admission;
import com.amplihack.auth.store.SessionStore.Metered;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.budget.MeteredCall;
import com.amplihack.auth.store.budget.Reservation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Calls that are admitted by an access token, and so reserve what they may cost. */
public final class Reservations {
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));
    private static final Duration LIFE = Duration.ofDays(365);

    private Reservations() {}

    /** Admits the call; opens a session for the account if it has none. */
    public static Reservation reserve(SecurityStore store, String account, MeteredCall call, Instant now) {
        Use use = new Use(
                account, "metered", 1, UUID.randomUUID().toString(), true, ReplayMode.AUTO, Duration.ofMinutes(15));
        Admission admission = store.admit(use, UNLIMITED, Optional.of(new Metered("0", call)));
        if (admission.verdict() == Verdict.SESSION_OVER) {
            SessionRecord session = SessionRecord.first(
                    account, "metered", "live", store.epoch(account), now, now.plus(LIFE), "192.0.2.1", "Test");
            store.open(session, LIFE, 100);
            admission = store.admit(use, UNLIMITED, Optional.of(new Metered("0", call)));
        }
        if (admission.verdict() == Verdict.LIMITS_CHANGED) {
            admission = store.admit(use, UNLIMITED, Optional.of(new Metered(admission.limits(), call)));
        }
        return admission.reservation().orElseThrow();
    }
}

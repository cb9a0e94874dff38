package com.amplihack.auth.metering;

import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.budget.Reservation;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** Tells clients what their budgets have left, and refuses calls for which they have no room. */
@Singleton
public class BudgetLimit {
    private final Meters meters;

    @Inject
    public BudgetLimit(Meters meters) {
        this.meters = meters;
    }

    /** After it an administrator may have raised a budget that never begins anew. */
    private static final Duration DAY = Duration.ofDays(1);

    /** The 429 for a reservation that is EXHAUSTED. */
    public AuthException refusal(Reservation exhausted) {
        Reservation.Left left = exhausted.left().orElseThrow();
        meters.budgetRefused(lower(left.scope()));
        AuthException refusal = new AuthException(ErrorCode.BUDGET_EXHAUSTED, sentence(left))
                .member("scope", lower(left.scope()))
                .member("unit", lower(left.unit()));
        headers(left).forEach(refusal::header);
        return refusal.retryAfter(left.reset().orElse(DAY));
    }

    private static String sentence(Reservation.Left left) {
        String whose =
                switch (left.scope()) {
                    case KEY -> "of this API key";
                    case ACCOUNT -> "of your account";
                    case ROLE -> "of one of your roles";
                };
        String until = left.reset()
                .map(reset -> "It begins anew in " + seconds(reset) + " s.")
                .orElse("It does not begin anew.");
        return "The budget " + whose + " has " + left.remaining() + " of " + left.limit() + ' ' + lower(left.unit())
                + " left, too few for this call. " + until;
    }

    /**
     * For example {@code RateLimit-Policy: "budget";q=100000;qu="tokens";w=86400} and {@code RateLimit:
     * "budget";r=2500;t=3600} (draft-ietf-httpapi-ratelimit-headers-11); to be added to those of other policies.
     */
    public static Map<String, String> headers(Reservation.Left left) {
        String policy = "\"budget\";q=" + left.limit() + ";qu=\"" + lower(left.unit()) + '"'
                + left.window().map(window -> ";w=" + window.toSeconds()).orElse("");
        String state = "\"budget\";r=" + left.remaining()
                + left.reset().map(reset -> ";t=" + seconds(reset)).orElse("");
        return Map.of("RateLimit-Policy", policy, "RateLimit", state);
    }

    private static long seconds(Duration duration) {
        return duration.plusMillis(999).toSeconds();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

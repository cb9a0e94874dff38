package com.amplihack.auth.store;

import java.time.Duration;
import java.time.Instant;

/**
 * A failed sign-in, for administrators.
 *
 * @param subject the account's id, or the empty string when there is no such account
 * @param username the account's name, or a keyed hash of the attempted one
 * @param reason as in the audit log
 * @param device browser and system, as in the list of sessions
 */
public record LoginFailure(String subject, String username, String reason, String address, String device) {
    /** When a sign-in has failed for the last time. */
    public record Last(Instant at, LoginFailure failure) {}

    /** How many are kept for each account. */
    public static final int PER_ACCOUNT = 10;
    /** How many are kept in all. */
    public static final int IN_ALL = 1_000;
    /** For how long. */
    public static final Duration KEPT = Duration.ofDays(1);
}

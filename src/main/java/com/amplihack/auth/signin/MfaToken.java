package com.amplihack.auth.signin;

import java.time.Instant;

/**
 * A pending sign-in as its client names it.
 *
 * @param subject the account's id
 * @param id hash of the token's secret
 * @param expiresAt to the second, by the clock of the node that made it; what is pending ends by the store's clock
 */
public record MfaToken(String subject, String id, Instant expiresAt) {}

package com.amplihack.auth.signin;

/**
 * A pending sign-in as its client names it.
 *
 * @param subject the account's id
 * @param id hash of the token's secret
 */
public record MfaToken(String subject, String id) {}

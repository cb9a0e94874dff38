package com.amplihack.auth.config.factor;

/** {@code auth.mfa}: who must have a second factor. */
public enum MfaMode {
    /** Nobody; whoever has one signs in with it. */
    OPTIONAL,
    /** Accounts with the role {@code admin} or a permission of the administration. */
    ADMINS,
    /** Everybody. */
    REQUIRED
}

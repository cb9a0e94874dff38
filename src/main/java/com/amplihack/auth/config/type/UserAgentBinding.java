package com.amplihack.auth.config.type;

/** How strictly an access token is bound to the user agent it was issued to ({@code jwt.binding.user.agent}). */
public enum UserAgentBinding {
    EXACT,
    /** The same product, in any version. */
    FAMILY,
    OFF
}

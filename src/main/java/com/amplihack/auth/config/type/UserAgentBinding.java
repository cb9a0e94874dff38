package com.amplihack.auth.config.type;

/** How closely an access token is bound to the user agent it was issued to ({@code jwt.binding.user.agent}). */
public enum UserAgentBinding {
    EXACT,
    /** The same product, whatever its version. */
    FAMILY,
    OFF
}

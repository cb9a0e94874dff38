package com.amplihack.auth.config.type;

/** How strictly an access token is bound to the client address it was issued to ({@code jwt.binding.ip}). */
public enum AddressBinding {
    EXACT,
    /** The same IPv4 /24 or IPv6 /64. */
    SUBNET,
    OFF
}

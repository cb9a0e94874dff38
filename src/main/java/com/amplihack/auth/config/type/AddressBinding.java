package com.amplihack.auth.config.type;

/** How closely an access token is bound to the address it was issued to ({@code jwt.binding.ip}). */
public enum AddressBinding {
    EXACT,
    /** The same /24 of IPv4 or /64 of IPv6. */
    SUBNET,
    OFF
}

package com.amplihack.auth.config.type;

/** How often one access token is accepted ({@code jwt.replay}). */
public enum ReplayMode {
    /** Prove possession of the session, or burn the token. */
    AUTO,
    /** Every token once, proof or not. */
    STRICT,
    /** As often as wanted until it expires. */
    OFF
}

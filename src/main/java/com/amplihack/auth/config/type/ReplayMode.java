package com.amplihack.auth.config.type;

/** How often one access token is accepted ({@code jwt.replay}). */
public enum ReplayMode {
    /** Once without session proof, any number of times with it. */
    AUTO,
    /** Once, with or without session proof. */
    STRICT,
    /** Any number of times until it expires. */
    OFF
}

package com.amplihack.auth.config.type;

/** Where the fast-changing security state lives ({@code auth.store}). */
public enum StoreKind {
    REDIS,
    /** In this process: development, or one node. */
    MEMORY,
    /** Redis when it answers at the start, else memory, with a warning; refused in production. */
    AUTO
}

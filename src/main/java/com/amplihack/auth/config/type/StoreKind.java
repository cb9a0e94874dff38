package com.amplihack.auth.config.type;

/** The implementation of the security store ({@code auth.store}). */
public enum StoreKind {
    REDIS,
    /** In this process: for development or a single node. */
    MEMORY,
    /** Redis if it answers at startup, otherwise memory with a warning; refused in production. */
    AUTO
}

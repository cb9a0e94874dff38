package com.amplihack.auth;

import java.util.Random;

/** What random tests draw from: the same in each quick run, another in each full one, or {@code -Dit.seed=…}. */
public final class Seed {
    public static final long VALUE = Long.getLong("it.seed", System.nanoTime() % 1_000_000_007L);

    static {
        System.out.println("random tests: -Dit.seed=" + VALUE);
    }

    private Seed() {}

    public static Random random() {
        return new Random(VALUE);
    }
}

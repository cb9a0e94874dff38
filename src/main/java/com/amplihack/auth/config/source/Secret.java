package com.amplihack.auth.config.source;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A value whose {@code toString} is redacted and whose {@code equals} takes constant time. */
public final class Secret {
    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    public static Secret of(String value) {
        return new Secret(value);
    }

    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret
                && MessageDigest.isEqual(
                        value.getBytes(StandardCharsets.UTF_8), secret.value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int hashCode() {
        return 0; // a hash would leak information about the value
    }

    @Override
    public String toString() {
        return "***";
    }
}

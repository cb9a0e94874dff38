package com.amplihack.auth.token;

import com.amplihack.auth.config.type.UserAgentBinding;
import java.util.regex.Pattern;

/** Computes the claim {@code ua_hash}, stable across processes and restarts (docs/specification.md, fault 7). */
public final class UserAgentHash {
    private static final Pattern VERSION = Pattern.compile("[0-9][0-9._]*");

    private UserAgentHash() {}

    /**
     * Hashes a user agent.
     *
     * @param userAgent the header; the empty string when it is missing, which is hashed like any other value
     * @param binding {@code FAMILY} ignores version numbers
     * @return base64url of SHA-256
     */
    public static String of(String userAgent, UserAgentBinding binding) {
        boolean family = binding == UserAgentBinding.FAMILY;
        return Sha256.of(family ? VERSION.matcher(userAgent).replaceAll("") : userAgent);
    }
}

package com.amplihack.auth.token;

import com.amplihack.auth.config.type.UserAgentBinding;
import java.util.regex.Pattern;

/** The claim {@code ua_hash}: the same in every process and after a restart (docs/specification.md, fault 7). */
public final class Fingerprint {
    private static final Pattern VERSION = Pattern.compile("[0-9][0-9._]*");

    private Fingerprint() {}

    /**
     * Hashes a user agent.
     *
     * @param userAgent the header, the empty string when there is none: leaving it out is a value like any other
     * @param binding {@code FAMILY} hashes it without its version numbers
     * @return base64url of SHA-256
     */
    public static String of(String userAgent, UserAgentBinding binding) {
        boolean family = binding == UserAgentBinding.FAMILY;
        return Sha256.of(family ? VERSION.matcher(userAgent).replaceAll("") : userAgent);
    }
}

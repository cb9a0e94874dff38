package com.amplihack.auth.users.password;

import com.amplihack.auth.config.source.Secret;
import java.text.Normalizer;
import java.util.regex.Pattern;

/**
 * Normalizes a password before it is hashed or measured, by the OpaqueString profile of RFC 8265 section 4.2.2: every
 * space becomes U+0020, then NFC; case and width stay.
 */
public final class OpaqueString {
    private static final Pattern SPACES = Pattern.compile("\\p{Zs}");

    private OpaqueString() {}

    public static String of(String password) {
        return Normalizer.normalize(SPACES.matcher(password).replaceAll(" "), Normalizer.Form.NFC);
    }

    public static Secret of(Secret password) {
        return Secret.of(of(password.reveal()));
    }
}

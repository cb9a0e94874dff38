package com.amplihack.auth.factor.passkey;

import java.util.Base64;
import java.util.Optional;

/** Base64url without padding (RFC 4648 section 5), in which WebAuthn spells bytes; only the canonical spelling is read. */
final class Base64Url {
    private Base64Url() {}

    static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Empty if the text is anything else. */
    static Optional<byte[]> decode(String text) {
        try {
            return Optional.of(Base64.getUrlDecoder().decode(text))
                    .filter(bytes -> encode(bytes).equals(text));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}

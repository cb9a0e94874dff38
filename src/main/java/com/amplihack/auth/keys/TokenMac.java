package com.amplihack.auth.keys;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256 under {@code handle.key}, domain-separated by purpose. */
public final class TokenMac {
    public static final int BYTES = 32;

    private final byte[] purpose;

    public TokenMac(String purpose) {
        this.purpose = (purpose + '\0').getBytes(StandardCharsets.US_ASCII);
    }

    /** Over the first {@code length} bytes. */
    public byte[] of(byte[] bytes, int length, KeyRing keys) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(keys.handleKey(), "HmacSHA256"));
            mac.update(purpose);
            mac.update(bytes, 0, length);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}

package com.amplihack.auth.token;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;

/**
 * Seals a successor's secret so that only whoever presents its parent again can open it: AES-256-GCM under a key derived
 * by HKDF-SHA-256 (RFC 5869) from the parent's secret, the {@code sid} and the generation. The store, which knows a hash
 * of the parent's secret, cannot.
 */
final class SuccessorSeal {
    private static final String PURPOSE = "amplihack-auth sealed successor v1";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BYTES = 12;
    private static final int SECRET_BYTES = 32;
    private static final int TAG_BYTES = 16;

    private SuccessorSeal() {}

    /** Nonce and box in base64url, 80 characters. */
    static String seal(RefreshToken parent, RefreshToken successor) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] box =
                    cipher(Cipher.ENCRYPT_MODE, parent, successor.gen(), nonce).doFinal(successor.secret());
            return Sha256.base64url(ByteBuffer.allocate(nonce.length + box.length)
                    .put(nonce)
                    .put(box)
                    .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    /** The successor of that parent; empty when the text was not sealed for it. */
    static Optional<RefreshToken> open(RefreshToken parent, String sealed) {
        long gen = parent.gen() + 1;
        try {
            byte[] all = Base64.getUrlDecoder().decode(sealed);
            if (all.length != NONCE_BYTES + SECRET_BYTES + TAG_BYTES) {
                return Optional.empty();
            }
            byte[] nonce = new byte[NONCE_BYTES];
            ByteBuffer.wrap(all).get(nonce);
            byte[] secret =
                    cipher(Cipher.DECRYPT_MODE, parent, gen, nonce).doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES);
            return Optional.of(new RefreshToken(parent.subject(), parent.sid(), gen, secret));
        } catch (IllegalArgumentException | GeneralSecurityException notForThisParent) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, RefreshToken parent, long gen, byte[] nonce)
            throws GeneralSecurityException {
        byte[] info = (PURPOSE + '\0' + parent.sid() + '\0' + gen).getBytes(StandardCharsets.US_ASCII);
        HKDFBytesGenerator hkdf = new HKDFBytesGenerator(SHA256Digest.newInstance());
        hkdf.init(new HKDFParameters(parent.secret(), null, info));
        byte[] key = new byte[32];
        hkdf.generateBytes(key, 0, key.length);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * 8, nonce));
        return cipher;
    }
}

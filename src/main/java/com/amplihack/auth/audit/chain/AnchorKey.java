package com.amplihack.auth.audit.chain;

import com.amplihack.auth.config.files.DirectoryLock;
import com.amplihack.auth.config.files.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * The Ed25519 key (RFC 8032) that signs the heads of audit chains and nothing else: {@code audit-anchor.pem} (0400, PKCS#8)
 * and its public half {@code audit-anchor.pub.pem} (0444) in the key directory, which the nodes share.
 */
public final class AnchorKey {
    private static final String ALGORITHM = "Ed25519";
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";

    private final PrivateKey key;

    private AnchorKey(PrivateKey key) {
        this.key = key;
    }

    /**
     * Reads the key, which the first node makes.
     *
     * @throws IOException when it cannot be read or made
     */
    public static AnchorKey in(Path keyDirectory) throws IOException {
        PrivateFiles.makeDirectory(keyDirectory);
        return DirectoryLock.hold(keyDirectory, () -> {
            try {
                Path file = keyDirectory.resolve("audit-anchor.pem");
                if (!Files.exists(file)) {
                    KeyPair fresh = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
                    write(
                            keyDirectory.resolve("audit-anchor.pub.pem"),
                            PUBLIC,
                            fresh.getPublic().getEncoded(),
                            "r--r--r--");
                    write(file, PRIVATE, fresh.getPrivate().getEncoded(), "r--------");
                }
                return new AnchorKey(KeyFactory.getInstance(ALGORITHM)
                        .generatePrivate(new PKCS8EncodedKeySpec(read(file, PRIVATE))));
            } catch (GeneralSecurityException unusable) {
                throw new UncheckedIOException(new IOException("audit-anchor.pem holds no Ed25519 key", unusable));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /**
     * Reads a public half.
     *
     * @throws IOException when it cannot be read, or is something else
     */
    public static PublicKey publicKey(Path file) throws IOException {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(read(file, PUBLIC)));
        } catch (GeneralSecurityException foreign) {
            throw new IOException(file + " holds no public Ed25519 key", foreign);
        }
    }

    /**
     * Signs the head of a node's chain and the lines before it; as base64url.
     *
     * @param lines since the anchor before
     */
    public String sign(String node, long seq, String hash, LinesDigest lines) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(message(node, seq, hash, lines.first(), lines.value()));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the key's owner has signed what this anchor says about the line before, and about those since the last one. */
    static boolean isSigned(PublicKey key, ChainLine anchor) {
        try {
            Signature verifier = Signature.getInstance(ALGORITHM);
            verifier.initVerify(key);
            verifier.update(message(
                    anchor.node(),
                    anchor.number("seq"),
                    anchor.prev(),
                    anchor.number("first_seq"),
                    anchor.detail("lines_sha256")));
            return verifier.verify(Base64.getUrlDecoder().decode(anchor.detail("signature")));
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            return false;
        }
    }

    private static byte[] message(String node, long seq, String hash, long firstSeq, String lines) {
        return ("amplihack-auth audit anchor v1\n" + node + "\n" + seq + "\n" + hash + "\n" + firstSeq + "\n" + lines)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** RFC 7468. */
    private static void write(Path file, String label, byte[] der, String mode) throws IOException {
        String pem = "-----BEGIN " + label + "-----\n" + Base64.getEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
        PrivateFiles.write(file, pem.getBytes(StandardCharsets.US_ASCII), mode);
    }

    private static byte[] read(Path file, String label) throws IOException {
        String pem = Files.readString(file, StandardCharsets.US_ASCII).strip();
        String begin = "-----BEGIN " + label + "-----";
        String end = "-----END " + label + "-----";
        if (!pem.startsWith(begin) || !pem.endsWith(end)) {
            throw new IOException(file + " holds no PEM " + label);
        }
        try {
            return Base64.getMimeDecoder().decode(pem.substring(begin.length(), pem.length() - end.length()));
        } catch (IllegalArgumentException malformed) {
            throw new IOException(file + " holds no PEM " + label, malformed);
        }
    }
}

package com.amplihack.auth.audit.chain;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

/**
 * SHA-256 over the lines from one anchor on, each with its line feed. The next anchor signs it, which proves their texts to
 * whoever has no key of the chain. Not thread-safe.
 */
public final class LinesDigest {
    private static final String ANCHOR = "\"event\":\"AUDIT_ANCHOR\"";

    private final MessageDigest sha256;
    private long first;

    /** Of no line. */
    public LinesDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Takes the lines of a file that are written already; those before its last anchor are not among them.
     *
     * @return whether an anchor is in the file
     */
    public boolean read(Path file) throws IOException {
        boolean anchored = false;
        try (InputStream content = Files.newInputStream(file)) {
            LineReader lines = new LineReader(content);
            for (var line = lines.next(); line.isPresent(); line = lines.next()) {
                byte[] text = line.get();
                boolean anchor = isAnchor(text);
                anchored |= anchor;
                add(
                        anchor || first == 0
                                ? ChainLine.read(text).map(ChainLine::seq).orElse(0L)
                                : 0,
                        text,
                        anchor);
            }
        }
        return anchored;
    }

    private static boolean isAnchor(byte[] line) {
        return new String(line, StandardCharsets.ISO_8859_1).contains(ANCHOR);
    }

    /**
     * Takes the next line.
     *
     * @param text without its end
     * @param anchor whether it is one: then it is the first, and what was before is forgotten
     */
    public void add(long seq, byte[] text, boolean anchor) {
        if (anchor) {
            clear();
        }
        if (first == 0) {
            first = seq;
        }
        sha256.update(text);
        sha256.update((byte) '\n');
    }

    public void clear() {
        sha256.reset();
        first = 0;
    }

    /** {@code seq} of the first line; 0 without one. */
    public long first() {
        return first;
    }

    /** As base64url; the lines stay. */
    public String value() {
        try {
            MessageDigest copy = (MessageDigest) sha256.clone();
            return Base64.getUrlEncoder().withoutPadding().encodeToString(copy.digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
        }
    }
}

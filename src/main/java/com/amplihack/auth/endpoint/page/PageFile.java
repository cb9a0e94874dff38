package com.amplihack.auth.endpoint.page;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** A file of the pages, ready to be sent: compressed and tagged once. */
final class PageFile {
    private static final int TAG_BYTES = 12;

    private final String type;
    private final byte[] plain;
    private final byte[] gzip;
    private final String tag;
    private final boolean verbatim;

    /**
     * Compresses and tags a file.
     *
     * @param verbatim whether it is sent as it is in the archive
     */
    PageFile(String type, byte[] content, boolean verbatim) {
        this.type = type;
        this.verbatim = verbatim;
        plain = content.clone();
        gzip = compress(content);
        tag = Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(sha256(content), TAG_BYTES));
    }

    String type() {
        return type;
    }

    /** Whether it is HTML, whose words depend on the reader's language. */
    boolean isPage() {
        return type.startsWith("text/html");
    }

    /** Whether nothing of it depends on other files, such as on the addresses in the import map. */
    boolean isVerbatim() {
        return verbatim;
    }

    /** Bytes of one representation, gzip (RFC 1952) or as it is. */
    int length(boolean compressed) {
        return (compressed ? gzip : plain).length;
    }

    void writeTo(OutputStream out, boolean compressed) throws IOException {
        out.write(compressed ? gzip : plain);
    }

    /** The strong validator of one representation (RFC 9110 section 8.8.3). */
    String etag(boolean compressed) {
        return '"' + tag + (compressed ? "-gzip" : "") + '"';
    }

    /** Whether a client that sent {@code If-None-Match} has the content already, in whichever representation. */
    boolean isKnownTo(Optional<String> ifNoneMatch) {
        return ifNoneMatch
                .filter(sent -> sent.strip().equals("*") || sent.contains('"' + tag + '"') || sent.contains(etag(true)))
                .isPresent();
    }

    private static byte[] compress(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream stream = new GZIPOutputStream(bytes) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            stream.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

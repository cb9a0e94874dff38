package com.amplihack.auth.users.transfer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** Reads the lines of NDJSON (LF or CR LF, with or without a byte order mark) at constant memory. */
final class LineReader {
    /** The most bytes of a line. */
    static final int MAX_LINE = 64 * 1024;

    /** How long the bytes of one line may take, so that nobody holds the import up a byte at a time. */
    static final Duration MAX_WAIT = Duration.ofSeconds(60);

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final InstantSource clock;
    private final MessageDigest digest = sha256();
    private final byte[] buffer = new byte[16 * 1024];
    private int position;
    private int limit;
    private long number;

    LineReader(InputStream in, InstantSource clock) {
        this.in = in;
        this.clock = clock;
    }

    /**
     * A line that is not blank.
     *
     * @param number from 1, blank ones counted
     * @param utf8 its bytes without the line's end; empty if there are more than {@link #MAX_LINE}
     */
    record Line(long number, Optional<byte[]> utf8) {}

    /**
     * The next line; empty at the end.
     *
     * @throws IOException when the client is gone, or takes too long
     */
    Optional<Line> next() throws IOException {
        Instant deadline = clock.instant().plus(MAX_WAIT);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean tooLong = false;
        boolean any = false;
        while (position < limit || fill(deadline)) {
            any = true;
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            tooLong |= line.size() + end - position > MAX_LINE;
            if (!tooLong) {
                line.write(buffer, position, end - position);
            }
            boolean ended = end < limit;
            position = ended ? end + 1 : end;
            if (ended) {
                number++;
                Optional<Line> read = line(line.toByteArray(), tooLong);
                if (read.isPresent()) {
                    return read;
                }
                line.reset();
                deadline = clock.instant().plus(MAX_WAIT);
                any = false;
            }
        }
        number += any ? 1 : 0;
        return any ? line(line.toByteArray(), tooLong) : Optional.empty();
    }

    private Optional<Line> line(byte[] bytes, boolean tooLong) {
        if (tooLong) {
            return Optional.of(new Line(number, Optional.empty()));
        }
        int start = number == 1 && Arrays.equals(bytes, 0, Math.min(BOM.length, bytes.length), BOM, 0, BOM.length)
                ? BOM.length
                : 0;
        for (int i = start; i < bytes.length; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
                return Optional.of(new Line(number, Optional.of(Arrays.copyOfRange(bytes, start, bytes.length))));
            }
        }
        return Optional.empty();
    }

    private boolean fill(Instant deadline) throws IOException {
        int count = in.read(buffer);
        if (clock.instant().isAfter(deadline)) {
            throw new IOException("A line took longer than " + MAX_WAIT.toSeconds() + " s.");
        }
        position = 0;
        limit = Math.max(count, 0);
        digest.update(buffer, 0, limit);
        return count >= 0;
    }

    /** Whether the next line would have to be waited for. */
    boolean mustWait() throws IOException {
        return position == limit && in.available() == 0;
    }

    /** SHA-256 in hex of all that was read; to be asked once. */
    String digest() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

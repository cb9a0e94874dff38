package com.amplihack.auth.gate.connector;

import java.util.function.IntUnaryOperator;

/**
 * Follows the chunks of one request body and refuses what RFC 9112 section 7.1 does not allow: lines that end with a bare
 * LF, bytes between a chunk's data and its CR LF, blanks in a size; and extensions, which Grizzly refuses too. It is shown
 * the same pieces as Grizzly's decoder, which takes at most one chunk of each and is shown the start of an incomplete line
 * again.
 */
final class ChunkedSyntax {
    private static final int MOST_DIGITS = 15; // of a size: more would overflow
    private static final int INCOMPLETE = -1;
    private static final int MALFORMED = -2;
    private static final char[] LINE_BREAK = {'\r', '\n'};

    /** Bytes of the current chunk's data that are still to come. */
    private long remaining;

    /** What must come before the next size: nothing, CR LF, or LF. */
    private int lineBreak;

    private boolean last;

    /**
     * Looks at the bytes from {@code start} to {@code end}.
     *
     * @param bytes the byte at an index, as a signed number
     * @return whether they are well-formed as far as they go
     */
    boolean accept(IntUnaryOperator bytes, int start, int end) {
        int at = start;
        if (remaining == 0 && !last) {
            for (; lineBreak > 0 && at < end; at++, lineBreak--) {
                if (bytes.applyAsInt(at) != (lineBreak == 2 ? '\r' : '\n')) {
                    return false;
                }
            }
            int line = lineBreak > 0 ? INCOMPLETE : lineEnd(bytes, at, end);
            if (line == INCOMPLETE) {
                return true; // the decoder is shown the size's line again
            }
            if (line == MALFORMED) {
                return false;
            }
            remaining = size(bytes, at);
            last = remaining == 0;
            lineBreak = 2;
            at = line;
        }
        if (last) {
            return isTrailer(bytes, at, end);
        }
        remaining -= Math.min(remaining, end - at);
        return true;
    }

    /** The index behind the size's CR LF, or one of the constants. */
    private static int lineEnd(IntUnaryOperator bytes, int start, int end) {
        int at = start;
        while (at < end && RequestSyntax.isHex(bytes.applyAsInt(at))) {
            at++;
        }
        int digits = at - start;
        if (digits > MOST_DIGITS || (digits == 0 && at < end)) {
            return MALFORMED;
        }
        for (char expected : LINE_BREAK) {
            if (at == end) {
                return INCOMPLETE;
            }
            if (bytes.applyAsInt(at++) != expected) {
                return MALFORMED;
            }
        }
        return at;
    }

    private static long size(IntUnaryOperator bytes, int start) {
        long size = 0;
        for (int at = start; RequestSyntax.isHex(bytes.applyAsInt(at)); at++) {
            size = size * 16 + Character.digit(bytes.applyAsInt(at), 16);
        }
        return size;
    }

    /** Up to its empty line; what follows is the next request. */
    private static boolean isTrailer(IntUnaryOperator bytes, int start, int end) {
        int lineStart = start;
        for (int at = start; at < end; at++) {
            int b = bytes.applyAsInt(at);
            if (b == '\n') {
                if (at == lineStart || bytes.applyAsInt(at - 1) != '\r') {
                    return false;
                }
                if (at - 1 == lineStart) {
                    return true;
                }
                lineStart = at + 1;
            }
        }
        return true;
    }
}

package com.amplihack.auth.gate.connector;

import java.util.function.IntUnaryOperator;

/**
 * Validates one request body's chunked framing against RFC 9112 section 7.1, without extensions: refuses bare LF, bytes
 * between a chunk's data and its CR LF, and white space in sizes. It sees the same buffers as Grizzly's decoder, which
 * consumes at most one chunk of each and sees an incomplete line again.
 */
final class ChunkedSyntax {
    private static final int MAX_DIGITS = 15; // of a chunk size: more would overflow
    private static final int INCOMPLETE = -1;
    private static final int MALFORMED = -2;
    private static final char[] LINE_BREAK = {'\r', '\n'};

    /** Outstanding bytes of the current chunk's data. */
    private long remaining;

    /** Outstanding bytes of the line break before the next size: 0, 2 (CR LF) or 1 (LF). */
    private int lineBreak;

    private boolean last;

    /**
     * Validates the bytes from {@code start} to {@code end}.
     *
     * @param bytes the signed byte at an index
     * @return whether they are well-formed so far
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
                return true; // the decoder sees the size's line again
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

    /** The index after the size's CR LF, or {@code INCOMPLETE} or {@code MALFORMED}. */
    private static int lineEnd(IntUnaryOperator bytes, int start, int end) {
        int at = start;
        while (at < end && RequestSyntax.isHex(bytes.applyAsInt(at))) {
            at++;
        }
        int digits = at - start;
        if (digits > MAX_DIGITS || (digits == 0 && at < end)) {
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

    /** Validates up to the trailer's empty line, after which the next request follows. */
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

package com.amplihack.auth.gate.connector;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;

/**
 * Decodes a body of known length or in chunks (RFC 9112 section 7.1) from its connection's bytes, blocking or not as
 * the underlying stream; throws a {@link ProtocolException} at malformed chunks, and drops extensions and trailers.
 */
final class FramedBody extends ServletInputStream {
    private static final int BUFFER = 8_192;

    /** The maximum length of a chunk's first line, and of all trailers. */
    private static final int MAX_LINE = 8_192;

    private static final int MAX_DIGITS = 15;

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_END,
        CONTENT,
        CONTENT_CR,
        CONTENT_LF,
        TRAILER_START,
        TRAILER,
        TRAILER_LF,
        LAST_LF,
        COMPLETE
    }

    private final ServletInputStream connection;
    private final boolean chunked;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private State state;
    private long remaining;
    private int digits;
    private int line;
    private boolean nonBlocking;

    /** @param length the content's length in bytes, or negative for chunks */
    FramedBody(ServletInputStream connection, long length) {
        this.connection = connection;
        chunked = length < 0;
        remaining = Math.max(0, length);
        state = chunked ? State.SIZE : length == 0 ? State.COMPLETE : State.CONTENT;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /** Returns 0 only in non-blocking mode, when nothing can be read without blocking. */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        while (length > 0) {
            while (position < limit && state != State.CONTENT && state != State.COMPLETE) {
                frame(buffer[position++] & 0xFF);
            }
            if (state == State.COMPLETE) {
                return -1;
            }
            if (position < limit) {
                return content(target, offset, length);
            }
            if (nonBlocking && !connection.isFinished() && !connection.isReady()) {
                return 0;
            }
            fill();
        }
        return 0;
    }

    private int content(byte[] target, int offset, int length) {
        int count = (int) Math.min(Math.min(length, limit - position), remaining);
        System.arraycopy(buffer, position, target, offset, count);
        position += count;
        remaining -= count;
        if (remaining == 0) {
            state = chunked ? State.CONTENT_CR : State.COMPLETE;
        }
        return count;
    }

    private void fill() throws IOException {
        int count = connection.read(buffer, 0, BUFFER);
        if (count < 0) {
            throw new EOFException("The body ended early.");
        }
        position = 0;
        limit = count;
    }

    private void frame(int b) throws ProtocolException {
        switch (state) {
            case SIZE -> size(b);
            case EXTENSION -> {
                bounded();
                state = b == '\r' ? State.SIZE_END : State.EXTENSION;
                require(b != '\n');
            }
            case SIZE_END -> {
                require(b == '\n');
                state = remaining == 0 ? State.TRAILER_START : State.CONTENT;
                digits = 0;
                line = 0;
            }
            case CONTENT_CR -> expect(b, '\r', State.CONTENT_LF);
            case CONTENT_LF -> expect(b, '\n', State.SIZE);
            case TRAILER_START -> {
                bounded();
                state = b == '\r' ? State.LAST_LF : State.TRAILER;
                require(b != '\n');
            }
            case TRAILER -> {
                bounded();
                state = b == '\r' ? State.TRAILER_LF : State.TRAILER;
                require(b != '\n');
            }
            case TRAILER_LF -> expect(b, '\n', State.TRAILER_START);
            case LAST_LF -> expect(b, '\n', State.COMPLETE);
            default -> throw new IllegalStateException(state.name());
        }
    }

    private void size(int b) throws ProtocolException {
        int digit = Character.digit(b, 16);
        if (digit >= 0) {
            require(++digits <= MAX_DIGITS);
            remaining = remaining * 16 + digit;
            return;
        }
        require(digits > 0 && (b == ';' || b == '\r'));
        state = b == ';' ? State.EXTENSION : State.SIZE_END;
    }

    private void expect(int b, char wanted, State next) throws ProtocolException {
        require(b == wanted);
        state = next;
    }

    private void bounded() throws ProtocolException {
        require(++line <= MAX_LINE);
    }

    private static void require(boolean wellFormed) throws ProtocolException {
        if (!wellFormed) {
            throw new ProtocolException("The body is not chunked as its header says.");
        }
    }

    @Override
    public boolean isFinished() {
        return state == State.COMPLETE;
    }

    @Override
    public boolean isReady() {
        return state == State.COMPLETE || position < limit || connection.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
        nonBlocking = true;
        connection.setReadListener(listener);
    }
}

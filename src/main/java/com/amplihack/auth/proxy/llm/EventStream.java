package com.amplihack.auth.proxy.llm;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits {@code text/event-stream} (HTML Living Standard section 9.2.6) into events, whose data it gives to a scanner. To take
 * an event out it holds an incomplete one back, which a client could not yet use, up to 64 KiB; a longer one passes.
 */
final class EventStream {
    private static final int MAX_HELD = 65_536;
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};

    private final UsageScanner scanner;
    private final boolean takeOut;
    /** What came of the current event with earlier pieces. */
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    /** Of the current line, counted up to the length of {@code data:}. */
    private int column;

    private boolean isData = true;
    private boolean afterCarriageReturn;
    /** Whether the current event was too long to be held, and has passed in part. */
    private boolean passing;

    private boolean lastTakenOut;

    EventStream(UsageScanner scanner, boolean takeOut) {
        this.scanner = scanner;
        this.takeOut = takeOut;
    }

    /** Reads a piece and returns what passes now. */
    List<ByteBuffer> pass(List<ByteBuffer> piece) {
        List<ByteBuffer> passed = new ArrayList<>();
        piece.forEach(bytes -> new Piece(bytes, passed).read());
        return takeOut ? passed : piece;
    }

    /** The rest of an event without an end. */
    List<ByteBuffer> end() {
        List<ByteBuffer> passed = new ArrayList<>();
        release(passed);
        return passed;
    }

    private void release(List<ByteBuffer> to) {
        if (held.size() > 0) {
            to.add(ByteBuffer.wrap(held.toByteArray()));
            held.reset();
        }
    }

    /** One buffer of a piece; it is read, and views of it pass. */
    private final class Piece {
        private final ByteBuffer bytes;
        private final List<ByteBuffer> passed;
        private int at;
        /** Where what passes begins. */
        private int from;
        /** Where the current event begins, unless some of it is held. */
        private int event;

        Piece(ByteBuffer bytes, List<ByteBuffer> passed) {
            this.bytes = bytes;
            this.passed = passed;
            at = bytes.position();
            from = at;
            event = at;
        }

        void read() {
            while (at < bytes.limit()) {
                byte b = bytes.get(at);
                if (afterCarriageReturn && b == '\n') {
                    afterCarriageReturn = false;
                    skipLineFeed();
                } else if (b == '\n' || b == '\r') {
                    afterCarriageReturn = b == '\r';
                    endLine();
                } else {
                    afterCarriageReturn = false;
                    readLine(b);
                }
            }
            keepRest();
        }

        /** The second half of a line's end, of which the first has ended an event perhaps. */
        private void skipLineFeed() {
            at++;
            if (column == 0 && event == at - 1 && held.size() == 0 && !passing) {
                endOfEvent(lastTakenOut);
            }
        }

        private void endLine() {
            at++;
            if (column == 0) {
                lastTakenOut = takeOut && !passing && scanner.isUsageAlone();
                endOfEvent(lastTakenOut);
                passing = false;
                scanner.reset();
            }
            column = 0;
            isData = true;
        }

        private void endOfEvent(boolean takenOut) {
            if (takenOut) {
                passUntil(event);
                held.reset();
                from = at;
            } else {
                release(passed);
            }
            event = at;
        }

        private void readLine(byte b) {
            if (column < DATA.length) {
                isData = isData && b == DATA[column];
                column++;
                at++;
                return;
            }
            int start = at;
            while (at < bytes.limit() && bytes.get(at) != '\n' && bytes.get(at) != '\r') {
                at++;
            }
            if (isData) {
                scanner.scan(bytes, start, at);
            }
        }

        private void keepRest() {
            if (!takeOut) {
                return;
            }
            passUntil(event);
            for (int i = event; i < at; i++) {
                held.write(bytes.get(i));
            }
            passing |= held.size() >= MAX_HELD;
            if (passing) {
                release(passed);
            }
        }

        private void passUntil(int end) {
            if (end > from) {
                passed.add(bytes.duplicate().position(from).limit(end));
            }
        }
    }
}

package com.amplihack.auth.gate.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramedBodyTest {
    private static final String CHUNKED =
            "3\r\nabc\r\nA;ext=\"1\"\r\n0123456789\r\n0\r\nTrailer: 1\r\nOther: 2\r\n\r\n";

    @Test
    void chunksAreJoinedHoweverTheirBytesArrive() throws IOException {
        for (int piece = 1; piece <= CHUNKED.length(); piece++) {
            Bytes connection = new Bytes(CHUNKED + "GET / HTTP/1.1\r\n\r\n", piece);
            assertEquals("abc0123456789", text(new FramedBody(connection, -1)));
        }
    }

    @Test
    void withoutBlockingNothingIsReadThatIsNotThere() throws IOException {
        Bytes connection = new Bytes(CHUNKED, 1);
        FramedBody body = new FramedBody(connection, -1);
        body.setReadListener(null);
        byte[] target = new byte[100];
        int count = 0;
        for (int arrived = 0; arrived < CHUNKED.length(); arrived++) {
            connection.arrived = arrived;
            int read = body.read(target, count, 100 - count);
            assertTrue(read >= 0, "ended after " + arrived);
            count += read;
        }
        connection.arrived = CHUNKED.length();
        assertEquals(-1, body.read(target, count, 100 - count));
        assertTrue(body.isFinished());
        assertTrue(body.isReady());
        assertEquals("abc0123456789", new String(target, 0, count, StandardCharsets.US_ASCII));
    }

    @Test
    void aLengthEndsTheBody() throws IOException {
        assertEquals("abc", text(new FramedBody(new Bytes("abcGET / HTTP/1.1\r\n\r\n", 2), 3)));
        assertEquals("", text(new FramedBody(new Bytes("GET", 2), 0)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\n",
                "\r\n",
                ";a\r\n",
                " 3\r\nabc\r\n",
                "3 \r\nabc\r\n",
                "+3\r\nabc\r\n",
                "-1\r\n",
                "0x3\r\nabc\r\n",
                "3\nabc\n0\n\n",
                "3;a\nabc\r\n",
                "3\r\nabcd\r\n",
                "3\r\nabc\n0\r\n\r\n",
                "3\r\nabc\r0\r\n\r\n",
                "0\r\nTrailer: 1\n\r\n",
                "0\r\n\n",
                "0\r\n\rx",
                "fffffffffffffffff\r\n",
                "0000000000000000\r\n"
            })
    void whatIsNotExactlyChunkedIsRefused(String malformed) {
        FramedBody body = new FramedBody(new Bytes(malformed, 100), -1);
        assertThrows(ProtocolException.class, body::readAllBytes);
    }

    @Test
    void extensionsAndTrailersAreBounded() {
        FramedBody extension = new FramedBody(new Bytes("3;" + "a".repeat(9_000), 100), -1);
        assertThrows(ProtocolException.class, extension::readAllBytes);
        FramedBody trailers = new FramedBody(new Bytes("0\r\n" + "a: b\r\n".repeat(3_000), 100), -1);
        assertThrows(ProtocolException.class, trailers::readAllBytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "3\r\nab", "3\r\nabc\r\n", "0\r\n", "0\r\n\r"})
    void aConnectionThatEndsEarlyIsSeen(String part) {
        FramedBody body = new FramedBody(new Bytes(part, 100), -1);
        assertThrows(EOFException.class, body::readAllBytes);
    }

    private static String text(FramedBody body) throws IOException {
        return new String(body.readAllBytes(), StandardCharsets.US_ASCII);
    }

    /** The connection below: so many bytes at a time, and only those that have arrived. */
    private static final class Bytes extends ServletInputStream {
        private final byte[] bytes;
        private final int piece;
        private int arrived;
        private int position;

        Bytes(String text, int piece) {
            bytes = text.getBytes(StandardCharsets.US_ASCII);
            arrived = bytes.length;
            this.piece = piece;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int count = Math.min(Math.min(length, piece), arrived - position);
            if (count == 0) {
                return -1;
            }
            System.arraycopy(bytes, position, target, offset, count);
            position += count;
            return count;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isFinished() {
            return position == bytes.length;
        }

        @Override
        public boolean isReady() {
            return position < arrived;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            // it is the test that reads
        }
    }
}

package com.amplihack.auth.gate.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.Seed;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedSyntaxTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0\r\n\r\n",
                "5\r\nhello\r\n0\r\n\r\n",
                "00005\r\nhello\r\n000\r\n\r\n",
                "a\r\n0123456789\r\n1\r\n\n\r\n0\r\n\r\n",
                "C\r\nhello\r\nworld\r\n0\r\nX-One: 1\r\nX-Two: 2\r\n\r\n"
            })
    void wellFormedChunksAreAcceptedHoweverTheyArriveAndTheNextRequestIsNotLookedAt(String body) {
        String next = "GET / HTTP/1.1\nHost: a\n\n";
        assertTrue(decode(body + next, Integer.MAX_VALUE), body);
        for (int piece = 1; piece <= body.length(); piece++) {
            assertTrue(decode(body, piece), body + " in pieces of " + piece);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\nhello\r\n0\r\n\r\n",
                "5\r\nhello\n0\r\n\r\n",
                "5\r\nhello\r\n0\n\r\n",
                "5\r\nhello\r\n0\r\n\n",
                "5\r\nhello\r\n0\r\nX: y\n\r\n",
                "5\r\nhelloxx\r\n0\r\n\r\n",
                "5\r\nhello0\r\n\r\n",
                "5\r\nhello\r\r\n0\r\n\r\n",
                "5\rhello\r\n0\r\n\r\n",
                " 5\r\nhello\r\n0\r\n\r\n",
                "5 \r\nhello\r\n0\r\n\r\n",
                "5;a=b\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                "+5\r\nhello\r\n0\r\n\r\n",
                "\r\nhello\r\n0\r\n\r\n",
                "1000000000000000\r\nhello\r\n0\r\n\r\n"
            })
    void whatTwoReadersCouldReadDifferentlyIsRefusedHoweverItArrives(String body) {
        for (int piece = 1; piece <= body.length(); piece++) {
            assertFalse(decode(body, piece), body + " in pieces of " + piece);
        }
    }

    @Test
    void noBytesMakeItFail() {
        Random random = Seed.random();
        String alphabet = "05aF\r\n \t;x-\u0000\u00ff";
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder body = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                body.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            refused += decode(body.toString(), 1 + random.nextInt(8)) ? 0 : 1;
        }
        assertTrue(refused > 10_000, () -> "random bytes are seldom chunks");
    }

    /** Shows the body to it piece by piece, as Grizzly's decoder takes it. */
    private static boolean decode(String body, int piece) {
        byte[] all = body.getBytes(StandardCharsets.ISO_8859_1);
        ChunkedSyntax chunks = new ChunkedSyntax();
        Decoder decoder = new Decoder(all);
        for (int arrived = Math.min(piece, all.length); ; arrived = Math.min(arrived + piece, all.length)) {
            int before = -1;
            while (before != decoder.consumed && !decoder.done && decoder.consumed < arrived) {
                before = decoder.consumed;
                if (!chunks.accept(index -> all[index], decoder.consumed, arrived)) {
                    return false;
                }
                decoder.take(arrived);
            }
            if (arrived == all.length || decoder.done) {
                return true;
            }
        }
    }

    /** What Grizzly's lenient decoder takes of what has arrived: at most one chunk, no incomplete line. */
    private static final class Decoder {
        private final byte[] bytes;
        private int consumed;
        private long remaining;
        private boolean afterData;
        private boolean trailer;
        private boolean done;

        Decoder(byte[] bytes) {
            this.bytes = bytes;
        }

        void take(int arrived) {
            if (remaining == 0 && !trailer) {
                while (afterData && consumed < arrived) {
                    afterData = bytes[consumed++] != '\n';
                }
                int line = indexOfLf(consumed, arrived);
                if (afterData || line < 0) {
                    return;
                }
                String size = new String(bytes, consumed, line - consumed, StandardCharsets.ISO_8859_1).strip();
                remaining = size.isEmpty() ? 0 : Long.parseLong(size, 16);
                trailer = remaining == 0;
                afterData = true;
                if (!trailer) {
                    consumed = line + 1;
                }
            }
            if (trailer) {
                String rest = new String(bytes, consumed, arrived - consumed, StandardCharsets.ISO_8859_1);
                int end = rest.indexOf("\r\n\r\n");
                done = end >= 0;
                return;
            }
            int data = (int) Math.min(remaining, arrived - consumed);
            consumed += data;
            remaining -= data;
        }

        private int indexOfLf(int from, int to) {
            for (int i = from; i < to; i++) {
                if (bytes[i] == '\n') {
                    return i;
                }
            }
            return -1;
        }
    }

    @Test
    void theTestsOwnDecoderReadsToTheEnd() {
        Decoder decoder = new Decoder("5\r\nhello\r\n0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        decoder.take(15);
        decoder.take(15);
        assertTrue(decoder.done);
        assertEquals(10, decoder.consumed);
    }
}

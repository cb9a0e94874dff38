package com.amplihack.auth.users.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LineReaderTest {
    private static final InstantSource STILL = InstantSource.fixed(Instant.EPOCH);

    @Test
    void linesEndAsTheyLikeAndBlankOnesAreCounted() throws IOException {
        assertEquals(
                List.of("1:{\"a\":1}\r", "4:b", "5: c"),
                lines(new ByteArrayInputStream("\ufeff{\"a\":1}\r\n\r\n \t\nb\n c".getBytes(StandardCharsets.UTF_8))));
        assertEquals(List.of(), lines(new ByteArrayInputStream(new byte[0])));
        assertEquals(List.of(), lines(new ByteArrayInputStream("\n\n".getBytes(StandardCharsets.UTF_8))));
    }

    /** However the network cuts them. */
    @Test
    void bytesMayComeOneByOne() throws IOException {
        InputStream whole = new ByteArrayInputStream("\ufeffab\ncd\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("1:ab", "2:cd"), lines(new InputStream() {
            @Override
            public int read() throws IOException {
                return whole.read();
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return whole.read(into, offset, 1);
            }
        }));
    }

    /** Its bytes are dropped as they come: an endless line needs no more memory than any other. */
    @Test
    void aLineOfMoreThan64KibIsToldAndTheNextOneRead() throws IOException {
        String longest = "x".repeat(LineReader.MAX_LINE);
        List<String> lines =
                lines(new ByteArrayInputStream((longest + "\n" + longest + "y\nz").getBytes(StandardCharsets.UTF_8)));

        assertEquals(List.of("1:" + longest, "2 is too long", "3:z"), lines);
    }

    @Test
    void whoSendsALineForMoreThanAMinuteIsCutOff() {
        AtomicLong seconds = new AtomicLong();
        InputStream slow = new InputStream() {
            @Override
            public int read() {
                seconds.addAndGet(20);
                return 'x';
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                into[offset] = (byte) read();
                return 1;
            }
        };
        LineReader reader = new LineReader(slow, () -> Instant.ofEpochSecond(seconds.get()));

        assertTrue(assertThrows(IOException.class, reader::next).getMessage().contains("60 s"));
    }

    @Test
    void theDigestIsOfAllBytes() throws IOException {
        LineReader reader = new LineReader(new ByteArrayInputStream("abc".getBytes(StandardCharsets.UTF_8)), STILL);
        assertTrue(reader.next().isPresent());
        assertEquals(Optional.empty(), reader.next());
        // FIPS 180-2 appendix B.1
        assertEquals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", reader.digest());
    }

    private static List<String> lines(InputStream in) throws IOException {
        LineReader reader = new LineReader(in, STILL);
        List<String> lines = new ArrayList<>();
        for (var line = reader.next(); line.isPresent(); line = reader.next()) {
            long number = line.get().number();
            lines.add(line.get()
                    .utf8()
                    .map(utf8 -> number + ":" + new String(utf8, StandardCharsets.UTF_8))
                    .orElse(number + " is too long"));
        }
        return lines;
    }
}

package com.amplihack.auth.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.audit.chain.ChainHead;
import com.amplihack.auth.audit.chain.ChainKey;
import com.amplihack.auth.audit.chain.ChainOpening;
import com.amplihack.auth.audit.chain.ChainStateFile;
import com.amplihack.auth.audit.chain.ChainVerifier;
import com.amplihack.auth.audit.chain.FirstKeyFile;
import com.amplihack.auth.store.Until;
import jakarta.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AuditWriterTest {
    @TempDir
    Path home;

    private AuditWriter writer;

    @AfterEach
    void stop() {
        writer.stop();
    }

    @Test
    void aFailureBesideTheFileEndsNotTheWriter() throws IOException {
        Path path = home.resolve("audit.jsonl");
        start(path, entry -> {
            throw new IllegalStateException("no entry of the writer's own");
        });
        write("one", 1);
        Files.delete(path); // the writer has this to tell, and cannot

        write("two", 2);
        write("three", 3);

        assertEquals(List.of("two", "three"), Files.readAllLines(path));
        assertEquals(0, writer.waiting());
    }

    @Test
    void aProcessThatIsKilledWhileTheFileRefusesGivesNoNumberTwice() throws IOException {
        Path folder = home.resolve("folder");
        Path path = folder.resolve("audit.jsonl");
        start(path, entry -> {});
        write("one", 1);
        Files.delete(path);
        Files.createDirectory(path); // nothing can be appended to a folder

        writer.add(line("two", 2));

        AuditSequenceFile head = new AuditSequenceFile(path);
        Until.holds("the head has the number", () -> head.read()
                .filter(new AuditSequenceFile.State(2, 1)::equals)
                .isPresent());
        Files.delete(path);
        Until.holds("it is written", () -> writer.waiting() == 0);
    }

    @Test
    void linesThatQueueUpAreWrittenAtOnce() throws Exception {
        SlowFile file = chained();
        seal(1, 10);
        Until.holds("the first one is being written", () -> file.writes.get() == 1);
        seal(200, 10);
        file.gate.countDown();
        Until.holds("all are written", () -> writer.waiting() == 0);

        assertEquals(1 + 4, file.writes.get(), "the first line, then 64, 64, 64 and 8 of them");
        for (AuditWriter.Line line : added) {
            assertTrue(AuditWriter.isWritten(line, Duration.ZERO), "whoever waits for it goes on");
        }
        assertProven(201);
        assertEquals(
                chain.hash(), new ChainStateFile(path()).read().orElseThrow().hash());
        assertEquals(Optional.of(new AuditSequenceFile.State(201, 0)), new AuditSequenceFile(path()).read());
    }

    @Test
    void aGroupIsBoundedInBytesToo() throws Exception {
        SlowFile file = chained();
        seal(1, 10);
        Until.holds("the first one is being written", () -> file.writes.get() == 1);
        seal(6, 100_000);
        seal(1, 2 * AuditWriter.MOST_BYTES);
        seal(1, 10);
        file.gate.countDown();
        Until.holds("all are written", () -> writer.waiting() == 0);

        assertEquals(1 + 3 + 1 + 1, file.writes.get(), "two by two, and the longest alone");
        assertProven(9);
    }

    @Test
    void theKeysOfAGroupAreErasedButThatOfTheNextLine() throws Exception {
        SlowFile file = chained();
        ChainHead opening = chain;
        List<ChainHead> heads = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            heads.add(chain);
            seal(1, 10);
            Until.holds("the first one is being written", () -> file.writes.get() == 1);
        }
        assertFalse(isErased(opening));
        file.gate.countDown();
        Until.holds("all are written", () -> writer.waiting() == 0);

        assertEquals(2, file.writes.get());
        for (ChainHead head : heads) {
            assertTrue(isErased(head), "of the line after " + head.seq());
        }
        assertFalse(isErased(chain));
        assertTrue(isErased(opening), "which the start has read from the file beside the log");
    }

    /** The longest group; the head beside the file is the one of the line before it. */
    @Test
    void aProcessKilledBetweenAGroupAndItsHeadGoesOnBehindTheGroup() throws Exception {
        SlowFile file = chained();
        file.gate.countDown();
        seal(1, 10);
        Until.holds("it is written", () -> writer.waiting() == 0);
        byte[] state = Files.readAllBytes(stateFile());
        file.gate = new CountDownLatch(1);
        seal(1, 10);
        Until.holds("it is being written", () -> file.writes.get() == 2);
        seal(AuditWriter.MOST_LINES, AuditWriter.MOST_BYTES / AuditWriter.MOST_LINES - 400);
        file.gate.countDown();
        Until.holds("all are written", () -> writer.waiting() == 0);
        assertEquals(3, file.writes.get(), "one group");
        writer.stop();
        Files.write(stateFile(), state);

        ChainOpening opening = ChainOpening.of(
                new ChainStateFile(path()), Optional.of(path()), new FirstKeyFile(Optional.empty(), home));
        assertEquals(Optional.empty(), opening.trouble());
        assertEquals(2 + AuditWriter.MOST_LINES, opening.head().lines());
        assertEquals(chain.hash(), opening.head().hash());
    }

    /** Of what a pipe has taken nothing can be cut off. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aPipeGetsLineByLine() throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", path().toString()).start().waitFor());
        SlowFile file = chained();
        seal(1, 10);
        Until.holds("the first one is being written", () -> file.writes.get() == 1);
        seal(9, 10);
        file.gate.countDown();
        Until.holds("all are written", () -> writer.waiting() == 0);
        assertEquals(10, file.writes.get());
    }

    private ChainHead chain;
    private final List<AuditWriter.Line> added = new ArrayList<>();
    private final byte[] firstKey = "a first key that has 32 bytes...".getBytes(StandardCharsets.US_ASCII);

    /** A file that takes nothing until its gate opens, and counts. */
    private static final class SlowFile extends AuditFile {
        private final AtomicInteger writes = new AtomicInteger();
        private volatile CountDownLatch gate = new CountDownLatch(1);

        SlowFile(Path path) {
            super(path, Long.MAX_VALUE, InstantSource.system());
        }

        @Override
        void append(byte[] group, long seq) throws IOException {
            writes.incrementAndGet();
            try {
                gate.await();
            } catch (InterruptedException stopped) {
                throw new IOException(stopped);
            }
            super.append(group, seq);
        }
    }

    private SlowFile chained() throws IOException {
        SlowFile file = new SlowFile(path());
        file.open();
        chain = ChainHead.first(ChainKey.of(firstKey));
        writer = new AuditWriter(file, new AuditSequenceFile(path()), new ChainStateFile(path()), chain, entry -> {});
        writer.start(Thread::new);
        return file;
    }

    private void seal(int lines, int length) {
        for (int i = 0; i < lines; i++) {
            ChainHead.Sealed line = sealed(chain, chain.seq() + 1, "x".repeat(length));
            chain = line.head();
            added.add(writer.add(line));
        }
    }

    private static ChainHead.Sealed sealed(ChainHead head, long seq, String text) {
        return head.seal(
                Json.createObjectBuilder()
                        .add("node", "one")
                        .add("seq", seq)
                        .add("event", "LOGOUT")
                        .add("details", Json.createObjectBuilder().add("text", text))
                        .build(),
                seq);
    }

    private static boolean isErased(ChainHead head) {
        ChainHead zeros = new ChainHead(head.lines(), head.seq(), head.hash(), ChainKey.of(new byte[ChainKey.BYTES]));
        return sealed(head, 1, "").text().equals(sealed(zeros, 1, "").text());
    }

    private void assertProven(long lines) throws IOException {
        ChainVerifier verifier = new ChainVerifier(Optional.of(ChainKey.of(firstKey)), List.of(), read -> {});
        try (InputStream content = Files.newInputStream(path())) {
            assertEquals(Optional.empty(), verifier.read("audit", content));
        }
        assertEquals(lines, verifier.lines());
    }

    private Path path() {
        return home.resolve("audit.jsonl");
    }

    private Path stateFile() {
        return home.resolve("audit.jsonl.chain");
    }

    private void start(Path path, java.util.function.Consumer<AuditEntry> own) throws IOException {
        AuditFile file = new AuditFile(path, Long.MAX_VALUE, InstantSource.system());
        file.open();
        writer = new AuditWriter(
                file,
                new AuditSequenceFile(path),
                new ChainStateFile(path),
                ChainHead.first(ChainKey.of(new byte[ChainKey.BYTES])),
                own);
        writer.start(Thread::new);
    }

    private void write(String line, long sequence) {
        assertEquals(true, writer.hasRoom(Severity.INFO));
        writer.add(line(line, sequence));
        Until.holds("it is written", () -> writer.waiting() == 0);
    }

    private static ChainHead.Sealed line(String text, long sequence) {
        return new ChainHead.Sealed(
                text, new ChainHead(sequence, sequence, "h".repeat(43), ChainKey.of(new byte[ChainKey.BYTES])));
    }
}

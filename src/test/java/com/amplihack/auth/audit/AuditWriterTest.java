package com.amplihack.auth.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.audit.chain.ChainHead;
import com.amplihack.auth.audit.chain.ChainKey;
import com.amplihack.auth.audit.chain.ChainStateFile;
import com.amplihack.auth.store.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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

    private void start(Path path, java.util.function.Consumer<AuditEntry> own) throws IOException {
        AuditFile file = new AuditFile(path, Long.MAX_VALUE, InstantSource.system());
        file.open();
        writer = new AuditWriter(file, new AuditSequenceFile(path), new ChainStateFile(path), own);
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

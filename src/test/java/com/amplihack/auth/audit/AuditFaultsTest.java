package com.amplihack.auth.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.Until;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that hangs, refuses, is full, moved, emptied or deleted. */
class AuditFaultsTest {
    private static final ClientContext CLIENT = new ClientContext("192.0.2.7", "curl/8", "request-1");
    private static final Logger SERVER_LOG = Logger.getLogger(AuditLog.class.getName());

    @TempDir
    Path home;

    private final List<String> logged = new ArrayList<>();
    private final Handler listener = new Handler() {
        @Override
        public synchronized void publish(LogRecord record) {
            logged.add(new SimpleFormatter().formatMessage(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private final AtomicInteger dropped = new AtomicInteger();
    private final List<String> critical = new CopyOnWriteArrayList<>();
    private final Meters meters = new Meters() {
        @Override
        public void auditDropped(long entries) {
            dropped.addAndGet((int) entries);
        }

        @Override
        public void auditCritical(String event) {
            critical.add(event);
        }
    };
    private AuditLog audit;

    @BeforeEach
    void listen() {
        SERVER_LOG.addHandler(listener);
        SERVER_LOG.setUseParentHandlers(false);
    }

    @AfterEach
    void close() {
        if (audit != null) {
            audit.close();
        }
        SERVER_LOG.removeHandler(listener);
        SERVER_LOG.setUseParentHandlers(true);
        assertEquals(List.of(), writers(), "the writer ends with the log");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFifoThatNobodyReadsHoldsNobody() throws Exception {
        fullFifo();
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> open());
        assertTimeoutPreemptively(
                Duration.ofSeconds(2),
                () -> {
                    for (int i = 0; i < 1_000; i++) {
                        record("user-" + i);
                    }
                },
                "all but the first did not wait at all");
        assertTrue(logged.get(999).contains("\"user-999\""), "the server log has each of them at once");
        assertDoesNotThrow(audit::requireRecording, "within the grace");

        Until.holds("the file hangs", () -> audit.fault().isPresent());
        Until.holds("the grace is over", () -> refusal() == ErrorCode.STORE_UNAVAILABLE);
        assertTrue(audit.fault().orElseThrow().startsWith("auth.audit.file has not taken an entry for "));
        assertEquals(1_000, audit.waiting());

        List<JsonObject> read = drainFifo(1_001);
        assertDoesNotThrow(audit::requireRecording);
        assertEquals(Optional.empty(), audit.fault());
        assertEquals(
                LongStream.rangeClosed(1, 1_001).boxed().toList(),
                read.stream().map(line -> line.getJsonNumber("seq").longValue()).toList());
        JsonObject gap = read.get(1_000);
        assertEquals("AUDIT_GAP", gap.getString("event"));
        assertEquals("warning", gap.getString("severity"), "nothing is missing");
        assertEquals("0", gap.getJsonObject("details").getString("not_written"));
    }

    /** Somebody reads one line in a while: no request waits for it, and each line comes in its order. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aSlowDiskHoldsNobodyAndLosesNothing() throws Exception {
        fullFifo();
        open();
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (int i = 0; i < 300; i++) {
                record("user-" + i);
            }
        });
        List<Long> read = new ArrayList<>();
        try (InputStream in = Channels.newInputStream(fifo.getChannel())) {
            in.readNBytes(65_536);
            StringBuilder line = new StringBuilder();
            while (read.size() < 300) {
                int c = in.read(); // byte by byte, with a system call for each
                if (c == '\n') {
                    read.add(StrictJson.parse(line.toString().getBytes(UTF_8))
                            .getJsonNumber("seq")
                            .longValue());
                    line.setLength(0);
                } else {
                    line.append((char) c);
                }
            }
        }
        assertEquals(LongStream.rangeClosed(1, 300).boxed().toList(), read);
    }

    /** Counted by the JVM: a refused admission does not wait for the file, and what tells of a change does, once it hangs. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aRefusedAdmissionDoesNotWaitForAFileThatHangs() throws Exception {
        fullFifo();
        open();
        audit.record(AuditEntry.of(AuditEvent.TOKEN_INVALID, CLIENT));
        Until.holds("the writer is stuck", () -> audit.waiting() == 1);
        long before = waits();
        for (AuditEvent event : List.of(
                AuditEvent.TOKEN_INVALID,
                AuditEvent.BINDING_MISMATCH,
                AuditEvent.REPLAY_DETECTED,
                AuditEvent.API_KEY_REFUSED,
                AuditEvent.RATE_LIMIT_EXCEEDED)) {
            audit.record(AuditEntry.of(event, CLIENT));
        }
        assertEquals(before, waits());
        record("somebody");
        assertEquals(before + 1, waits());
        assertEquals(7, drainFifo(7).size());
    }

    private static long waits() {
        return ManagementFactory.getThreadMXBean()
                .getThreadInfo(Thread.currentThread().getId())
                .getWaitedCount();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatIsTooMuchToKeepIsCountedAndCriticalEntriesHaveRoomOfTheirOwn() throws Exception {
        fullFifo();
        open();
        record("stuck");
        Until.holds("the writer is stuck", () -> audit.waiting() == 1);
        int most = AuditWriter.MAX_QUEUED;
        for (int i = 0; i < most + 7; i++) {
            record("user");
        }
        for (int i = 0; i < AuditWriter.CRITICAL_RESERVE + 3; i++) {
            audit.record(AuditEntry.of(AuditEvent.KEY_COMPROMISED, CLIENT));
        }
        assertEquals(1 + most + AuditWriter.CRITICAL_RESERVE, audit.waiting());
        assertEquals(1 + most + 7 + AuditWriter.CRITICAL_RESERVE + 3, logged.size(), "the server log has them all");
        assertEquals(
                10,
                logged.stream().filter(line -> line.contains("\"seq\":null")).count());

        assertEquals(10, dropped.get());
        List<JsonObject> read = drainFifo(1 + most + AuditWriter.CRITICAL_RESERVE + 1);
        JsonObject gap = read.get(read.size() - 1);
        assertEquals("AUDIT_GAP", gap.getString("event"));
        assertEquals("critical", gap.getString("severity"));
        assertEquals("10", gap.getJsonObject("details").getString("not_written"));
        assertEquals("3", gap.getJsonObject("details").getString("not_written_critical"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aWriterThatIsStuckEndsWithTheServerAndTheNextStartTellsWhatIsMissing() throws Exception {
        fullFifo();
        open();
        record("one");
        record("two");
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> audit.close());
        assertEquals(List.of(), writers());
        Files.delete(file());

        open();
        JsonObject gap = lines(file()).get(0);
        assertEquals("AUDIT_GAP", gap.getString("event"));
        assertEquals("2", gap.getJsonObject("details").getString("not_written"));
        assertEquals(3, gap.getInt("seq"), "no number is used twice");
        assertEquals(2, dropped.get(), "counted, as nobody reads the file all the time");
        assertEquals(List.of("AUDIT_GAP"), critical);
    }

    @Test
    void interruptingTheWriterStopsNothing() throws Exception {
        open();
        for (int i = 0; i < 50; i++) {
            writers().forEach(Thread::interrupt);
            record("user-" + i);
        }
        assertEquals(50, lines(file()).size());
        assertEquals(1, writers().size());
    }

    @Test
    void aFileThatIsMovedOrDeletedIsMadeAgain() throws IOException {
        open();
        record("first");
        lines(file());
        Files.move(file(), home.resolve("audit.1"));
        record("second");
        assertEquals(List.of("first"), users(home.resolve("audit.1")));
        assertEquals(List.of("second", "-"), users(file()));
        JsonObject told = lines(file()).get(1);
        assertEquals("AUDIT_REOPENED", told.getString("event"));
        assertEquals("moved or deleted", told.getJsonObject("details").getString("reason"));
        assertEquals("1", told.getJsonObject("details").getString("last_seq"));

        Files.delete(file());
        record("third");
        assertEquals(List.of("third", "-"), users(file()));
        assertEquals(4, lines(file()).get(0).getInt("seq"));
    }

    @Test
    void aFolderThatIsGoneIsMadeAgain() throws IOException {
        Path folder = home.resolve("logs");
        open(Map.of("auth.audit.file", folder.resolve("audit.jsonl").toString()));
        record("first");
        lines(folder.resolve("audit.jsonl"));
        Files.move(folder, home.resolve("old"));
        record("second");
        assertEquals(List.of("second", "-"), users(folder.resolve("audit.jsonl")));
        assertTrue(Files.exists(folder.resolve("audit.jsonl.head")));
    }

    @Test
    void numbersGoOnOverAnEmptiedFileAndARestart() throws IOException {
        open();
        for (int i = 0; i < 10; i++) {
            record("user");
        }
        lines(file());
        truncate();
        audit.close();
        open();
        record("last");
        List<JsonObject> lines = lines(file());
        assertEquals(11, lines.get(0).getInt("seq"));
        assertEquals("AUDIT_REOPENED", lines.get(0).getString("event"));
        assertEquals("10", lines.get(0).getJsonObject("details").getString("last_seq"));
        assertEquals(12, lines.get(1).getInt("seq"));
    }

    @Test
    void numbersGoOnWithoutTheFileBesideIt() throws IOException {
        open();
        record("user");
        record("user");
        audit.close();
        Files.delete(home.resolve("audit.jsonl.head"));
        open();
        record("last");
        assertEquals(3, lines(file()).get(2).getInt("seq"));
    }

    @Test
    void aFileThatIsEmptiedWhileItIsWrittenStartsAtItsBeginning() throws IOException {
        open();
        record("first");
        lines(file());
        truncate();
        record("second");
        List<JsonObject> lines = lines(file());
        assertEquals(List.of("second", "-"), users(file()));
        assertEquals(
                "emptied or shortened", lines.get(1).getJsonObject("details").getString("reason"));
    }

    @Test
    void aFullDiskLeavesWholeLinesAlone() throws Exception {
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", home.toString()) == 0,
                "only root may mount a file system that is this small");
        try {
            open();
            record("before");
            lines(file());
            fill(home.resolve("filler"));
            for (int i = 0; i < 30; i++) {
                record("full");
            }
            Until.holds("the file refuses", () -> audit.fault().isPresent());
            assertTrue(
                    audit.fault().orElseThrow().endsWith("No space left on device"),
                    audit.fault().toString());
            assertTrue(StrictJson.parse(last(Files.readAllLines(file())).getBytes(UTF_8))
                    .containsKey("seq"));
            assertTrue(Files.readString(file()).endsWith("}\n"));

            Files.delete(home.resolve("filler"));
            List<JsonObject> lines = lines(file());
            assertEquals(30, users(file()).stream().filter("full"::equals).count());
            assertEquals("AUDIT_GAP", last(lines).getString("event"));
            assertEquals(32, last(lines).getInt("seq"));
            audit.close();
        } finally {
            run("umount", home.toString());
        }
    }

    /** As after errors of a disk; the kernel refuses a remount while a file is open, so another file system covers this one. */
    @Test
    void aFileSystemThatBecameReadOnlyIsWaitedFor() throws Exception {
        open();
        record("before");
        lines(file());
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", home.toString()) == 0, "only root may mount");
        try {
            for (int i = 0; i < 30; i++) {
                record("read-only");
            }
            Until.holds("the file refuses", () -> audit.fault()
                    .filter(fault -> fault.contains("Read-only file system"))
                    .isPresent());
        } finally {
            run("umount", home.toString());
        }
        lines(file());
        assertEquals(30, users(file()).stream().filter("read-only"::equals).count());
        assertEquals(Optional.empty(), audit.fault());
    }

    /** As a full disk does, a limit on the size of files takes a part of the lines and then refuses. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    @EnabledOnOs(OS.LINUX)
    void ofLinesThatDoNotFitNothingIsLeft(int atOnce) throws Exception {
        Process writer = new ProcessBuilder(
                        "bash",
                        "-c",
                        "ulimit -f 4 && exec \"$@\"",
                        "limited",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        UntilItIsRefused.class.getName(),
                        file().toString(),
                        Integer.toString(atOnce))
                .redirectErrorStream(true)
                .start();
        String told = new String(writer.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, writer.waitFor(), told);
        int fit = 4096 / (UntilItIsRefused.LINE.length() * atOnce);
        assertEquals(fit, Integer.parseInt(told.strip()));
        assertEquals(UntilItIsRefused.LINE.repeat(fit * atOnce), Files.readString(file()));
    }

    /** Appends groups of lines until the file takes no more, and says how many it took. */
    static final class UntilItIsRefused {
        static final String LINE = "x".repeat(99) + "\n";

        private UntilItIsRefused() {}

        public static void main(String[] arguments) {
            AuditFile file = new AuditFile(Path.of(arguments[0]), Long.MAX_VALUE, InstantSource.system());
            int taken = 0;
            try {
                while (true) {
                    file.append(LINE.repeat(Integer.parseInt(arguments[1])).getBytes(UTF_8), taken + 1);
                    taken++;
                }
            } catch (IOException refused) {
                System.out.println(taken);
            }
        }
    }

    @Test
    void aFileThatCannotBeOpenedStopsTheStartInOneSentence() throws IOException {
        Files.createDirectory(file());
        InvalidSettingException refused = assertThrows(InvalidSettingException.class, () -> open());
        audit = null;
        assertTrue(refused.getMessage().startsWith("auth.audit.file: " + file() + " cannot be opened: "));
        assertTrue(refused.getMessage().contains("Is a directory"), refused.getMessage());
    }

    @Test
    void sixtyReplaysHideNobodysSession() throws IOException {
        open();
        for (int i = 0; i < 100; i++) {
            replay("own", Severity.WARNING);
            replay("own", Severity.CRITICAL);
        }
        replay("robbed", Severity.CRITICAL);
        replay("robbed too", Severity.WARNING);
        replay("robbed", Severity.CRITICAL);
        List<String> sessions =
                lines(file()).stream().map(line -> line.getString("session_id")).toList();
        assertEquals(62, sessions.size(), "and the noise is still bounded");
        assertEquals(List.of("robbed", "robbed too"), sessions.subList(60, 62));
        audit.recordSuppressed();
        assertEquals("141", lines(file()).get(62).getJsonObject("details").getString("not_written_one_by_one"));
    }

    @Test
    void aCrowdOfAddressesAndSessionsHidesNoSessionEither() throws IOException {
        open();
        RefusalThrottle refusals = new RefusalThrottle();
        for (int i = 0; i < 20_000; i++) {
            refusals.mayWrite(entry("own-" + i, "10.0." + i / 256 + "." + i % 256));
        }
        assertTrue(refusals.mayWrite(entry("robbed", "192.0.2.7")));
        for (int i = 0; i < 100; i++) {
            refusals.mayWrite(entry("", "10.1.1.1"));
        }
        assertFalse(refusals.mayWrite(entry("", "10.1.1.1")), "what names no session can be thrown at us for nothing");
    }

    private static AuditEntry entry(String session, String address) {
        return AuditEntry.of(AuditEvent.REPLAY_DETECTED, new ClientContext(address, "", ""))
                .session(session);
    }

    private void replay(String session, Severity severity) {
        audit.record(entry(session, CLIENT.address()).severity(severity));
    }

    private void fullFifo() throws Exception {
        assertEquals(0, run("mkfifo", file().toString()));
        fifo = new RandomAccessFile(file().toFile(), "rw");
        fifo.write(new byte[65_536]);
    }

    private RandomAccessFile fifo;

    /** The lines behind what {@link #fullFifo} has put there. */
    private List<JsonObject> drainFifo(int lines) throws IOException {
        List<JsonObject> read = new ArrayList<>();
        try (InputStream in = Channels.newInputStream(fifo.getChannel())) {
            in.readNBytes(65_536);
            StringBuilder line = new StringBuilder();
            byte[] buffer = new byte[65_536];
            while (read.size() < lines) {
                int length = in.read(buffer);
                for (int i = 0; i < length; i++) {
                    if (buffer[i] == '\n') {
                        read.add(StrictJson.parse(line.toString().getBytes(UTF_8)));
                        line.setLength(0);
                    } else {
                        line.append((char) buffer[i]);
                    }
                }
            }
        }
        return read;
    }

    private ErrorCode refusal() {
        try {
            audit.requireRecording();
            return null;
        } catch (AuthException refused) {
            return refused.code();
        }
    }

    private static void fill(Path file) throws IOException {
        try (RandomAccessFile full = new RandomAccessFile(file.toFile(), "rw")) {
            for (int size = 4096; size > 0; size /= 2) {
                try {
                    while (true) {
                        full.write(new byte[size]);
                    }
                } catch (IOException noSpace) {
                    // with smaller ones, then
                }
            }
        }
    }

    private void truncate() throws IOException {
        Files.write(file(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
    }

    private static List<Thread> writers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("audit-writer"))
                .toList();
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).start().waitFor();
    }

    private void open() {
        open(Map.of());
    }

    private void open(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("auth.audit.grace.seconds", "2");
        InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-23T10:20:30.123456Z"));
        audit = new AuditLog(new Configuration(TestSettings.dev(home, all)), clock, meters);
        audit.open();
    }

    private void record(String user) {
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT).user(user));
    }

    private Path file() {
        return home.resolve("audit.jsonl");
    }

    private static <T> T last(List<T> all) {
        return all.get(all.size() - 1);
    }

    private List<JsonObject> lines(Path file) {
        Until.holds("all is written", () -> audit.waiting() == 0);
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> StrictJson.parse(line.getBytes(UTF_8)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> users(Path file) {
        return lines(file).stream().map(line -> line.getString("user_id", "-")).toList();
    }
}

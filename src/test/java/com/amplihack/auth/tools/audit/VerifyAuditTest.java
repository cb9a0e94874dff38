package com.amplihack.auth.tools.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.Until;
import com.amplihack.auth.web.ClientContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on files that {@link AuditLog} wrote, over restarts and moved files. */
class VerifyAuditTest {
    @TempDir
    Path home;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private Path file;
    private Path older;
    private String key;

    @BeforeEach
    void write() throws IOException {
        Configuration configuration = new Configuration(TestSettings.dev(home, Map.of()));
        file = configuration.settings().audit().file();
        older = file.resolveSibling("older.jsonl");
        List<Path> keys = List.of();
        for (int start = 0; start < 3; start++) {
            AuditLog log = new AuditLog(configuration, InstantSource.system(), new Meters());
            log.open();
            keys = log.firstKeys();
            for (int i = 0; i < 10; i++) {
                log.record(AuditEntry.of(AuditEvent.LOGOUT, ClientContext.NONE).user("user-" + i));
                if (start == 1 && i == 4) {
                    Until.holds("it is written", () -> log.waiting() == 0);
                    Files.move(file, older); // as a rotation does; the next line tells
                }
            }
            log.close();
        }
        assertEquals(1, keys.size(), "one chain");
        key = keys.get(0).toString();
    }

    @Test
    void filesInTheirOrderAreProven() {
        assertEquals(0, run("--key", key, older.toString(), file.toString()));
        assertTrue(output().startsWith("31 lines are proven\nLast: 31:"), output());
        assertEquals(0, run("--key", key, file.toString()), "also without the first one");
    }

    @Test
    void withoutTheKeyTheyAreLinked() {
        assertEquals(0, run(older.toString(), file.toString()));
        assertTrue(output().startsWith("31 lines are linked (no key was given)\n"), output());
    }

    @Test
    void aShortenedFileIsFoundByTheHeadBesideIt() throws IOException {
        List<String> lines = Files.readAllLines(file);
        Files.write(file, lines.subList(0, lines.size() - 2));
        assertEquals(1, run("--key", key, older.toString(), file.toString()));
        assertTrue(output().contains("truncated: the last line has seq 29, and there was one with seq 31"), output());
    }

    @Test
    void theStateRolledBackWithItIsFoundByTheAnchorOfAnEarlierRun() throws IOException {
        run(older.toString(), file.toString());
        String anchor = output().lines()
                .filter(line -> line.startsWith("Last: "))
                .findFirst()
                .orElseThrow()
                .substring("Last: ".length());
        List<String> lines = Files.readAllLines(file);
        Files.write(file, lines.subList(0, lines.size() - 2));
        Files.delete(file.resolveSibling(file.getFileName() + ".chain"));
        assertEquals(0, run("--key", key, older.toString(), file.toString()), "nothing tells");
        assertTrue(output().contains("nothing tells whether the end is missing"), output());
        assertEquals(1, run("--key", key, "--anchor", anchor, older.toString(), file.toString()));
    }

    @Test
    void anEditedLineIsNamed() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.set(3, lines.get(3).replace("LOGOUT", "LOGIN_SUCCESS"));
        Files.write(file, lines);
        assertEquals(1, run("--key", key, older.toString(), file.toString()));
        assertTrue(output().contains("audit.jsonl, line 4 (seq "), output());
        assertTrue(output().contains("edited: it does not fit its hash"), output());
    }

    @Test
    void filesInTheWrongOrderAreFound() {
        assertEquals(1, run("--key", key, file.toString(), older.toString()));
        assertTrue(output().contains("reordered"), output());
    }

    /** Hash and link are left as they are; the second process was killed. */
    @Test
    void theAnchorKeyAloneFindsAnEditedText() throws IOException {
        Path elsewhere = home.resolve("elsewhere");
        Configuration configuration = new Configuration(TestSettings.dev(elsewhere, Map.of()));
        Path live = configuration.settings().audit().file();
        for (String reason : List.of("start", "stop", "start")) {
            AuditLog log = new AuditLog(configuration, InstantSource.system(), new Meters());
            log.open();
            log.anchor("start");
            for (int i = 0; i < 5; i++) {
                log.record(AuditEntry.of(AuditEvent.LOGOUT, ClientContext.NONE).user("user-" + i));
            }
            if (reason.equals("stop")) {
                log.anchor(reason);
            }
            log.close();
        }
        String anchors = elsewhere.resolve("keys/audit-anchor.pub.pem").toString();
        assertEquals(0, run("--anchor-key", anchors, live.toString()));
        assertTrue(output().contains("Texts are proven from seq 1 to 13;"), output());
        List<String> lines = List.copyOf(Files.readAllLines(live));
        for (int edited :
                List.of(0, 3, 5, 9, 12)) { // 5 is written before the first process was killed, 12 is an anchor
            List<String> other = new ArrayList<>(lines);
            other.set(edited, other.get(edited).replace("\"correlation_id\":null", "\"correlation_id\":\"x\""));
            assertNotEquals(lines, other);
            Files.write(live, other);
            assertEquals(0, run(live.toString()), "linked it is");
            assertEquals(1, run("--anchor-key", anchors, live.toString()), "line " + edited);
            assertTrue(output().contains("has another text than the one that it signs"), output());
        }
        List<String> unsigned = new ArrayList<>(lines);
        unsigned.set(6, unsigned.get(6).replaceFirst(",\"signature\":\"[^\"]+\"", ""));
        assertNotEquals(lines, unsigned);
        Files.write(live, unsigned);
        assertEquals(1, run("--anchor-key", anchors, live.toString()));
        assertTrue(output().contains("an anchor without a signature"), output());
    }

    /** Without the first key: whoever can write the file alone links their own lines to it. */
    @Test
    void signedAnchorsShowAChainThatSomebodyElseLinkedAnew() throws IOException {
        Configuration configuration = new Configuration(TestSettings.dev(home, Map.of()));
        AuditLog log = new AuditLog(configuration, InstantSource.system(), new Meters());
        log.open();
        log.anchor("stop");
        log.close();
        String anchors = home.resolve("keys/audit-anchor.pub.pem").toString();
        assertEquals(0, run("--anchor-key", anchors, older.toString(), file.toString()));
        assertTrue(output().contains("1 anchors are signed, the last of them for seq 31"), output());

        Path elsewhere = home.resolve("elsewhere");
        Configuration theirs = new Configuration(TestSettings.dev(elsewhere, Map.of()));
        AuditLog forger = new AuditLog(theirs, InstantSource.system(), new Meters());
        forger.open();
        forger.record(AuditEntry.of(AuditEvent.LOGOUT, ClientContext.NONE).user("somebody else"));
        Path forged = theirs.settings().audit().file();
        assertEquals(1, run("--anchor-key", anchors, forged.toString()));
        assertTrue(output().contains("deleted: no line is a signed anchor"), output());
        forger.anchor("stop");
        forger.close();
        assertEquals(0, run(forged.toString()), "linked it is");
        assertEquals(1, run("--anchor-key", anchors, forged.toString()));
        assertTrue(output().contains("edited: its signature is not by this key"), output());
        assertEquals(2, run("--anchor-key", file.toString(), file.toString()));
        assertTrue(output().contains("holds no PEM PUBLIC KEY"), output());
    }

    /** Of a version without a chain, as they are quickly made. */
    @Test
    void progressIsToldOverSeveralFilesAndOnStandardInput() throws IOException {
        Path first = lines("first.jsonl", 1, 70_001);
        Path second = lines("second.jsonl", 70_002, 210_000);
        String told = "100000 lines\n200000 lines\n";
        assertEquals(0, run(first.toString(), second.toString()));
        assertTrue(output().startsWith(told), output());
        InputStream standard = System.in;
        try {
            System.setIn(Files.newInputStream(second));
            assertEquals(0, run(first.toString(), "-"));
        } finally {
            System.setIn(standard);
        }
        assertTrue(output().startsWith(told), output());
    }

    private Path lines(String name, int from, int to) throws IOException {
        Path made = home.resolve(name);
        Files.write(
                made, (Iterable<String>)
                        IntStream.rangeClosed(from, to)
                                        .mapToObj(seq -> "{\"node\":\"one\",\"seq\":" + seq
                                                + ",\"event\":\"LOGOUT\",\"details\":{}}")::iterator);
        return made;
    }

    @Test
    void whatItCannotReadItSays() {
        assertEquals(2, run());
        assertTrue(output().startsWith("Name at least one file.\nUsage: "), output());
        assertEquals(2, run("--anchor", "x", "f"));
        assertEquals(2, run("--what", "f"));
        assertEquals(2, run("--key", file.toString(), file.toString()));
        assertTrue(output().contains("holds no first key"), output());
        assertEquals(2, run(home.resolve("absent").toString()));
        assertTrue(output().contains("cannot be read: NoSuchFileException"), output());
    }

    private int run(String... arguments) {
        printed.reset();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        List<String> all = new ArrayList<>(List.of("verify-audit"));
        all.addAll(List.of(arguments));
        return new VerifyAudit(out, out).run(all);
    }

    private String output() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}

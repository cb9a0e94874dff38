package com.amplihack.auth.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.chain.AnchorKey;
import com.amplihack.auth.audit.chain.ChainVerifier;
import com.amplihack.auth.audit.chain.FirstKeyFile;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.Until;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that the log closes itself, and the chain over them. */
class RotationTest {
    @TempDir
    Path home;

    private Instant now = Instant.parse("2026-11-29T23:59:00Z");
    private AuditLog log;

    @BeforeEach
    void open() {
        Configuration configuration = new Configuration(TestSettings.dev(home, Map.of("auth.audit.rotate.mib", "1")));
        log = new AuditLog(configuration, () -> now, new Meters());
        log.open();
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void aFullFileIsClosedAndTheChainGoesOn() throws IOException {
        record(1_000, 2_000);
        List<Path> files = files();
        assertTrue(files.size() >= 2, files.toString());
        for (Path file : files) {
            assertTrue(Files.size(file) <= 1 << 20, file + " is too large");
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
        long last = json(last(lines(files.get(0)))).getInt("seq");
        assertEquals(
                String.format(Locale.ROOT, "audit-%012d-20261129.jsonl", last),
                files.get(0).getFileName().toString());
        List<String> reasons = lines(files.get(1)).stream()
                .filter(line -> line.contains("\"AUDIT_ANCHOR\""))
                .map(line -> json(line).getJsonObject("details").getString("reason"))
                .toList();
        assertEquals(List.of("rotation"), reasons);
        assertProven();
    }

    @Test
    void aDaysFileIsClosedWithTheFirstLineOfTheNext() throws IOException {
        record(3, 1);
        now = now.plus(Duration.ofMinutes(2));
        record(1, 1);
        assertEquals(
                List.of("audit-000000000003-20261129.jsonl", "audit.jsonl"),
                files().stream().map(file -> file.getFileName().toString()).toList());
        now = now.minus(Duration.ofDays(2));
        record(1, 1);
        assertEquals(2, files().size(), "a clock that was set back closes nothing");
        now = now.plus(Duration.ofDays(3));
        log.close();
        open();
        record(1, 1);
        assertEquals(3, files().size(), "also after a restart");
        assertFalse(Files.readString(home.resolve("audit.jsonl")).contains("AUDIT_REOPENED"));
        assertProven();
    }

    /** A server that is killed between the renaming and the next line. */
    @Test
    void aLogThatEndsWithAClosedFileGoesOn() throws IOException {
        record(3, 1);
        log.close();
        Files.move(home.resolve("audit.jsonl"), home.resolve("audit-000000000003-20261129.jsonl"));
        open();
        record(1, 1);
        List<JsonObject> lines = lines(home.resolve("audit.jsonl")).stream()
                .map(RotationTest::json)
                .toList();
        assertEquals(4, lines.get(0).getInt("seq"));
        assertEquals("LOGOUT", lines.get(0).getString("event"), "nothing was moved by somebody else");
        assertProven();
    }

    @Test
    void aFileThatCannotBeRenamedGoesOn() throws IOException {
        record(3, 1);
        Files.createDirectory(home.resolve("audit-000000000003-20261129.jsonl"));
        now = now.plus(Duration.ofMinutes(2));
        record(2, 1);
        assertEquals(5, lines(home.resolve("audit.jsonl")).size());
        assertProven();
    }

    private void record(int count, int size) {
        for (int i = 0; i < count; i++) {
            log.record(AuditEntry.of(AuditEvent.LOGOUT, ClientContext.NONE)
                    .user("user-" + i)
                    .detail("long", "x".repeat(size)));
        }
        Until.holds("every line is written", () -> log.waiting() == 0);
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        new RotatedFiles(home.resolve("audit.jsonl")).list().forEach(file -> files.add(file.path()));
        files.add(home.resolve("audit.jsonl"));
        return files;
    }

    private void assertProven() throws IOException {
        ChainVerifier verifier = new ChainVerifier(
                        Optional.of(FirstKeyFile.read(log.firstKeys().get(0))), List.of(), read -> {})
                .signedBy(AnchorKey.publicKey(home.resolve("keys/audit-anchor.pub.pem")));
        for (Path file : files()) {
            try (InputStream content = Files.newInputStream(file)) {
                assertEquals(Optional.empty(), verifier.read(file.toString(), content));
            }
        }
        assertEquals(log.entries(), verifier.lines());
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file);
    }

    private static JsonObject json(String line) {
        return StrictJson.parse(line.getBytes(UTF_8));
    }

    private static <T> T last(List<T> all) {
        return all.get(all.size() - 1);
    }
}

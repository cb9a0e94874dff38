package com.amplihack.auth.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.audit.chain.ChainVerifier;
import com.amplihack.auth.audit.chain.FirstKeyFile;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.Until;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
    private static final ClientContext CLIENT = new ClientContext("192.0.2.7", "curl/8", "request-1");
    private static final Logger SERVER_LOG = Logger.getLogger(AuditLog.class.getName());

    @TempDir
    Path home;

    private final List<LogRecord> logged = new ArrayList<>();
    private final Handler listener = new Handler() {
        @Override
        public synchronized void publish(LogRecord record) {
            logged.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private Instant now = Instant.parse("2026-11-23T10:20:30.123456Z");
    private AuditLog audit;

    @BeforeEach
    void open() {
        SERVER_LOG.addHandler(listener);
        SERVER_LOG.setUseParentHandlers(false);
        audit = opened();
    }

    @AfterEach
    void close() {
        audit.close();
        SERVER_LOG.removeHandler(listener);
        SERVER_LOG.setUseParentHandlers(true);
    }

    @Tag("fault-1")
    @Tag("fault-43")
    @Test
    void entryIsOneLineWithEveryMember() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.TOKEN_ISSUED, CLIENT)
                .user("user-1")
                .session("session-1")
                .detail("jti", "j")
                .detail("count", 2));
        JsonObject line = lines().get(0);
        assertEquals("2026-11-23T10:20:30.123Z", line.getString("timestamp"));
        assertFalse(line.getString("node").isEmpty());
        assertEquals(1, line.getInt("seq"));
        assertEquals("TOKEN_ISSUED", line.getString("event"));
        assertEquals("info", line.getString("severity"));
        assertEquals("user-1", line.getString("user_id"));
        assertEquals("session-1", line.getString("session_id"));
        assertEquals("192.0.2.7", line.getString("ip_address"));
        assertEquals("curl/8", line.getString("user_agent"));
        assertEquals("request-1", line.getString("correlation_id"));
        assertEquals(
                "{\"jti\":\"j\",\"count\":\"2\"}", line.getJsonObject("details").toString());
        assertEquals(43, line.getString("prev").length());
        assertEquals(43, line.getString("hash").length());
        assertEquals(15, line.size());
    }

    @Test
    void anAccountIsNamedOnceItsNameIsKnown() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.TOKEN_REFRESHED, CLIENT).user("user-1"));
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT).user("user-1", "ada"));
        audit.record(AuditEntry.of(AuditEvent.TOKEN_REFRESHED, CLIENT).user("user-1"));
        List<JsonObject> lines = lines();
        assertEquals(JsonValue.NULL, lines.get(0).get("username"));
        assertEquals("account:user-1", lines.get(0).getString("actor"));
        assertEquals("ada", lines.get(1).getString("username"));
        assertEquals("ada", lines.get(2).getString("username"));
        assertEquals("account:ada", lines.get(2).getString("actor"));
    }

    @Test
    void nobodyIsSaidToHaveDoneWhatNobodyHasProven() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.LOGIN_FAILED, CLIENT).user("user-1", "ada"));
        audit.record(AuditEntry.of(AuditEvent.ACCOUNT_LOCKED, CLIENT).user("user-1", "ada"));
        audit.record(AuditEntry.of(AuditEvent.ACCOUNT_UNLOCKED, CLIENT)
                .user("user-1")
                .actor("jmx:eva"));
        List<JsonObject> lines = lines();
        assertEquals(JsonValue.NULL, lines.get(0).get("actor"));
        assertEquals(JsonValue.NULL, lines.get(1).get("actor"));
        assertEquals("jmx:eva", lines.get(2).getString("actor"));
        assertEquals("ada", lines.get(2).getString("username"));
    }

    @Test
    void whatIsUnknownIsNull() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.ADMIN_ACTION, ClientContext.NONE));
        JsonObject line = lines().get(0);
        for (String name :
                List.of("user_id", "username", "actor", "session_id", "ip_address", "user_agent", "correlation_id")) {
            assertEquals(JsonValue.NULL, line.get(name), name);
        }
        assertEquals(JsonValue.EMPTY_JSON_OBJECT, line.getJsonObject("details"));
    }

    @Test
    void whatAClientSendsCannotForgeALine() throws IOException {
        String forged = "x\"}\r\n{\"seq\":99}\u2028\u0000";
        audit.record(AuditEntry.of(AuditEvent.LOGIN_FAILED, new ClientContext("::1", forged, forged))
                .user(forged)
                .detail(forged, forged));
        settle();
        assertEquals(1, Files.readString(file()).lines().count());
        assertTrue(Files.readString(file()).endsWith("}\n"));
    }

    @Test
    void longUserAgentIsCut() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.LOGOUT, new ClientContext("::1", "a".repeat(256) + "b", "")));
        assertEquals("a".repeat(256), lines().get(0).getString("user_agent"));
    }

    @Test
    void severityIsTheEventsUnlessTheEntrySaysOtherwise() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.REPLAY_DETECTED, CLIENT));
        audit.record(AuditEntry.of(AuditEvent.REPLAY_DETECTED, CLIENT).severity(Severity.WARNING));
        assertEquals("critical", lines().get(0).getString("severity"));
        assertEquals("warning", lines().get(1).getString("severity"));
        assertEquals(
                List.of(Level.SEVERE, Level.WARNING),
                logged.stream().map(LogRecord::getLevel).toList());
    }

    @Test
    void serverLogHasTheSameLineBehindItsMark() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT).detail("braces", "{0} {1} it's"));
        settle();
        assertEquals("SECURITY_AUDIT: " + Files.readString(file()).strip(), message(logged.get(0)));
    }

    @Test
    void numbersContinueAfterAnotherStart() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT));
        audit.record(AuditEntry.of(AuditEvent.LOGOUT, CLIENT));
        audit.close();
        audit = opened();
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT));
        assertEquals(
                List.of(1, 2, 3),
                lines().stream().map(line -> line.getInt("seq")).toList());
    }

    @Test
    void lineCutOffByACrashIsRemoved() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT));
        audit.close();
        String whole = Files.readString(file());
        Files.writeString(file(), whole + whole.substring(0, 40));
        audit = opened();
        audit.record(AuditEntry.of(AuditEvent.LOGOUT, CLIENT));
        assertEquals(
                List.of("LOGIN_SUCCESS", "AUDIT_REOPENED", "LOGOUT"),
                lines().stream().map(line -> line.getString("event")).toList());
        JsonObject told = lines().get(1).getJsonObject("details");
        assertEquals("half a line of 40 bytes was cut off at a start", told.getString("reason"));
        assertEquals("1", told.getString("last_seq"));
    }

    /** Its lines were written with one write, of which a part is there, and the head is still that of the line before. */
    @Test
    void aServerKilledWithinAGroupGoesOnBehindItsWholeLines() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT));
        settle();
        Path state = home.resolve("audit.jsonl.chain");
        Path numbers = home.resolve("audit.jsonl.head");
        byte[] stateBefore = Files.readAllBytes(state);
        byte[] numbersBefore = Files.readAllBytes(numbers);
        for (int i = 0; i < 5; i++) {
            audit.record(AuditEntry.of(AuditEvent.TOKEN_ISSUED, CLIENT));
        }
        audit.close();
        String whole = Files.readString(file());
        Files.writeString(file(), whole.substring(0, whole.length() - 100));
        Files.write(state, stateBefore);
        Files.write(numbers, numbersBefore);

        audit = opened();
        audit.record(AuditEntry.of(AuditEvent.LOGOUT, CLIENT));
        assertEquals(
                List.of(
                        "1 LOGIN_SUCCESS",
                        "2 TOKEN_ISSUED",
                        "3 TOKEN_ISSUED",
                        "4 TOKEN_ISSUED",
                        "5 TOKEN_ISSUED",
                        "6 AUDIT_REOPENED",
                        "7 LOGOUT"),
                lines().stream()
                        .map(line -> line.getInt("seq") + " " + line.getString("event"))
                        .toList());
        ChainVerifier verifier = new ChainVerifier(
                Optional.of(FirstKeyFile.read(audit.firstKeys().get(0))), List.of(), read -> {});
        try (InputStream content = Files.newInputStream(file())) {
            assertEquals(Optional.empty(), verifier.read("audit", content));
        }
        assertEquals(7, verifier.lines());
    }

    @Test
    void aClockThatStepsBackIsToldAlsoOverARestart() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT));
        now = now.minusSeconds(12);
        audit.record(AuditEntry.of(AuditEvent.TOKEN_ISSUED, CLIENT));
        now = now.minusSeconds(12);
        audit.record(AuditEntry.of(AuditEvent.LOGOUT, CLIENT)); // within the minute
        audit.close();
        now = now.minusSeconds(3600);
        audit = opened();
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT));
        List<JsonObject> lines = lines();
        assertEquals(
                List.of("LOGIN_SUCCESS", "TOKEN_ISSUED", "AUDIT_REOPENED", "LOGOUT", "LOGIN_SUCCESS", "AUDIT_REOPENED"),
                lines.stream().map(line -> line.getString("event")).toList());
        assertEquals(
                List.of("the clock stepped back by 12 s", "the clock stepped back by 3600 s"),
                List.of(reason(lines.get(2)), reason(lines.get(5))));
        assertEquals("1", lines.get(2).getJsonObject("details").getString("last_seq"));
        assertEquals("warning", lines.get(2).getString("severity"));
        assertEquals("SECURITY_AUDIT: " + lines.get(2).toString(), message(logged.get(2)), "the server log has it too");
    }

    private static String reason(JsonObject line) {
        return line.getJsonObject("details").getString("reason");
    }

    /** An editor may have taken the last line end away: that is no reason to lose an entry. */
    @Test
    void wholeEntryWithoutItsLineEndStays() throws IOException {
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT));
        audit.close();
        Files.writeString(file(), Files.readString(file()).strip());
        audit = opened();
        audit.record(AuditEntry.of(AuditEvent.LOGOUT, CLIENT));
        assertEquals(
                List.of(1, 2), lines().stream().map(line -> line.getInt("seq")).toList());
    }

    @Test
    void fileIsForItsOwnerAlone() throws IOException {
        assertEquals("rw-------", mode(file()));
        assertEquals("r--------", mode(home.resolve("keys/audit.key")));
    }

    @Test
    void racingEntriesAreNumberedInTheOrderOfTheirLines() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> racers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                racers.add(pool.submit(() -> audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT))));
            }
            for (Future<?> racer : racers) {
                racer.get();
            }
        } finally {
            pool.shutdownNow();
        }
        List<JsonObject> lines = lines();
        assertEquals(100, lines.size());
        for (int i = 0; i < 100; i++) {
            assertEquals(i + 1, lines.get(i).getInt("seq"));
        }
    }

    @Test
    void whoIsRefusedAllTheTimeDoesNotFillTheFile() throws IOException {
        for (int i = 0; i < 1000; i++) {
            audit.record(AuditEntry.of(AuditEvent.TOKEN_INVALID, CLIENT));
        }
        assertEquals(60, lines().size());
        assertEquals(60, logged.size());

        audit.recordSuppressed();
        JsonObject told = lines().get(60);
        assertEquals("TOKEN_INVALID", told.getString("event"));
        assertEquals("192.0.2.7", told.getString("ip_address"));
        assertEquals("940", told.getJsonObject("details").getString("not_written_one_by_one"));
        assertEquals(61, logged.size());

        audit.recordSuppressed();
        assertEquals(61, lines().size(), "nothing is told twice");
        audit.record(AuditEntry.of(AuditEvent.TOKEN_INVALID, CLIENT));
        assertEquals(62, lines().size(), "another minute, another start");
    }

    @Test
    void noiseOfOneKindOrAddressHidesNothingElse() throws IOException {
        for (int i = 0; i < 100; i++) {
            audit.record(AuditEntry.of(AuditEvent.TOKEN_INVALID, CLIENT));
            audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT));
        }
        audit.record(AuditEntry.of(AuditEvent.ALGORITHM_CONFUSION, CLIENT));
        audit.record(AuditEntry.of(AuditEvent.TOKEN_INVALID, new ClientContext("192.0.2.8", "", "")));
        assertEquals(60 + 100 + 2, lines().size());
    }

    /** A program that takes an access token for an API key asks again and again, and is no thief. */
    @Test
    void aSessionThatIsMisusedIsToldThreeTimesAMinuteAndItsTheftAlways() throws IOException {
        for (int i = 0; i < 50; i++) {
            audit.record(replay("session-1", CLIENT).severity(Severity.WARNING));
            audit.record(AuditEntry.of(AuditEvent.BINDING_MISMATCH, CLIENT).session("session-1"));
        }
        assertEquals(6, lines().size());
        audit.record(replay("session-1", CLIENT));
        audit.record(replay("session-2", CLIENT).severity(Severity.WARNING));
        audit.record(replay("session-1", new ClientContext("198.51.100.7", "curl/8", "request-2"))
                .severity(Severity.WARNING));
        assertEquals(9, lines().size(), "a theft, another session and another address are written all the same");
        audit.recordSuppressed();
        assertEquals(
                List.of("47", "47"),
                lines().subList(9, 11).stream()
                        .map(line -> line.getJsonObject("details").getString("not_written_one_by_one"))
                        .toList());
        audit.record(replay("session-1", CLIENT).severity(Severity.WARNING));
        assertEquals(12, lines().size(), "another minute, another start");
    }

    @Test
    void whatIsCriticalByItselfIsNeverCountedInstead() throws IOException {
        for (int i = 0; i < 100; i++) {
            audit.record(AuditEntry.of(AuditEvent.ALGORITHM_CONFUSION, CLIENT));
            audit.record(replay("session-1", CLIENT).detail("kind", "refresh_reuse"));
            audit.record(AuditEntry.of(AuditEvent.KEY_COMPROMISED, CLIENT));
        }
        assertEquals(300, lines().size());
        audit.recordSuppressed();
        assertEquals(300, lines().size());
    }

    /** They cost a client nothing: the disk would be full, and then nobody signs in. */
    @Test
    void aFloodOfForgedTokensIsCountedAboveABoundAndToldAsCritical() throws IOException {
        for (int i = 0; i < 700; i++) {
            audit.record(AuditEntry.of(AuditEvent.ALGORITHM_CONFUSION, CLIENT));
        }
        audit.record(AuditEntry.of(AuditEvent.ALGORITHM_CONFUSION, new ClientContext("192.0.2.8", "", "")));
        audit.recordSuppressed();
        List<JsonObject> lines = lines();
        assertEquals(600 + 1 + 1, lines.size());
        JsonObject told = lines.get(601);
        assertEquals("ALGORITHM_CONFUSION", told.getString("event"));
        assertEquals("critical", told.getString("severity"));
        assertEquals("100", told.getJsonObject("details").getString("not_written_one_by_one"));
    }

    private static AuditEntry replay(String session, ClientContext client) {
        return AuditEntry.of(AuditEvent.REPLAY_DETECTED, client).session(session);
    }

    @Test
    void countersOfRefusalsAreBounded() throws IOException {
        for (int i = 0; i < 10_000; i++) {
            audit.record(AuditEntry.of(
                    AuditEvent.TOKEN_INVALID, new ClientContext("10.0." + i / 256 + '.' + i % 256, "", "")));
        }
        assertEquals(10_000, lines().size());
        for (int i = 0; i < 100; i++) {
            audit.record(AuditEntry.of(AuditEvent.TOKEN_INVALID, new ClientContext("10.1.0." + i, "", "")));
        }
        assertEquals(10_060, lines().size(), "the sources beyond the bound share one count");
    }

    @Test
    void whatWasCountedIsToldBeforeTheEnd() throws IOException {
        for (int i = 0; i < 61; i++) {
            audit.record(AuditEntry.of(AuditEvent.REPLAY_DETECTED, CLIENT));
        }
        audit.close();
        assertEquals(61, lines().size());
    }

    @Test
    void attemptedNameIsWrittenAsAPseudonymOnly() throws IOException {
        String typed = "my secret password";
        String pseudonym = audit.pseudonym(typed);
        audit.record(AuditEntry.of(AuditEvent.LOGIN_FAILED, CLIENT).detail("name_hash", pseudonym));
        assertTrue(pseudonym.matches("[A-Za-z0-9_-]{22}"), pseudonym);
        settle();
        assertFalse(Files.readString(file()).contains("secret"));
        assertFalse(message(logged.get(0)).contains("secret"));
    }

    @Test
    void pseudonymIsStableAndKeyed(@TempDir Path elsewhere) {
        String pseudonym = audit.pseudonym("eva");
        assertNotEquals(pseudonym, audit.pseudonym("Eva"));
        audit.close();
        audit = opened();
        assertEquals(pseudonym, audit.pseudonym("eva"));
        AuditLog other = opened(elsewhere);
        assertNotEquals(pseudonym, other.pseudonym("eva"));
        other.close();
    }

    @Test
    void afterTheEndTheServerLogAloneHasTheEntry() throws IOException {
        assertEquals(Optional.empty(), audit.fault());
        audit.close();
        assertDoesNotThrow(() ->
                audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT).user("user-1")));
        assertEquals("", Files.readString(file()));
        assertTrue(message(logged.get(0)).contains("\"seq\":null"));
        assertTrue(message(logged.get(0)).contains("\"user_id\":\"user-1\""));
    }

    @Test
    void interruptedRequestDoesNotCloseTheFileForTheOthers() throws Exception {
        Thread.currentThread().interrupt();
        audit.record(AuditEntry.of(AuditEvent.LOGIN_SUCCESS, CLIENT));
        assertTrue(Thread.interrupted(), "the interruption is not swallowed");
        audit.record(AuditEntry.of(AuditEvent.LOGOUT, CLIENT));
        assertEquals(
                List.of(1, 2), lines().stream().map(line -> line.getInt("seq")).toList());
    }

    private AuditLog opened() {
        return opened(home);
    }

    private AuditLog opened(Path home) {
        AuditLog opened = new AuditLog(new Configuration(TestSettings.dev(home, Map.of())), () -> now, new Meters());
        opened.open();
        return opened;
    }

    private Path file() {
        return home.resolve("audit.jsonl");
    }

    /** Recording waits for the file, but not for long. */
    private void settle() {
        Until.holds("all is written", () -> audit.waiting() == 0);
    }

    private List<JsonObject> lines() throws IOException {
        settle();
        return Files.readAllLines(file()).stream()
                .map(line -> StrictJson.parse(line.getBytes(UTF_8)))
                .toList();
    }

    private static String message(LogRecord record) {
        return new SimpleFormatter().formatMessage(record);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}

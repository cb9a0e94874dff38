package com.amplihack.auth.store;

import static com.amplihack.auth.store.SecurityStoreContract.ADA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SessionStore.Commit;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.redis.RedisBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** docs/runbooks/restore.md does what it says: its commands are run as they stand there. */
@Tag("fault-22")
class RestoreTest {
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));

    @Test
    void nothingThatWasEndedComesBackWithABackup() throws IOException {
        try (TestRedis redis = TestRedis.start("always")) {
            byte[] backup;
            try (ScriptedStore store = store(redis)) {
                open(store, "ended");
                open(store, "going on");
                backup = redis.backUp();
                store.end(ADA, "ended");
                store.endEverybody(); // a counter that the backup knows nothing of
                assertEquals(Verdict.SESSION_OVER, use(store, "going on"));
            }
            redis.kill();
            redis.putBack(backup);
            redis.restart();
            try (ScriptedStore store = store(redis)) {
                assertEquals(Verdict.ADMITTED, use(store, "ended"), "what the runbook is for");
            }

            try (Jedis operator = redis.operator()) {
                for (String command : commands()) {
                    String[] words = command.replace(
                                    "<seconds since 1970>",
                                    Long.toString(Instant.now().getEpochSecond()))
                            .split(" ");
                    operator.sendCommand(
                            () -> words[0].getBytes(StandardCharsets.US_ASCII),
                            List.of(words).subList(1, words.length).toArray(String[]::new));
                }
                assertTrue(operator.pttl("auth2:wide") > Duration.ofDays(365).toMillis());
            }
            try (ScriptedStore store = store(redis)) {
                assertEquals(Verdict.SESSION_OVER, use(store, "ended"));
                assertEquals(Verdict.SESSION_OVER, use(store, "going on"));
                open(store, "new");
                assertEquals(Verdict.ADMITTED, use(store, "new"));
            }
        }
    }

    /** The lines of the runbook that begin with a command of Redis. */
    private static List<String> commands() throws IOException {
        List<String> commands = Files.readAllLines(Path.of("docs/runbooks/restore.md")).stream()
                .map(String::strip)
                .filter(line -> line.matches("[A-Z]{3,} auth2:wide .*"))
                .toList();
        assertEquals(2, commands.size());
        return commands;
    }

    private static void open(ScriptedStore store, String sid) {
        Instant now = Instant.now();
        Epoch epoch = store.epoch(ADA);
        SessionRecord session =
                SessionRecord.first(ADA, sid, "live", epoch, now, now.plusSeconds(3600), "192.0.2.1", "Test");
        assertEquals(
                Commit.COMMITTED,
                store.open(session, Duration.ofHours(1), SecurityStoreContract.MOST)
                        .commit());
    }

    private static Verdict use(ScriptedStore store, String sid) {
        return store.admit(new Use(ADA, sid, 1, "t", true, ReplayMode.AUTO, Duration.ofMinutes(15)), UNLIMITED)
                .verdict();
    }

    private static ScriptedStore store(TestRedis redis) {
        return new ScriptedStore(new RedisBackend(
                TestSettings.dev(Path.of("unused"), redis.properties()).store(), new Meters()));
    }
}

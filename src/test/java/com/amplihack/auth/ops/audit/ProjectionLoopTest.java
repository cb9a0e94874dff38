package com.amplihack.auth.ops.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.trail.TrailFixture;
import com.amplihack.auth.trail.TrailProjector.Lag;
import com.amplihack.auth.web.ServiceState;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the projector's thread anchors the chain, and when readiness says that the database is behind. */
class ProjectionLoopTest {
    @TempDir
    Path home;

    private final ServiceState service = new ServiceState();
    private Database database;
    private TrailFixture node;
    private ProjectionLoop loop;

    @BeforeEach
    void start() {
        database = new Database(new Configuration(TestSettings.dev(home, Map.of())));
        database.open();
        node = new TrailFixture(home, database);
        loop = new ProjectionLoop(node.log, node.projector, service, () -> node.nanos);
        service.open();
        loop.begin();
    }

    @AfterEach
    void stop() {
        node.close();
        database.close();
    }

    @Test
    void theChainIsAnchoredAtTheStartEachHourAndAtTheStop() throws IOException {
        assertEquals(List.of("start"), anchors());
        for (int minute = 0; minute < 59; minute++) {
            pass(Duration.ofMinutes(1));
            loop.turn();
        }
        assertEquals(List.of("start"), anchors());
        for (int minute = 0; minute < 120; minute++) {
            pass(Duration.ofMinutes(1));
            loop.turn();
        }
        loop.end();
        assertEquals(List.of("start", "hour", "hour", "stop"), anchors());
    }

    @Test
    void aDatabaseThatIsAMinuteBehindIsLateUntilItHasAll() {
        node.written();
        drain();
        node.record(3);
        pass(Duration.ofSeconds(60));
        assertEquals(new Lag(3, Duration.ofSeconds(60)), lag());
        assertFalse(lag().isLate());
        service.waitFor("the database does not answer");
        pass(Duration.ofSeconds(1));
        assertEquals(ProjectionLoop.POLL_MILLIS, loop.turn());
        assertTrue(lag().isLate());

        service.open();
        drain();
        assertEquals(new Lag(0, Duration.ZERO), lag());
    }

    private void drain() {
        while (loop.turn() == 0) {
            node.written();
        }
    }

    private Lag lag() {
        return node.projector.lag().orElseThrow();
    }

    private void pass(Duration time) {
        node.nanos += time.toNanos();
    }

    private List<String> anchors() throws IOException {
        node.written();
        return node.lines().stream()
                .map(ProjectionLoopTest::entry)
                .filter(entry -> entry.getString("event").equals("AUDIT_ANCHOR"))
                .map(entry -> entry.getJsonObject("details").getString("reason"))
                .toList();
    }

    private static JsonObject entry(String line) {
        try (JsonReader reader = StrictJson.provider().createReader(new StringReader(line))) {
            return reader.readObject();
        }
    }
}

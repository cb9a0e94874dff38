package com.amplihack.auth.trail;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.database.Database;
import com.amplihack.auth.database.NativeQuery;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.Until;
import com.amplihack.auth.store.anchor.AnchorStore;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.web.ClientContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node with an audit log in a directory, a database and a store, which outlive its restarts. */
public final class TrailFixture implements AutoCloseable {
    static final ClientContext CLIENT = new ClientContext("192.0.2.7", "curl/8", "request-1");

    final Path home;
    final Database database;
    final TrailTable table;
    final AnchorStore store;
    final Configuration configuration;
    /** Has passed, as {@link System#nanoTime} counts. */
    public long nanos;

    Instant now = Instant.parse("2026-11-29T10:00:00Z");
    final InstantSource clock = () -> now;
    public AuditLog log;
    public TrailProjector projector;

    public TrailFixture(Path home, Database database) {
        this(home, database, new ScriptedStore(new EmbeddedBackend(InstantSource.system())));
    }

    TrailFixture(Path home, Database database, AnchorStore store) {
        this.home = home;
        this.database = database;
        this.store = store;
        configuration = new Configuration(TestSettings.dev(
                home,
                Map.of(
                        "auth.audit.file", home.resolve("audit.jsonl").toString(),
                        "auth.audit.rotate.mib", "1",
                        "jwt.key.path", home.resolve("keys").toString())));
        table = new TrailTable(database);
        start();
    }

    void start() {
        log = new AuditLog(configuration, clock, new Meters());
        log.open();
        projector =
                new TrailProjector(log, configuration, table, new TrailPartitions(database), store, clock, () -> nanos);
    }

    void stop() {
        Until.holds("every line is written", () -> log.waiting() == 0);
        projector.close();
        log.close();
    }

    /** Another line of its own. */
    void record(AuditEvent event, String userId) {
        log.record(AuditEntry.of(event, CLIENT).user(userId, "name of " + userId));
    }

    public void record(int count) {
        for (int i = 0; i < count; i++) {
            record(AuditEvent.LOGOUT, "user-" + i);
        }
        written();
    }

    /** So long that a few thousand fill a file. */
    void recordLong(int count) {
        for (int i = 0; i < count; i++) {
            log.record(AuditEntry.of(AuditEvent.LOGOUT, CLIENT).user("u" + i).detail("long", "x".repeat(1000)));
        }
        written();
    }

    public void written() {
        Until.holds("every line is written", () -> log.waiting() == 0);
    }

    /** Brings all that is there; how many lines were read. */
    int bring() throws IOException {
        written();
        int all = 0;
        for (int some = projector.bring(); some > 0; some = projector.bring()) {
            all += some;
        }
        return all;
    }

    TrailSearch search() {
        return new TrailSearch(database, table);
    }

    ChainReport verified() {
        return new TrailVerification(log, configuration, table, store, clock).verify();
    }

    static TrailQuery all() {
        return new TrailQuery(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "");
    }

    static TrailQuery all(String cursor) {
        return new TrailQuery(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                cursor);
    }

    long rows() {
        return database.read(entities -> NativeQuery.number(
                NativeQuery.of(entities, "select count(*) from audit_entry where node = ?", List.of(log.node()))
                        .getSingleResult()));
    }

    void execute(String sql, Object... values) {
        database.write(
                entities -> NativeQuery.of(entities, sql, List.of(values)).executeUpdate());
    }

    Path file() {
        return configuration.settings().audit().file();
    }

    public List<String> lines() throws IOException {
        return Files.readAllLines(file());
    }

    @Override
    public void close() {
        stop();
    }
}

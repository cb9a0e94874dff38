package com.amplihack.auth.store;

import static com.amplihack.auth.store.SecurityStoreContract.ADA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.store.SessionStore.Commit;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.store.script.SessionFields;
import com.amplihack.auth.store.script.UserKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** docs/upgrade.md: what an earlier or a later version has stored, and both of them at the same Redis. */
class StoredStateTest extends OnRedis {
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));
    private static final String SESSION = UserKeys.of(ADA).session("s");

    private ScriptedStore store;

    @BeforeEach
    void connect() {
        store = node();
    }

    @AfterEach
    void disconnect() {
        store.close();
    }

    /** Whoever changes this file changes what other versions read: docs/upgrade.md says when that is allowed. */
    @Test
    void theRecordIsWrittenAsItAlwaysWas() throws IOException {
        List<String> written = SessionFields.of(SessionFields.read(ADA, "s", flat(stored())));
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < written.size(); i += 2) {
            fields.put(written.get(i), written.get(i + 1));
        }

        assertEquals(stored(), fields);
    }

    @Test
    void aRecordOfAnEarlierVersionIsUsedRotatedListedAndEnded() throws IOException {
        put(stored());

        worksWith(stored());
    }

    @Test
    void aRecordOfALaterVersionIsToo() throws IOException {
        put(later());

        worksWith(later());
    }

    /** This version and one that keeps a field more, by turns on one session. */
    @Test
    void twoVersionsShareASessionAndNeitherLosesWhatIsTheOthers() throws IOException {
        Instant now = Instant.now();
        Epoch zero = new Epoch(0, 0);
        store.open(
                SessionRecord.first(ADA, "s", "first", zero, now, now.plusSeconds(3600), "192.0.2.1", "Test"),
                Duration.ofHours(1),
                SecurityStoreContract.MOST);
        operator.hset(SESSION, "thumbprint", "of-a-later-version"); // a later node rotated, say

        assertEquals(
                Commit.COMMITTED,
                store.rotate(
                        SecurityStoreContract.rotation(SecurityStoreContract.seen(ADA, "s", 1), zero, "second", "")));
        assertEquals(Verdict.ADMITTED, use(2, "t1"));
        assertEquals("of-a-later-version", operator.hget(SESSION, "thumbprint"));

        operator.hset(SESSION, Map.of("g", "3", "l", "third", "i", "3"));
        assertEquals(3, record().family().gen());
        assertEquals(
                Commit.MOVED,
                store.rotate(
                        SecurityStoreContract.rotation(SecurityStoreContract.seen(ADA, "s", 2), zero, "lost", "")));
        assertTrue(store.end(ADA, "s"));
        assertFalse(operator.exists(SESSION));
    }

    /** After a change of meaning nothing of the old layout is believed. */
    @Test
    void anotherLayoutIsNotSeen() throws IOException {
        operator.hset("auth1:{" + ADA + "}:s:s", stored());
        operator.hset(SESSION.replace("auth2", "auth3"), stored());

        assertEquals(Verdict.SESSION_OVER, use(4, "t1"));
        assertEquals(List.of(), SecurityStoreContract.listed(store, ADA));
    }

    @Test
    void everyKeyCarriesTheVersion() {
        Instant now = Instant.now();
        store.open(
                SessionRecord.first(
                        ADA, "s", "first", new Epoch(0, 0), now, now.plusSeconds(3600), "192.0.2.1", "Test"),
                Duration.ofHours(1),
                SecurityStoreContract.MOST);
        use(1, "t1");
        store.reserve(new Quota("login", 5, Duration.ofSeconds(60)), "192.0.2.1");
        store.endEverybody();

        assertTrue(operator.keys("*").size() >= 4, operator.keys("*").toString());
        assertTrue(operator.keys("*").stream().allMatch(key -> key.startsWith("auth2:")));
    }

    private void worksWith(Map<String, String> fields) {
        assertEquals(Verdict.ADMITTED, use(4, "t1"));
        SessionRecord seen = record();
        assertEquals(3, seen.family().gen());
        assertEquals(List.of(seen), SecurityStoreContract.listed(store, ADA));
        assertEquals(
                Commit.COMMITTED, store.rotate(SecurityStoreContract.rotation(seen, new Epoch(0, 0), "fourth", "")));
        assertEquals(fields.keySet(), operator.hkeys(SESSION), "no field comes or goes");
        assertTrue(store.end(ADA, "s"));
        assertEquals(Verdict.SESSION_OVER, use(4, "t2"));
    }

    private SessionRecord record() {
        return store.lookForRefresh(ADA, "s", true, UNLIMITED).session().orElseThrow();
    }

    private Verdict use(long gen, String jti) {
        return store.admit(new Use(ADA, "s", gen, jti, true, ReplayMode.AUTO, Duration.ofMinutes(15)), UNLIMITED)
                .verdict();
    }

    private void put(Map<String, String> fields) {
        operator.hset(SESSION, fields);
        operator.pexpire(SESSION, 3_600_000);
        operator.zadd(UserKeys.of(ADA).index(), Long.parseLong(fields.get("x")) / 1000.0, "s");
    }

    private static Map<String, String> later() throws IOException {
        Map<String, String> fields = new HashMap<>(stored());
        fields.put("thumbprint", "of-a-later-version");
        return fields;
    }

    private static Map<String, String> stored() throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        Files.readAllLines(Path.of("src/test/resources/stored-state/session-auth2.txt"))
                .forEach(line -> fields.put(line.split("=", 2)[0], line.split("=", 2)[1]));
        return fields;
    }

    private static List<String> flat(Map<String, String> fields) {
        return fields.entrySet().stream()
                .flatMap(field -> List.of(field.getKey(), field.getValue()).stream())
                .toList();
    }
}

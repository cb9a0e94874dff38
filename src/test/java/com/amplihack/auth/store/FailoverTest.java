package com.amplihack.auth.store;

import static com.amplihack.auth.store.SecurityStoreContract.ADA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server of several dies, or a slot moves, while sessions are being ended: what was confirmed stays so. */
@Tag("fault-22")
@Tag("full")
class FailoverTest {
    private static final int SESSIONS = 300;
    private static final Epoch ZERO = new Epoch(0, 0);
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));

    @Test
    void aSentinelFailoverLosesNoConfirmedEnd() throws Exception {
        try (TestSentinels redis = new TestSentinels();
                ScriptedStore store = store(redis.properties());
                Ending ending = ending(store)) {
            ending.outlivesAFailover(redis.primary(), redis.replica());

            assertEndedStayEnded(store, ending.confirmed());
        }
    }

    @Test
    void aClusterFailoverLosesNoConfirmedEnd() throws Exception {
        try (TestCluster redis = new TestCluster();
                ScriptedStore store = store(redis.properties());
                Ending ending = ending(store)) {
            int owner = redis.primaryOf(slot());
            ending.outlivesAFailover(redis.primary(owner), redis.replica(owner));

            assertEndedStayEnded(store, ending.confirmed());
        }
    }

    @Test
    void aSlotThatMovesLosesNoConfirmedEnd() throws Exception {
        try (TestCluster redis = new TestCluster();
                ScriptedStore store = store(redis.properties());
                Ending ending = ending(store)) {
            ending.outlivesAMove(redis, slot());

            assertEndedStayEnded(store, ending.confirmed());
        }
    }

    @Test
    void aRotationThatNoReplicaHasIsNotConfirmed() throws Exception {
        try (TestSentinels redis = new TestSentinels();
                ScriptedStore store = store(redis.properties())) {
            open(store, "s");
            redis.replica().pause();
            try {
                assertThrows(
                        StoreUnavailableException.class,
                        () -> store.rotate(SecurityStoreContract.rotation(
                                SecurityStoreContract.seen(ADA, "s", 1), ZERO, "second", "")));
                assertThrows(StoreUnavailableException.class, () -> store.endAll(ADA));
                assertThrows(StoreUnavailableException.class, () -> store.changeRights(ADA));
                assertThrows(StoreUnavailableException.class, store::endEverybody);
            } finally {
                redis.replica().goOn();
            }
            assertEquals(0, store.endAll(ADA), "sent again it is confirmed: it had been stored");
        }
    }

    private static Ending ending(ScriptedStore store) {
        List<String> sessions =
                IntStream.range(0, SESSIONS).mapToObj(i -> "s" + i).toList();
        sessions.forEach(sid -> open(store, sid));
        return Ending.of(sessions, sid -> {
            try {
                store.end(ADA, sid);
                return true;
            } catch (StoreUnavailableException unconfirmed) {
                return false;
            }
        });
    }

    private static void assertEndedStayEnded(ScriptedStore store, Set<String> confirmed) {
        Until.holds("the store answers", () -> {
            try {
                SecurityStoreContract.listed(store, ADA);
                return true;
            } catch (StoreUnavailableException notYet) {
                return false;
            }
        });
        Set<String> back = new TreeSet<>();
        for (String sid : confirmed) {
            Use use = new Use(ADA, sid, 1, "t-" + sid, true, ReplayMode.AUTO, Duration.ofMinutes(15));
            if (store.admit(use, UNLIMITED).verdict() != Verdict.SESSION_OVER) {
                back.add(sid);
            }
        }
        assertEquals(Set.of(), back, "of " + confirmed.size());
    }

    private static void open(ScriptedStore store, String sid) {
        Instant now = Instant.now();
        assertEquals(
                Commit.COMMITTED,
                store.open(
                                SessionRecord.first(
                                        ADA, sid, "live", ZERO, now, now.plusSeconds(3600), "192.0.2.1", "Test"),
                                Duration.ofHours(1),
                                SecurityStoreContract.MOST)
                        .commit());
    }

    /** Of the user whose sessions are ended. */
    private static int slot() {
        return TestCluster.slotOf(ADA);
    }

    private static ScriptedStore store(Map<String, String> properties) {
        return new ScriptedStore(
                new RedisBackend(TestSettings.dev(Path.of("unused"), properties).store(), new Meters()));
    }
}

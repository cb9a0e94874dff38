package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Quota;
import com.amplihack.auth.config.ReplayMode;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SecurityStore.Commit;
import com.amplihack.auth.store.SecurityStore.Epoch;
import com.amplihack.auth.store.SecurityStore.Use;
import com.amplihack.auth.store.SecurityStore.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A server of several dies, or a slot moves, while sessions are being ended: what was confirmed stays so. */
@Tag("fault-22")
class FailoverTest {
    private static final int SESSIONS = 300;
    private static final Epoch ZERO = new Epoch(0, 0);
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));

    @Test
    void aSentinelFailoverLosesNoConfirmedEnd() throws Exception {
        try (TestSentinels redis = new TestSentinels();
                RedisSecurityStore store = store(redis.properties())) {
            losesNoConfirmedEnd(store, redis.primary, redis.replica);
        }
    }

    @Test
    void aClusterFailoverLosesNoConfirmedEnd() throws Exception {
        try (TestCluster redis = new TestCluster();
                RedisSecurityStore store = store(redis.properties())) {
            int owner = redis.primaryOf(slot());
            losesNoConfirmedEnd(store, redis.primary(owner), redis.replica(owner));
        }
    }

    /** The replica hangs for a moment before the primary dies: what only the primary had is gone. */
    private static void losesNoConfirmedEnd(RedisSecurityStore store, TestRedis primary, TestRedis replica)
            throws Exception {
        openAll(store);
        Ending ending = new Ending(store);
        ending.start();
        Until.holds("some sessions are ended", () -> ending.confirmed.size() >= 20);
        replica.pause();
        int sure = ending.confirmed.size();
        Until.holds("an end is refused", () -> ending.refused > 0 || ending.confirmed.size() > sure + 5);
        assertTrue(ending.confirmed.size() <= sure + 1, "confirmed by nobody: " + ending.confirmed.size());
        primary.kill();
        replica.goOn();
        Until.holds("ends are confirmed again", () -> ending.confirmed.size() > sure + 20);
        ending.finish();

        assertEndedStayEnded(store, ending.confirmed);
    }

    @Test
    void aSlotThatMovesLosesNoConfirmedEnd() throws Exception {
        try (TestCluster redis = new TestCluster();
                RedisSecurityStore store = store(redis.properties())) {
            openAll(store);
            Ending ending = new Ending(store);
            ending.start();
            Until.holds("some sessions are ended", () -> ending.confirmed.size() >= 20);
            int owner = redis.primaryOf(slot());
            redis.move(slot(), owner, (owner + 1) % 3);
            int before = ending.confirmed.size();
            Until.holds("ends are confirmed at the new place", () -> ending.confirmed.size() >= before + 20);
            ending.finish();

            assertEndedStayEnded(store, ending.confirmed);
        }
    }

    @Test
    void aRotationThatNoReplicaHasIsNotConfirmed() throws Exception {
        try (TestSentinels redis = new TestSentinels();
                RedisSecurityStore store = store(redis.properties())) {
            open(store, "s");
            redis.replica.pause();
            try {
                assertThrows(
                        StoreUnavailableException.class,
                        () -> store.rotate(SecurityStoreContract.rotation(
                                SecurityStoreContract.seen("ada", "s", 1), ZERO, "second", "")));
                assertThrows(StoreUnavailableException.class, () -> store.endAll("ada"));
                assertThrows(StoreUnavailableException.class, () -> store.changeRights("ada"));
                assertThrows(StoreUnavailableException.class, store::endEverybody);
            } finally {
                redis.replica.goOn();
            }
            assertEquals(0, store.endAll("ada"), "sent again it is confirmed: it had been stored");
        }
    }

    /** Ends one session after the other; whoever is told that it cannot tries that one again later. */
    private static final class Ending extends Thread {
        private final RedisSecurityStore store;
        private final Set<String> confirmed = new ConcurrentSkipListSet<>();
        private volatile int refused;
        private volatile boolean enough;

        Ending(RedisSecurityStore store) {
            this.store = store;
        }

        @Override
        public void run() {
            Set<String> left = new TreeSet<>();
            IntStream.range(0, SESSIONS).forEach(i -> left.add("s" + i));
            while (!enough && !left.isEmpty()) {
                String sid = left.iterator().next();
                try {
                    store.end("ada", sid);
                    confirmed.add(sid);
                    left.remove(sid);
                    Thread.sleep(5);
                } catch (StoreUnavailableException unconfirmed) {
                    refused++;
                } catch (InterruptedException stop) {
                    return;
                }
            }
        }

        void finish() throws InterruptedException {
            enough = true;
            join();
        }
    }

    private static void assertEndedStayEnded(RedisSecurityStore store, Set<String> confirmed) {
        Until.holds("the store answers", () -> {
            try {
                store.sessions("ada");
                return true;
            } catch (StoreUnavailableException notYet) {
                return false;
            }
        });
        Set<String> back = new TreeSet<>();
        for (String sid : confirmed) {
            Use use = new Use("ada", sid, 1, "t-" + sid, true, ReplayMode.AUTO, Duration.ofMinutes(15));
            if (store.admit(use, UNLIMITED).verdict() != Verdict.SESSION_OVER) {
                back.add(sid);
            }
        }
        assertEquals(Set.of(), back, "of " + confirmed.size());
    }

    private static void openAll(RedisSecurityStore store) {
        IntStream.range(0, SESSIONS).forEach(i -> open(store, "s" + i));
    }

    private static void open(RedisSecurityStore store, String sid) {
        Instant now = Instant.now();
        assertEquals(
                Commit.COMMITTED,
                store.open(
                        SessionRecord.first("ada", sid, "live", ZERO, now, now.plusSeconds(3600), "192.0.2.1", "Test"),
                        Duration.ofHours(1)));
    }

    /** Of the user whose sessions are ended. */
    private static int slot() {
        return JedisClusterCRC16.getSlot(RedisSecurityStore.epochKey("ada"));
    }

    private static RedisSecurityStore store(Map<String, String> properties) {
        return new RedisSecurityStore(
                TestSettings.dev(Path.of("unused"), properties).store(), new Meters());
    }
}

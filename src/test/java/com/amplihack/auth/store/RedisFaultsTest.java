package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.LockoutSettings;
import com.amplihack.auth.config.Quota;
import com.amplihack.auth.config.ReplayMode;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.SecurityStore.Commit;
import com.amplihack.auth.store.SecurityStore.Epoch;
import com.amplihack.auth.store.SecurityStore.Use;
import com.amplihack.auth.store.SecurityStore.Verdict;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

@Tag("fault-22")
class RedisFaultsTest {
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));
    private static final Quota FIVE = new Quota("five", 5, Duration.ofSeconds(60));

    private final String subject = UUID.randomUUID().toString();
    private final String sid = "session";
    private int port;
    private RedisServer server;
    private FaultProxy proxy;
    private RedisSecurityStore store;

    @BeforeEach
    void start() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        server = redis();
        proxy = new FaultProxy(port);
        store = new RedisSecurityStore(
                TestSettings.dev(
                                Path.of("unused"),
                                Map.of("redis.host", "127.0.0.1", "redis.port", Integer.toString(proxy.port())))
                        .store(),
                new Meters());
        Instant now = Instant.now();
        store.open(
                SessionRecord.first(
                        subject, sid, "first", new Epoch(0, 0), now, now.plusSeconds(3600), "192.0.2.1", "Test"),
                Duration.ofDays(1));
    }

    @AfterEach
    void stop() throws IOException {
        store.close();
        proxy.close();
        server.stop();
    }

    @Test
    void whatDoesNotAnswerIsUnavailableInTimeAndBackAgainAfterwards() {
        for (Runnable fault : new Runnable[] {proxy::refuse, proxy::swallow}) {
            fault.run();
            Instant start = Instant.now();
            StoreUnavailableException failure =
                    assertThrows(StoreUnavailableException.class, () -> store.epoch(subject));
            Duration took = Duration.between(start, Instant.now());

            assertEquals(503, failure.code().status());
            assertTrue(failure.headers().containsKey("Retry-After"));
            assertTrue(took.compareTo(Duration.ofSeconds(2)) < 0, "took " + took);
            proxy.pass();
            assertEquals(new Epoch(0, 0), store.epoch(subject));
        }
    }

    @Test
    void aUseWhoseAnswerWasLostIsTheSameUseAndNoReplay() {
        proxy.loseTheNextAnswer();

        assertEquals(Verdict.ADMITTED, use().verdict());
        assertEquals(Verdict.BARE_REPEAT, use().verdict(), "a second use is a second use");
    }

    @Test
    void aRotationWhoseAnswerWasLostIsCommittedOnce() {
        proxy.loseTheNextAnswer();

        assertEquals(
                Commit.COMMITTED,
                store.rotate(SecurityStoreContract.rotation(
                        SecurityStoreContract.seen(subject, sid, 1), new Epoch(0, 0), "second", "")));
        assertEquals(
                2,
                store.lookForRefresh(subject, sid, true, UNLIMITED)
                        .session()
                        .orElseThrow()
                        .family()
                        .gen());
    }

    @Test
    void aLoginWhoseAnswersWereLostCountsOnceAndTellsItsLock() {
        LockoutSettings rules = new LockoutSettings(2, Duration.ofMinutes(15));
        store.epoch(subject); // what is store-wide is known now: the next answer is the attempt's
        proxy.loseTheNextAnswer();
        LoginAttempt first = store.beginLogin(subject, Optional.empty(), rules);
        LoginAttempt second = store.beginLogin(subject, Optional.empty(), rules);

        assertTrue(first.admitted() && second.admitted(), "the first took one of two");
        store.failLogin(first, rules);
        store.unlock(subject);
        LoginAttempt third = store.beginLogin(subject, Optional.empty(), rules);
        LoginAttempt fourth = store.beginLogin(subject, Optional.empty(), rules);
        proxy.loseTheNextAnswer();
        assertTrue(store.failLogin(third, rules).isPresent(), "told though the lock stood when it was asked again");
        assertEquals(Optional.empty(), store.failLogin(fourth, rules), "and told once");
    }

    @Test
    void aTakeWhoseAnswerWasLostCountsOnce() {
        proxy.loseTheNextAnswer();

        assertEquals(4, store.take(FIVE, "somebody").remaining());
    }

    @Test
    void aPoolOfBrokenConnectionsFailsNoRequest() throws Exception {
        SecurityStoreContract.race(20, i -> () -> store.epoch(subject));
        server.stop();
        server = redis();

        store.ping();
        IntStream.range(0, 30).forEach(i -> assertEquals(new Epoch(0, 0), store.epoch(subject)));
    }

    private SecurityStore.Admission use() {
        return store.admit(new Use(subject, sid, 1, "t1", false, ReplayMode.AUTO, Duration.ofMinutes(15)), UNLIMITED);
    }

    private RedisServer redis() throws IOException {
        RedisServer fresh = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        fresh.start();
        return fresh;
    }
}

package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.ReplayMode;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.store.SecurityStore.Epoch;
import com.amplihack.auth.store.SecurityStore.Verdict;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.embedded.RedisServer;

class RedisSecurityStoreTest extends SecurityStoreContract {
    private static RedisServer server;
    private static RedisClient observer;
    private static RedisSecurityStore store;

    @BeforeAll
    static void start() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        server = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        server.start();
        observer = RedisClient.create("127.0.0.1", port);
        store = new RedisSecurityStore(TestSettings.dev(
                        Path.of("unused"), Map.of("redis.host", "127.0.0.1", "redis.port", Integer.toString(port)))
                .store());
    }

    @AfterAll
    static void stop() throws IOException {
        store.close();
        observer.close();
        server.stop();
    }

    @Override
    SecurityStore store() {
        return store;
    }

    @Override
    Instant now() {
        return Instant.now();
    }

    @Override
    void advance(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void everyKeyHasATimeToLiveAndAUsersKeysLieInOneSlot() {
        open();
        admit("t1", 1, false, ReplayMode.AUTO, FIVE);
        store.lookForRefresh(subject, sid, FIVE);
        store.changeRights(subject);
        store.endAll(subject);
        open();
        store.take(FIVE, "somebody");

        Set<String> keys = observer.keys("*");
        for (String key : keys) {
            assertTrue(observer.pttl(key) > 0, key + " lives for ever");
        }
        Set<String> ofUser = observer.keys("*" + subject + "*");
        assertTrue(ofUser.size() >= 3, ofUser.toString());
        for (String key : ofUser) {
            assertTrue(key.startsWith("auth1:{" + subject + "}:"), key);
        }
    }

    @Test
    void anAdmittedRequestIsOneRoundTrip() {
        open();
        admit("t1", true); // teaches the script
        observer.executeCommand(new CommandArguments(Protocol.Command.CONFIG).add("RESETSTAT"));

        for (int i = 0; i < 10; i++) {
            assertEquals(Verdict.ADMITTED, admit("t1", true).verdict());
        }

        String statistics = observer.info("commandstats");
        assertTrue(statistics.contains("cmdstat_evalsha:calls=10,"), statistics);
        assertTrue(!statistics.contains("cmdstat_eval:"), statistics);
    }

    @Test
    void aFlushedScriptCacheIsFilledAgain() {
        open();
        observer.scriptFlush("any");

        assertEquals(Verdict.ADMITTED, admit("t1", true).verdict());
    }

    @Test
    void theRecordStaysCompact() {
        open();

        assertEquals("ziplist", observer.objectEncoding("auth1:{" + subject + "}:session:" + sid));
        assertEquals(new Epoch(0, 0), store.epoch(subject));
    }
}

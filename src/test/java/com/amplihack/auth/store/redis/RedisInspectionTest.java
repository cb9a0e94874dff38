package com.amplihack.auth.store.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.store.StoreInspection;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.TestCertificate;
import com.amplihack.auth.store.TestRedis;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.embedded.RedisServer;

/** What an operator is told when the service starts, and in readiness. */
class RedisInspectionTest {
    private static final String SECRET = "not-to-be-shown";

    private static TestRedis shipped;
    private static RedisServer careless;
    private static int carelessPort;
    private static int tlsPort;

    @BeforeAll
    static void start() throws IOException {
        shipped = TestRedis.start();
        Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "tls-");
        TestCertificate certificate = TestCertificate.make(directory);
        carelessPort = freePort();
        tlsPort = freePort();
        careless = RedisServer.newRedisServer()
                .port(carelessPort)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .setting("maxmemory-policy allkeys-lru")
                .setting("tls-port " + tlsPort)
                .setting("tls-cert-file \"" + certificate.certificate() + "\"")
                .setting("tls-key-file \"" + certificate.key() + "\"")
                .setting("tls-ca-cert-file \"" + certificate.certificate() + "\"")
                .setting("tls-auth-clients no")
                .build();
        careless.start();
    }

    @AfterAll
    static void stop() throws IOException {
        careless.stop();
        shipped.close();
    }

    @Test
    void theSettingsThatAreShippedAreGood() {
        assertEquals(StoreInspection.GOOD, look(asShipped(Map.of()), Instant.now()));
    }

    @Test
    void forgettingIsRefused() {
        String refusal = refusal(at(carelessPort));
        assertTrue(refusal.startsWith("maxmemory-policy of Redis is allkeys-lru"), refusal);
    }

    @Test
    void losingAtARestartIsWarnedOf() {
        List<String> warnings =
                RedisInspection.of("aof_enabled:0\r\n", Duration.ZERO).warnings();

        assertEquals(1, warnings.size(), warnings.toString());
        assertTrue(warnings.get(0).startsWith("appendonly of Redis is no"), warnings.get(0));
    }

    @ParameterizedTest
    @ValueSource(longs = {-10, 10})
    void aClockThatIsFarAwayIsWarnedOf(long seconds) {
        List<String> warnings =
                look(asShipped(Map.of()), Instant.now().plusSeconds(seconds)).warnings();

        assertEquals(1, warnings.size(), warnings.toString());
        String direction = seconds > 0 ? "behind" : "ahead of";
        assertTrue(warnings.get(0).matches("The clock of Redis is (9|10) s " + direction + ".*"), warnings.get(0));
    }

    @Test
    void aReplicaIsWarnedOf() {
        List<String> warnings = RedisInspection.of("role:slave\r\nredis_version:7.2.4\r\n", Duration.ZERO)
                .warnings();

        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).startsWith("Redis is a replica"), warnings.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.0.14", "6.0.9", "2.8.24"})
    void anOldVersionIsRefused(String version) {
        assertEquals(
                Optional.of("Redis is version " + version + ", but 6.2 or later is needed"),
                RedisInspection.of("# Server\r\nredis_version:" + version + "\r\n", Duration.ZERO)
                        .refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.2.0", "7.0.15", "10.1.0"})
    void aNewOneIsNot(String version) {
        assertEquals(
                StoreInspection.GOOD,
                RedisInspection.of("# Server\r\nredis_version:" + version + "\r\n", Duration.ofMillis(1900)));
    }

    @Test
    void withoutTheCommandItSaysSo() {
        try (Jedis operator = shipped.operator()) {
            operator.aclSetUser(TestRedis.USER, "-info");
            List<String> warnings = look(asShipped(Map.of()), Instant.now()).warnings();

            assertEquals(1, warnings.size(), warnings.toString());
            assertTrue(warnings.get(0).contains("may not run INFO"), warnings.get(0));
            operator.aclSetUser(TestRedis.USER, "+info");
        }
    }

    @Test
    void aHostThatDoesNotExistIsNamed() {
        assertEquals(
                "redis.host: no machine has the name in no-such-machine.invalid:6379",
                absence(Map.of("redis.host", "no-such-machine.invalid")));
        assertEquals(
                "redis.uri: no machine has the name in no-such-machine.invalid:1234",
                absence(Map.of("redis.uri", "redis://:" + SECRET + "@no-such-machine.invalid:1234")));
    }

    @Test
    void nobodyAndSilenceAreToldApart() throws IOException {
        int nobody = freePort();
        assertEquals("No Redis answers at 127.0.0.1:" + nobody, absence(port(nobody)));
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            assertEquals(
                    "No Redis answers at 127.0.0.1:" + silent.getLocalPort() + " within 500 ms",
                    absence(port(silent.getLocalPort())));
        }
    }

    @Test
    void aWrongNameOrPasswordIsTold() {
        String address = "127.0.0.1:" + shipped.port();
        assertEquals(
                "redis.password: Redis at " + address + " does not accept this name and password",
                refusal(asShipped(Map.of("redis.password", SECRET))));
        assertEquals(
                "redis.password: Redis at " + address + " does not accept this name and password",
                refusal(asShipped(Map.of("redis.username", "somebody"))));
        assertEquals("redis.password: Redis at " + address + " wants a password", refusal(port(shipped.port())));
    }

    @Test
    void aUserWhoMayNotIsTold() {
        try (Jedis operator = shipped.operator()) {
            operator.aclSetUser("nobody", "on", ">" + SECRET);
            String refusal = refusal(asShipped(Map.of("redis.username", "nobody", "redis.password", SECRET)));
            assertTrue(refusal.startsWith("redis.username: this user may not do what the service does"), refusal);
        }
    }

    /** As after an upgrade of the WAR without {@code users.acl}. */
    @Test
    void aUserOfAnotherLayoutIsTold() {
        try (Jedis operator = shipped.operator()) {
            operator.aclSetUser("before", "on", ">" + SECRET, "~auth1:*", "+@all");
            String refusal = refusal(asShipped(Map.of("redis.username", "before", "redis.password", SECRET)));
            assertTrue(refusal.startsWith("redis.username: this user may not do what the service does"), refusal);
            assertTrue(refusal.contains("keys"), refusal);
        }
    }

    @Test
    void tlsWhereThereIsNoneAndNoneWhereThereIsAreTold() {
        Map<String, String> tls = new HashMap<>(Map.of("redis.host", "localhost", "redis.tls", "true"));
        tls.put("redis.port", Integer.toString(carelessPort));
        assertEquals(
                "redis.tls: localhost:" + carelessPort
                        + " does not answer to TLS; a port without it needs redis.tls=false",
                absence(tls));
        tls.put("redis.port", Integer.toString(tlsPort));
        assertEquals(
                "redis.tls: the certificate of localhost:" + tlsPort
                        + " is not trusted by this Java (javax.net.ssl.trustStore), or is for another name",
                refusal(tls));
        assertEquals(
                "127.0.0.1:" + tlsPort + " closes the connection: if that port wants TLS, set redis.tls to true",
                absence(port(tlsPort)));
    }

    @Test
    void sentinelsAndNodesThatDoNotAnswerAreTold() throws IOException {
        String nobody = "127.0.0.1:" + freePort();
        assertEquals(
                "redis.sentinel.nodes: none of them tells where the primary is: auth (by the Sentinels " + nobody
                        + "); if they ask for a password, it is redis.sentinel.password",
                absence(Map.of("redis.sentinel.master", "auth", "redis.sentinel.nodes", nobody)));
        assertEquals("No Redis answers at the cluster of " + nobody, absence(Map.of("redis.cluster.nodes", nobody)));
        String noCluster = refusal(Map.of("redis.cluster.nodes", "127.0.0.1:" + carelessPort));
        assertTrue(noCluster.contains("cluster support disabled"), noCluster);
    }

    @Test
    void somethingElseThanRedisIsTold() throws IOException {
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        other.start();
        try {
            int port = other.getAddress().getPort();
            assertEquals("What answers at 127.0.0.1:" + port + " is no Redis", refusal(port(port)));
        } finally {
            other.stop(0);
        }
    }

    private static StoreInspection look(StoreSettings settings, Instant now) {
        try (RedisBackend store = new RedisBackend(settings, new Meters())) {
            assertEquals(store.inspect(now), store.connect(now));
            return store.inspect(now);
        }
    }

    private static String refusal(Map<String, String> properties) {
        return refusal(TestSettings.dev(Path.of("unused"), properties).store());
    }

    /** What stops the start. */
    private static String refusal(StoreSettings settings) {
        return sentence(settings, InvalidSettingException.class);
    }

    /** What the start waits for. */
    private static String absence(Map<String, String> properties) {
        return sentence(TestSettings.dev(Path.of("unused"), properties).store(), StoreUnavailableException.class);
    }

    private static String sentence(StoreSettings settings, Class<? extends RuntimeException> kind) {
        String sentence = assertThrows(kind, () -> {
                    try (RedisBackend store = new RedisBackend(settings, new Meters())) {
                        store.connect(Instant.now());
                    }
                })
                .getMessage();
        assertFalse(sentence.contains(SECRET), sentence);
        return sentence;
    }

    private static StoreSettings at(int port) {
        return TestSettings.dev(Path.of("unused"), port(port)).store();
    }

    private static Map<String, String> port(int port) {
        return Map.of("redis.host", "127.0.0.1", "redis.port", Integer.toString(port));
    }

    private static StoreSettings asShipped(Map<String, String> changes) {
        Map<String, String> properties = new HashMap<>(port(shipped.port()));
        properties.put("redis.username", TestRedis.USER);
        properties.put("redis.password", shipped.password());
        properties.putAll(changes);
        return TestSettings.dev(Path.of("unused"), properties).store();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

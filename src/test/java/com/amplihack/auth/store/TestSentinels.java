package com.amplihack.auth.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.embedded.RedisSentinel;

/** A primary, a replica of it, and three Sentinels that watch them and ask for a password of their own. */
public final class TestSentinels implements AutoCloseable {
    private static final String MASTER = "auth";
    private static final String SENTINEL_PASSWORD = UUID.randomUUID().toString();

    private final TestRedis primary;
    private final TestRedis replica;
    private final List<RedisSentinel> sentinels = new ArrayList<>();

    public TestSentinels() {
        String password = UUID.randomUUID().toString();
        primary = TestRedis.startMember(password);
        replica = TestRedis.startMember(password, "replicaof 127.0.0.1 " + primary.port());
        try {
            for (int i = 0; i < 3; i++) {
                sentinels.add(sentinel(password));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Until.holds("the replica is connected", () -> {
            try (Jedis operator = primary.operator()) {
                return operator.info("replication").contains("state=online");
            }
        });
        Until.holds("the Sentinels know one another and the replica", () -> sentinels.stream()
                .allMatch(sentinel -> {
                    try (Jedis client = new Jedis("127.0.0.1", sentinel.ports().get(0))) {
                        Map<String, String> master = client.sentinelMaster(MASTER);
                        return "2".equals(master.get("num-other-sentinels")) && "1".equals(master.get("num-slaves"));
                    }
                }));
        sentinels.forEach(sentinel -> protect(sentinel.ports().get(0)));
    }

    private static void protect(int port) {
        try (Jedis client = new Jedis("127.0.0.1", port)) {
            // by which they ask one another, then what whoever asks must know
            client.sendCommand(Protocol.Command.SENTINEL, "CONFIG", "SET", "sentinel-pass", SENTINEL_PASSWORD);
            client.aclSetUser("default", "resetpass", ">" + SENTINEL_PASSWORD);
        }
    }

    private RedisSentinel sentinel(String password) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        RedisSentinel sentinel = RedisSentinel.newRedisSentinel()
                .port(port)
                .bind("127.0.0.1")
                .masterName(MASTER)
                .masterPort(primary.port())
                .quorumSize(2)
                .downAfterMilliseconds(1_000)
                .failOverTimeout(5_000)
                .build();
        sentinel.start();
        try (Jedis client = new Jedis("127.0.0.1", port)) {
            client.sentinelSet(MASTER, Map.of("auth-user", TestRedis.REPLICATION, "auth-pass", password));
        }
        return sentinel;
    }

    /** Which serves until it is killed. */
    public TestRedis primary() {
        return primary;
    }

    public TestRedis replica() {
        return replica;
    }

    /** For a service that finds its Redis by them. */
    public Map<String, String> properties() {
        return Map.of(
                "redis.sentinel.master",
                MASTER,
                "redis.sentinel.nodes",
                sentinels.stream()
                        .map(sentinel -> "127.0.0.1:" + sentinel.ports().get(0))
                        .collect(Collectors.joining(",")),
                "redis.sentinel.password",
                SENTINEL_PASSWORD,
                "redis.username",
                TestRedis.USER,
                "redis.password",
                primary.password());
    }

    @Override
    public void close() throws IOException {
        for (RedisSentinel sentinel : sentinels) {
            sentinel.stop();
        }
        primary.close();
        replica.close();
    }
}

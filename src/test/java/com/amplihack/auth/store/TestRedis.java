package com.amplihack.auth.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/**
 * A real Redis on loopback, under {@code server-config/redis}: its settings, and its users with a password of this run.
 * Linux and macOS only: the Redis 5 that embedded-redis brings for Windows knows no users.
 */
public final class TestRedis implements AutoCloseable {
    /** The one user of users.acl. */
    public static final String USER = "amplihack-auth";

    static final Path CONF = Path.of("server-config/redis/redis.conf");
    static final Path ACL = Path.of("server-config/redis/users.acl");

    /** Settings that say where it runs, which a test decides. */
    private static final Set<String> PLACES = Set.of("bind", "port", "dir", "aclfile", "appendfsync");

    private final RedisServerBuilder builder;
    private final int port;
    private final String password;
    private RedisServer server;

    private TestRedis(RedisServerBuilder builder, int port, String password) throws IOException {
        this.builder = builder;
        server = builder.build();
        server.start();
        this.port = port;
        this.password = password;
    }

    public static TestRedis start() {
        return start("everysec");
    }

    /** With that {@code appendfsync}: after {@link #kill}, {@code always} has lost nothing that was answered. */
    public static TestRedis start(String appendFsync) {
        try {
            int port = freePort();
            String password = UUID.randomUUID().toString();
            Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "redis-");
            Path users = directory.resolve("users.acl");
            Files.writeString(users, Files.readString(ACL).replace("#SHA256_OF_THE_PASSWORD", "#" + sha256(password)));

            RedisServerBuilder builder = RedisServer.newRedisServer().port(port).bind("127.0.0.1");
            Files.readAllLines(CONF).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .filter(line -> !PLACES.contains(line.split(" ", 2)[0]))
                    .forEach(builder::setting);
            builder.setting("dir \"" + directory + "\"").setting("aclfile \"" + users + "\"");
            builder.setting("appendfsync " + appendFsync);
            return new TestRedis(builder, port, password);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /** Of {@link #USER}. */
    public String password() {
        return password;
    }

    /** Ends it as a power cut would. */
    public void kill() throws IOException {
        ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains(":" + port))
                .forEach(ProcessHandle::destroyForcibly);
        server.stop();
    }

    /** Starts it again, with what it had written. */
    public void restart() throws IOException {
        server = builder.build();
        server.start();
    }

    @Override
    public void close() throws IOException {
        server.stop();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

package com.amplihack.auth.store;

import com.amplihack.auth.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/**
 * A real Redis on loopback, under {@code server-config/redis}: its settings, and its users with a password of this run.
 * Linux and macOS only: the Redis 5 that embedded-redis brings for Windows knows no users.
 */
public final class TestRedis implements AutoCloseable {
    /** The one user of users.acl. */
    public static final String USER = "amplihack-auth";

    /** By whom servers copy from one another and Sentinels watch them, as server-config/redis/README.md has it. */
    static final String REPLICATION = "replication";

    /** May do everything, with the same password: who breaks things in tests. */
    static final String OPERATOR = "operator";

    static final Path CONF = Path.of("server-config/redis/redis.conf");
    static final Path ACL = Path.of("server-config/redis/users.acl");

    /** Settings that say where it runs, which a test decides. */
    private static final Set<String> PLACES = Set.of("bind", "port", "dir", "aclfile", "appendfsync");

    private final RedisServerBuilder builder;
    private final Path directory;
    private final int port;
    private final String password;
    private RedisServer server;
    private long process;

    private TestRedis(RedisServerBuilder builder, Path directory, int port, String password) throws IOException {
        this.builder = builder;
        this.directory = directory;
        this.port = port;
        this.password = password;
        run();
    }

    public static TestRedis start() {
        return start("everysec");
    }

    /** With that {@code appendfsync}: after {@link #kill}, {@code always} has lost nothing that was answered. */
    public static TestRedis start(String appendFsync) {
        return start(appendFsync, UUID.randomUUID().toString());
    }

    /** One of several, which share a password: each may copy from another. */
    static TestRedis startMember(String password, String... settings) {
        String[] all = Arrays.copyOf(settings, settings.length + 3);
        all[settings.length] = "masteruser " + REPLICATION;
        all[settings.length + 1] = "masterauth " + password;
        all[settings.length + 2] = "repl-diskless-sync-delay 0";
        return start("no", password, all);
    }

    private static TestRedis start(String appendFsync, String password, String... settings) {
        try {
            int port = Ports.freeForRedis();
            Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "redis-");
            Path users = directory.resolve("users.acl");
            Files.writeString(
                    users,
                    Files.readString(ACL)
                                    .replace("#SHA256_OF_THE_PASSWORD", "#" + sha256(password))
                                    .strip() + "\nuser " + OPERATOR + " on #" + sha256(password) + " ~* &* +@all\nuser "
                            + REPLICATION + " on #" + sha256(password)
                            + " &* -@all +psync +replconf +ping +multi +slaveof +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill\n");

            RedisServerBuilder builder = RedisServer.newRedisServer().port(port).bind("127.0.0.1");
            Files.readAllLines(CONF).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .filter(line -> !PLACES.contains(line.split(" ", 2)[0]))
                    .forEach(builder::setting);
            builder.setting("dir \"" + directory + "\"").setting("aclfile \"" + users + "\"");
            builder.setting("appendfsync " + appendFsync);
            Arrays.stream(settings).forEach(builder::setting);
            return new TestRedis(builder, directory, port, password);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /** For a service that uses it. */
    public Map<String, String> properties() {
        return Map.of(
                "redis.host",
                "127.0.0.1",
                "redis.port",
                Integer.toString(port),
                "redis.username",
                USER,
                "redis.password",
                password);
    }

    public long pid() {
        return process;
    }

    /** Of {@link #USER}. */
    public String password() {
        return password;
    }

    /** A client that may do everything; the caller closes it. */
    public Jedis operator() {
        return new Jedis(
                new HostAndPort("127.0.0.1", port),
                DefaultJedisClientConfig.builder()
                        .user(OPERATOR)
                        .password(password)
                        .socketTimeoutMillis(20_000)
                        .autoNegotiateProtocol(false)
                        .build());
    }

    /** Ends it as a power cut would. */
    public void kill() throws IOException {
        ProcessHandle.of(process).ifPresent(ProcessHandle::destroyForcibly);
        server.stop();
    }

    /** Takes its processor away: connections stay open, nothing is answered. */
    public void pause() {
        signal("-STOP");
    }

    /** Undoes {@link #pause}. */
    public void goOn() {
        signal("-CONT");
    }

    /** Deletes what it has written; only while it does not run. */
    public void loseData() throws IOException {
        Files.deleteIfExists(appendOnlyFile());
    }

    /** What it has written so far. */
    public byte[] backUp() throws IOException {
        return Files.readAllBytes(appendOnlyFile());
    }

    /** Puts older data in the place of what it has written; only while it does not run. */
    public void putBack(byte[] older) throws IOException {
        Files.write(appendOnlyFile(), older);
    }

    /**
     * Has it save and read back all that it holds, slowly: meanwhile it answers {@code LOADING}. Returns when it does.
     * It serves nobody between two megabytes, so there is filling to read.
     */
    public void load(Duration length) {
        int keys = 3000;
        try (Jedis operator = operator()) {
            debug(operator, "POPULATE", Integer.toString(keys), "filling", "20000");
            operator.configSet("rdbcompression", "no");
            operator.configSet("key-load-delay", Long.toString(length.toNanos() / 1000 / keys));
        }
        Thread loading = new Thread(() -> {
            try (Jedis operator = operator()) {
                debug(operator, "RELOAD");
                operator.configSet("key-load-delay", "0");
                Files.deleteIfExists(directory.resolve("dump.rdb"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        loading.setDaemon(true);
        loading.start();
        Until.holds("Redis loads", this::isLoading);
    }

    /** Waits until {@link #load} is over: on a busy machine it takes longer than it was meant to. */
    public void loaded() {
        Until.holds("Redis has loaded", () -> !isLoading());
    }

    private boolean isLoading() {
        try (Jedis operator = operator()) {
            operator.get("any");
            return false;
        } catch (JedisDataException answer) {
            return answer.getMessage().startsWith("LOADING");
        }
    }

    private static void debug(Jedis operator, String... arguments) {
        operator.sendCommand(() -> "DEBUG".getBytes(StandardCharsets.US_ASCII), arguments);
    }

    private Path appendOnlyFile() {
        return directory.resolve("appendonly.aof");
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("kill", signal, Long.toString(process)).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() throws IOException {
        server = builder.build();
        server.start();
        try (Jedis operator = operator()) {
            Matcher id = Pattern.compile("process_id:(\\d+)").matcher(operator.info("server"));
            process = id.find() ? Long.parseLong(id.group(1)) : 0;
        }
    }

    /** Starts it again, with what it had written. */
    public void restart() throws IOException {
        run();
    }

    @Override
    public void close() throws IOException {
        goOn(); // what is paused does not end
        server.stop();
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

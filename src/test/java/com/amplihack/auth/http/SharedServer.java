package com.amplihack.auth.http;

import com.amplihack.auth.store.FaultProxy;
import com.amplihack.auth.store.TestRedis;
import com.amplihack.auth.store.Until;
import com.amplihack.auth.store.script.SessionFields;
import com.amplihack.auth.store.script.UserKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import redis.clients.jedis.Jedis;

/**
 * The one server of the whole suite, with a real Redis behind a proxy that can be told to fail, or with the memory
 * store; it starts when the first test asks for it and goes when the test run ends.
 */
public final class SharedServer implements LauncherSessionListener {
    public static final String TRUSTED_PROXIES = "127.9.0.0/16";
    public static final String CORS_ORIGIN = "https://reader.example";
    public static final String CSRF_ORIGIN = "https://form.example";

    static final int EXCHANGES = 12;
    static final int EXCHANGES_PER_SUBJECT = 8;

    static final Duration REFRESH_GRACE = Duration.ofSeconds(1);

    /** {@code redis}, or {@code memory} in the second run of the suite. */
    static final String STORE = System.getProperty("it.store", "redis");

    private static SharedServer shared;

    private ServerProcess process;
    private TestRedis redis;
    private FaultProxy proxy;
    private TestUpstream upstream;
    private Path home;

    /** For the JUnit launcher. */
    public SharedServer() {}

    public static synchronized SharedServer get() {
        if (shared == null) {
            SharedServer fresh = new SharedServer();
            fresh.start();
            shared = fresh;
        }
        return shared;
    }

    /** Whether it runs and listens on that port. */
    static synchronized boolean isAt(int port) {
        return shared != null && shared.port() == port;
    }

    private void start() {
        try {
            redis = TestRedis.start();
            proxy = new FaultProxy(redis.port());
            upstream = new TestUpstream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        home = ServerProcess.freshDirectory("home");
        process = ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.ofEntries(
                                Map.entry("auth.trusted.proxies", TRUSTED_PROXIES),
                                Map.entry("auth.cors.origins", CORS_ORIGIN),
                                Map.entry("auth.csrf.origins", CSRF_ORIGIN),
                                Map.entry("mp.config.profile", "dev"),
                                Map.entry("auth.mfa.remember.days", "30"),
                                Map.entry("auth.home", home.toString()),
                                Map.entry("auth.store", STORE),
                                Map.entry("auth.proxy.upstream", upstream.url()),
                                Map.entry("auth.proxy.upstream.authorization", TestUpstream.AUTHORIZATION),
                                Map.entry("auth.proxy.timeout.seconds", "2"),
                                Map.entry("auth.proxy.max.body.mib", "1"),
                                Map.entry("auth.proxy.max.exchanges", Integer.toString(EXCHANGES)),
                                Map.entry(
                                        "auth.proxy.max.exchanges.per.subject",
                                        Integer.toString(EXCHANGES_PER_SUBJECT)),
                                Map.entry(
                                        "auth.proxy.paths",
                                        "/models/**=model:read,/raw/**=chat:write,/responses=chat:write,"
                                                + "/embeddings=chat:write,/second/**=chat:write@other"),
                                Map.entry("auth.proxy.upstream.other", upstream.url() + "other"),
                                Map.entry("auth.proxy.upstream.other.header", "x-api-key: " + TestUpstream.OTHER_KEY),
                                Map.entry("redis.host", "127.0.0.1"),
                                Map.entry("redis.port", Integer.toString(proxy.port())),
                                Map.entry("redis.username", TestRedis.USER),
                                Map.entry("redis.password", redis.password()),
                                Map.entry("jwt.refresh.grace.seconds", Long.toString(REFRESH_GRACE.toSeconds())),
                                Map.entry("auth.account.deletion", "true"),
                                Map.entry("jwt.key.size", "2048")),
                        Map.of())
                .ready();
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        synchronized (SharedServer.class) {
            if (shared != null) {
                shared.stop();
                shared = null;
            }
        }
    }

    private void stop() {
        process.close();
        try {
            upstream.close();
            proxy.close();
            redis.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return process.port();
    }

    public String output() {
        return process.output();
    }

    public String adminPassword() {
        return process.firstPassword();
    }

    public Path home() {
        return home;
    }

    /** Whom {@code /api/**} is forwarded to. */
    TestUpstream upstream() {
        return upstream;
    }

    /** What requests with that {@code X-Request-Id} left in the audit file, once there is something: the events. */
    public List<String> audited(String correlationId) {
        Until.holds("audited " + correlationId, () -> !events(correlationId).isEmpty());
        return events(correlationId);
    }

    /** The audit file with everything that was answered until now: entries are written in order, by a thread of its own. */
    public String auditFile() {
        Client last = new Client();
        last.post("/auth/login")
                .json("{\"username\":\"nobody-of-this-name\",\"password\":\"none at all\"}")
                .send();
        Until.holds("the audit file is written", () -> readAuditFile().contains('"' + last.address() + '"'));
        return readAuditFile();
    }

    private String readAuditFile() {
        try {
            return Files.readString(home.resolve("audit.jsonl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> events(String correlationId) {
        try (Stream<String> lines = Files.lines(home.resolve("audit.jsonl"))) {
            return lines.filter(line -> line.contains('"' + correlationId + '"'))
                    .map(line -> new Client.Answer(200, List.of(), line).json().getString("event"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends what a test did to Redis and waits until the server asks it again. */
    public void mendRedis() {
        proxy.pass();
        Client client = new Client();
        // two answers close the breaker
        for (int good = 0, tries = 0; good < 2; tries++) {
            good = client.get("/health/ready").send().status() == 200 ? good + 1 : 0;
            if (tries > 2_000) {
                throw new IllegalStateException("the server does not come back");
            }
        }
    }

    /** Sets back the time at which a session was opened; with Redis only. */
    void openedAgo(Session session, Duration age) {
        try (Jedis operator = redis.operator()) {
            operator.hset(
                    UserKeys.of(session.claims().getString("sub"))
                            .session(session.claims().getString("sid")),
                    SessionFields.CREATED_AT,
                    Long.toString(Instant.now().minus(age).getEpochSecond()));
        }
    }

    /** Has Redis lose what it knows of the user's budgets and usage; returns how many keys that were. */
    long loseBudgets(Session session) {
        try (Jedis operator = redis.operator()) {
            String prefix = UserKeys.of(session.claims().getString("sub")).budgets();
            return operator.del(operator.keys(prefix + "*").toArray(String[]::new));
        }
    }

    /** What stands between the server and its Redis. */
    FaultProxy redisProxy() {
        return proxy;
    }
}

package com.amplihack.auth.store.redis;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.metrics.Tracing;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.store.Breaker;
import com.amplihack.auth.store.StoreInspection;
import com.amplihack.auth.store.StoreOutage;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.script.LuaScript;
import com.amplihack.auth.store.script.ScriptedFleet;
import com.amplihack.auth.store.script.StoreBackend;
import com.amplihack.auth.store.script.StoreOperation;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.util.Pool;

/**
 * Runs the scripts in Redis, through a bounded pool and a circuit breaker. Every failure, including a malformed answer,
 * is a {@link StoreUnavailableException}.
 */
public final class RedisBackend implements StoreBackend {
    private final RateLimitedLogger log = new RateLimitedLogger(Logger.getLogger(RedisBackend.class.getName()), 1);

    private final StoreSettings settings;
    private volatile @Nullable RedisTopology topology;
    private final ReplicatedScript replicated;
    private final OutageDetector outages;
    private final Breaker breaker;
    private final Meters meters;

    /** Connects at the first operation, and again at the next one while that fails. */
    public RedisBackend(StoreSettings settings, Meters meters) {
        this.settings = settings;
        replicated = new ReplicatedScript(this::redis, settings.timeout());
        outages = new OutageDetector(settings.address(), System::nanoTime);
        breaker = new Breaker(
                "Redis at " + settings.address(),
                RedisBackend::isServerWide,
                RedisBackend::isPoolExhausted,
                this::onOpen);
        this.meters = meters;
        meters.showConnections(
                "redis",
                () -> connections(Pool::getNumActive),
                () -> connections(Pool::getNumIdle),
                () -> connections(Pool::getNumWaiters),
                settings.poolMax());
    }

    /** Summed over the pools of all nodes; 0 before the first connection. */
    private int connections(ToIntFunction<Pool<?>> kind) {
        RedisTopology connected = topology;
        return connected == null ? 0 : connected.connections(kind);
    }

    private RedisTopology redis() {
        RedisTopology connected = topology;
        return connected == null ? connect() : connected;
    }

    private synchronized RedisTopology connect() {
        RedisTopology connected = topology;
        if (connected == null) {
            connected = RedisTopology.of(settings);
            topology = connected;
        }
        return connected;
    }

    /** After an outage any idle connection may be dead, or lead to the former primary. */
    private void dropIdle() {
        RedisTopology connected = topology;
        if (connected != null) {
            connected.dropIdle();
        }
    }

    private void onOpen() {
        dropIdle();
        outages.begin(OutageDetector.NO_ANSWER);
    }

    @Override
    public <T> T run(StoreOperation operation, List<String> keys, List<String> arguments, Function<Object, T> read) {
        long start = System.nanoTime();
        Object answer;
        try {
            answer = meters.tracing()
                    .within(Tracing.Step.STORE, operation.label(), () -> run(operation, keys, arguments));
        } finally {
            meters.storeAnswered(operation.label(), Duration.ofNanos(System.nanoTime() - start));
        }
        try {
            return read.apply(answer);
        } catch (RuntimeException malformed) {
            log.log(
                    Level.WARNING,
                    "malformed",
                    "Redis has malformed data for " + operation.label() + " under " + keys + ": "
                            + malformed.getClass().getSimpleName());
            throw new StoreUnavailableException(malformed);
        }
    }

    private Object run(StoreOperation operation, List<String> keys, List<String> arguments) {
        return operation.replicas() == StoreOperation.Replicas.ONE
                ? guarded(operation, () -> replicated.run(operation.script(), keys, arguments))
                : guarded(operation, () -> evaluate(operation.script(), keys, arguments));
    }

    /** Runs the script by its digest; sends its text only if Redis does not know it. */
    private Object evaluate(LuaScript script, List<String> keys, List<String> arguments) {
        try {
            return redis().client().evalsha(script.sha1(), keys, arguments);
        } catch (JedisNoScriptException unknown) {
            return redis().client().eval(script.text(), keys, arguments); // EVAL caches it too
        }
    }

    @Override
    public int slot(String key) {
        RedisTopology connected = topology;
        return (connected == null ? guarded(StoreOperation.CHANGE_RIGHTS, this::connect) : connected).slot(key);
    }

    @Override
    public void ping() {
        guarded(StoreOperation.PING, () -> onServer(Connection::ping));
    }

    @Override
    public StoreInspection inspect(Instant now) {
        return guarded(StoreOperation.PING, () -> onServer(server -> RedisInspection.of(server, now)));
    }

    @Override
    public long liveSessions() {
        return guarded(StoreOperation.COUNT, () -> SessionCount.of(redis().client()));
    }

    @Override
    public void onOutage(Consumer<StoreOutage> listener) {
        outages.tell(listener);
    }

    @Override
    public String kind() {
        return "redis";
    }

    /** Sends commands, on one connection, to the server that has the store-wide key. */
    private <T> T onServer(Function<Connection, T> commands) {
        try (Connection connection = redis().primaryOf(ScriptedFleet.KEY)) {
            return commands.apply(connection);
        }
    }

    private <T> T guarded(StoreOperation operation, Supplier<T> call) {
        try {
            T answer = breaker.call(() -> exchange(call));
            outages.answered();
            return answer;
        } catch (CallNotPermittedException open) {
            outages.failed(open);
            throw new StoreUnavailableException(open); // not logged: the breaker logs when it opens
        } catch (RuntimeException failed) {
            outages.failed(failed);
            log.log(
                    Level.WARNING,
                    failed instanceof JedisDataException
                            ? OutageDetector.serverWideError(failed).orElse("error")
                            : OutageDetector.NO_ANSWER,
                    "Redis failed at " + operation.label() + ": " + failed.getMessage());
            throw new StoreUnavailableException(failed);
        }
    }

    @Override
    public StoreInspection connect(Instant now) {
        StoreInspection inspection;
        try {
            inspection = onServer(connection -> RedisInspection.of(connection, now));
        } catch (JedisException failed) {
            throw RedisDiagnosis.of(failed, settings).toException(failed);
        }
        inspection.refusal().or(inspection::startRefusal).ifPresent(reason -> {
            throw new InvalidSettingException(reason);
        });
        return inspection;
    }

    @Override
    public void close() {
        RedisTopology connected = topology;
        if (connected != null) {
            connected.close();
        }
    }

    /**
     * Runs the call. Retries once, with the same request id, when the connection is broken, as all pooled connections
     * are after a restart of Redis; does not retry after a time-out.
     */
    private <T> T exchange(Supplier<T> call) {
        try {
            return call.get();
        } catch (JedisConnectionException broken) {
            if (isTimeout(broken)) {
                throw broken;
            }
            dropIdle();
            return call.get();
        } catch (JedisDataException error) {
            if (String.valueOf(error.getMessage()).contains("READONLY")) {
                dropIdle();
            }
            throw error;
        }
    }

    /**
     * Whether a failure counts for the breaker: Redis does not answer, or refuses every request. Other errors cost no
     * time, and neither one user's broken record nor one command that the ACL forbids may open the breaker for all
     * users.
     */
    private static boolean isServerWide(Throwable failure) {
        return !(failure instanceof JedisDataException)
                || OutageDetector.serverWideError(failure)
                        .filter(word -> !word.equals("NOPERM"))
                        .isPresent();
    }

    /** Whether no pooled connection became free in time, which says nothing about Redis. */
    private static boolean isPoolExhausted(Throwable failure) {
        return failure instanceof JedisException && failure.getCause() instanceof NoSuchElementException;
    }

    private static boolean isTimeout(JedisException broken) {
        for (Throwable cause = broken; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }
}

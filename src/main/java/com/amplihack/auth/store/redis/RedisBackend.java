package com.amplihack.auth.store.redis;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.store.Breaker;
import com.amplihack.auth.store.Inspection;
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
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * Runs the scripts in Redis, through a bounded pool and a breaker; whatever goes wrong, an answer that is not understood too, is a
 * {@link StoreUnavailableException}.
 */
public final class RedisBackend implements StoreBackend {
    private final RateLimitedLogger log = new RateLimitedLogger(Logger.getLogger(RedisBackend.class.getName()), 1);

    private final StoreSettings settings;
    private final RedisTopology redis;
    private final ReplicatedScript confirmation;
    private final Outages outages;
    private final Breaker breaker;
    private final Meters meters;

    /**
     * Connects, lazily when there is one server: then whether it answers shows at the first operation.
     *
     * @throws InvalidSettingException with the sentence for the operator, when no Sentinel or node of a cluster answers
     */
    public RedisBackend(StoreSettings settings, Meters meters) {
        this.settings = settings;
        redis = connect(settings);
        confirmation = new ReplicatedScript(redis, settings.timeout());
        outages = new Outages(settings.address(), System::nanoTime);
        breaker = new Breaker(
                "Redis at " + settings.address(), RedisBackend::isOfEverybody, RedisBackend::isOurCrowd, this::silent);
        this.meters = meters;
    }

    private void silent() {
        redis.dropIdle();
        outages.begin(Outages.NO_ANSWER);
    }

    @Override
    public <T> T run(StoreOperation operation, List<String> keys, List<String> arguments, Function<Object, T> read) {
        long start = System.nanoTime();
        Object answer;
        try {
            answer = operation.replicas() == StoreOperation.Replicas.ONE
                    ? guarded(operation, () -> confirmation.run(operation.script(), keys, arguments))
                    : guarded(operation, () -> evaluate(operation.script(), keys, arguments));
        } finally {
            meters.storeAnswered(operation.label(), Duration.ofNanos(System.nanoTime() - start));
        }
        try {
            return read.apply(answer);
        } catch (RuntimeException strange) {
            log.log(
                    Level.WARNING,
                    "strange",
                    "Redis holds what " + operation.label() + " does not understand under " + keys + ": "
                            + strange.getClass().getSimpleName());
            throw new StoreUnavailableException(strange);
        }
    }

    /** By its digest; Redis gets the text only when it does not know it yet. */
    private Object evaluate(LuaScript script, List<String> keys, List<String> arguments) {
        try {
            return redis.client().evalsha(script.sha1(), keys, arguments);
        } catch (JedisNoScriptException unknown) {
            return redis.client().eval(script.text(), keys, arguments); // EVAL teaches it as well
        }
    }

    @Override
    public void ping() {
        guarded(StoreOperation.PING, () -> onServer(Connection::ping));
    }

    @Override
    public Inspection inspect(Instant now) {
        return guarded(StoreOperation.PING, () -> onServer(server -> RedisInspection.of(server, now)));
    }

    @Override
    public long liveSessions() {
        return guarded(StoreOperation.COUNT, () -> SessionCount.of(redis.client()));
    }

    @Override
    public void onOutage(Consumer<StoreOutage> listener) {
        outages.tell(listener);
    }

    @Override
    public String kind() {
        return "redis";
    }

    /** Sends commands to the server that has what is store-wide, on one connection. */
    private <T> T onServer(Function<Connection, T> commands) {
        try (Connection connection = redis.primaryOf(ScriptedFleet.KEY)) {
            return commands.apply(connection);
        }
    }

    private <T> T guarded(StoreOperation operation, Supplier<T> question) {
        try {
            T answer = breaker.call(() -> exchange(question));
            outages.answered();
            return answer;
        } catch (CallNotPermittedException open) {
            outages.failed(open);
            throw new StoreUnavailableException(open); // said once, when it opened
        } catch (RuntimeException failed) {
            outages.failed(failed);
            log.log(
                    Level.WARNING,
                    failed instanceof JedisDataException
                            ? Outages.refusalOfEverybody(failed).orElse("error")
                            : Outages.NO_ANSWER,
                    "Redis did not answer " + operation.label() + ": " + failed.getMessage());
            throw new StoreUnavailableException(failed);
        }
    }

    /**
     * Looks at Redis before any request does.
     *
     * @throws InvalidSettingException with the sentence for the operator, when it cannot be used
     */
    public Inspection firstLook(Instant now) {
        Inspection inspection = reach(now);
        if (inspection.refusal().isPresent()) {
            throw new InvalidSettingException(inspection.refusal().get());
        }
        return inspection;
    }

    private Inspection reach(Instant now) {
        try {
            return onServer(connection -> RedisInspection.of(connection, now));
        } catch (JedisException failed) {
            if (failed instanceof JedisDataException
                    && String.valueOf(failed.getMessage()).startsWith("LOADING")) {
                return new Inspection(
                        Optional.empty(),
                        List.of("Redis is loading its data: requests that need it are 503 until it has them"));
            }
            throw new InvalidSettingException(RedisDiagnosis.of(failed, settings));
        }
    }

    @Override
    public void close() {
        redis.close();
    }

    /**
     * Asks Redis; a broken connection (a Redis that was restarted leaves a pool of them) is tried once more with the same
     * request id, a time-out is not.
     */
    private <T> T exchange(Supplier<T> question) {
        try {
            return question.get();
        } catch (JedisConnectionException broken) {
            if (isTimeout(broken)) {
                throw broken;
            }
            redis.dropIdle();
            return question.get();
        } catch (JedisDataException error) {
            if (String.valueOf(error.getMessage()).contains("READONLY")) {
                redis.dropIdle(); // these lead to what was the primary
            }
            throw error;
        }
    }

    private static RedisTopology connect(StoreSettings settings) {
        try {
            return RedisTopology.of(settings);
        } catch (JedisException failed) {
            throw new InvalidSettingException(RedisDiagnosis.of(failed, settings));
        }
    }

    /**
     * Whether a failure means that Redis can serve nobody: it is silent, or refuses whoever asks. Any other error costs no
     * time, and one user's broken record must not refuse everybody; nor must one command that its ACL lacks.
     */
    private static boolean isOfEverybody(Throwable failure) {
        return !(failure instanceof JedisDataException)
                || Outages.refusalOfEverybody(failure)
                        .filter(word -> !word.equals("NOPERM"))
                        .isPresent();
    }

    /** Whether all connections of the pool were in use for too long: that says nothing about Redis. */
    private static boolean isOurCrowd(Throwable failure) {
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

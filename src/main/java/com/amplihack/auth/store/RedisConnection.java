package com.amplihack.auth.store;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.RepeatedLog;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import redis.clients.jedis.Connection;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Asks Redis through a bounded pool and a breaker; whatever goes wrong, an answer that is not understood too, is a
 * {@link StoreUnavailableException}.
 */
final class RedisConnection implements AutoCloseable {
    private final RepeatedLog log = new RepeatedLog(Logger.getLogger(RedisConnection.class.getName()), 1);

    private final StoreSettings settings;
    private final RedisTopology redis;
    private final Confirmation confirmation;
    private final Outages outages;
    private final Breaker breaker;
    private final Meters meters;

    /** With {@link #requests}, tells one operation from every other of any node and start. */
    private final String process = UUID.randomUUID().toString().substring(24);

    private final AtomicLong requests = new AtomicLong();

    /**
     * Connects, lazily when there is one server: then whether it answers shows at the first operation.
     *
     * @throws InvalidSettingException with the sentence for the operator, when no Sentinel or node of a cluster answers
     */
    RedisConnection(StoreSettings settings, Meters meters) {
        this.settings = settings;
        redis = connect(settings);
        confirmation = new Confirmation(redis, settings.timeout());
        outages = new Outages(settings.address(), System::nanoTime);
        breaker = new Breaker(
                "Redis at " + settings.address(),
                RedisConnection::isOfEverybody,
                RedisConnection::isOurCrowd,
                this::silent);
        this.meters = meters;
    }

    private void silent() {
        redis.dropIdle();
        outages.begin(Outages.NO_ANSWER);
    }

    Outages outages() {
        return outages;
    }

    /**
     * Runs an operation's script.
     *
     * @param read turns the answer into what the caller wants; what it cannot read is a store that cannot answer
     */
    <T> T run(StoreOperation operation, List<String> keys, List<String> arguments, Function<Object, T> read) {
        long start = System.nanoTime();
        Object answer;
        try {
            answer = operation.replicas() == StoreOperation.Replicas.ONE
                    ? guarded(operation, () -> confirmation.run(operation.script(), keys, arguments))
                    : ask(operation, client -> operation.script().run(client, keys, arguments));
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

    /** Sends a plain command. */
    <T> T ask(StoreOperation operation, Function<UnifiedJedis, T> command) {
        return guarded(operation, () -> command.apply(redis.client()));
    }

    /** Sends commands to the server that has what is store-wide, on one connection. */
    <T> T askServer(StoreOperation operation, Function<Connection, T> commands) {
        return guarded(operation, () -> onServer(commands));
    }

    private <T> T onServer(Function<Connection, T> commands) {
        try (Connection connection = redis.primaryOf(StoreWide.KEY)) {
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
     * @throws InvalidSettingException with the sentence for the operator, when it cannot be reached
     */
    Inspection firstLook(Instant now) {
        try {
            return onServer(connection -> RedisInspection.of(connection, now));
        } catch (JedisException failed) {
            if (failed instanceof JedisDataException && failed.getMessage().startsWith("LOADING")) {
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
            if (error.getMessage().contains("READONLY")) {
                redis.dropIdle(); // these lead to what was the primary
            }
            throw error;
        }
    }

    /** The same for both attempts at one operation: so that a script knows the second one when it sees it. */
    String requestId() {
        return process + Long.toString(requests.incrementAndGet(), Character.MAX_RADIX);
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

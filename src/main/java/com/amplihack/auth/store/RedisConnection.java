package com.amplihack.auth.store;

import com.amplihack.auth.config.Secret;
import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.metrics.Meters;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisURIHelper;

/** Runs scripts on Redis through a bounded pool; whatever goes wrong is a {@link StoreUnavailableException}. */
final class RedisConnection implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RedisConnection.class.getName());

    private final RedisClient redis;
    private final Meters meters;

    /** With {@link #requests}, tells one operation from every other of any node and start. */
    private final String process = UUID.randomUUID().toString().substring(24);

    private final AtomicLong requests = new AtomicLong();

    /** Connects lazily: whether Redis answers shows at the first operation. */
    RedisConnection(StoreSettings settings, Meters meters) {
        redis = connect(settings);
        this.meters = meters;
    }

    Object run(LuaScript script, List<String> keys, List<String> arguments) {
        long start = System.nanoTime();
        try {
            return exchange(() -> script.run(redis, keys, arguments));
        } finally {
            meters.storeAnswered(script.name(), Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /** One field of a hash; null when there is none. */
    String field(String key, String name) {
        return exchange(() -> redis.hget(key, name));
    }

    void prolong(String key, long millis) {
        exchange(() -> redis.pexpire(key, millis));
    }

    void ping() {
        exchange(redis::ping);
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
                throw unavailable(broken);
            }
            redis.getPool().clear();
            try {
                return question.get();
            } catch (JedisException again) {
                throw unavailable(again);
            }
        } catch (JedisException e) {
            throw unavailable(e);
        }
    }

    /** The same for both attempts at one operation: so that a script knows the second one when it sees it. */
    String requestId() {
        return process + Long.toString(requests.incrementAndGet(), Character.MAX_RADIX);
    }

    private static StoreUnavailableException unavailable(JedisException cause) {
        LOG.log(Level.WARNING, "Redis did not answer: {0}", cause.getMessage());
        return new StoreUnavailableException(cause);
    }

    private static boolean isTimeout(Throwable broken) {
        for (Throwable cause = broken; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    private static RedisClient connect(StoreSettings settings) {
        int millis = (int) settings.timeout().toMillis();
        Optional<URI> uri = settings.uri();
        DefaultJedisClientConfig.Builder client = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(millis)
                .socketTimeoutMillis(millis)
                .clientName("amplihack-auth")
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED); // older than 7.2 refuses and logs it
        settings.username().or(() -> uri.map(JedisURIHelper::getUser)).ifPresent(client::user);
        settings.password()
                .map(Secret::reveal)
                .or(() -> uri.map(JedisURIHelper::getPassword))
                .ifPresent(client::password);
        uri.filter(JedisURIHelper::hasDbIndex).map(JedisURIHelper::getDBIndex).ifPresent(client::database);
        if (settings.tls() || uri.filter(JedisURIHelper::isRedisSSLScheme).isPresent()) {
            client.sslOptions(SslOptions.defaults()); // certificate and host name are verified
        }

        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(settings.poolMax());
        pool.setMaxIdle(settings.poolMax());
        pool.setMaxWait(settings.timeout());
        pool.setJmxEnabled(false); // its MBeans would outlive a redeployment

        RedisClient.Builder builder = RedisClient.builder();
        builder.clientConfig(client.build());
        builder.poolConfig(pool);
        builder.hostAndPort(
                uri.map(JedisURIHelper::getHostAndPort).orElse(new HostAndPort(settings.host(), settings.port())));
        return builder.build();
    }
}

package com.amplihack.auth.store;

import com.amplihack.auth.config.Secret;
import com.amplihack.auth.config.StoreSettings;
import java.net.URI;
import java.util.Optional;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.JedisURIHelper;

/** The driver's client, as {@link StoreSettings} say: bounded pools, time-outs, TLS, name and password. */
final class RedisTopology implements AutoCloseable {
    private final RedisClient client;

    /** Connects lazily. */
    RedisTopology(StoreSettings settings) {
        RedisClient.Builder builder = RedisClient.builder();
        builder.clientConfig(clientConfig(settings));
        builder.poolConfig(poolConfig(settings));
        builder.hostAndPort(settings.uri()
                .map(JedisURIHelper::getHostAndPort)
                .orElse(new HostAndPort(settings.host(), settings.port())));
        client = builder.build();
    }

    UnifiedJedis client() {
        return client;
    }

    /** Closes connections that are not in use: after an outage any of them may be dead without showing it. */
    void dropIdle() {
        client.getPool().clear();
    }

    @Override
    public void close() {
        client.close();
    }

    private static JedisClientConfig clientConfig(StoreSettings settings) {
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
        if (settings.isTls()) {
            client.sslOptions(SslOptions.defaults()); // certificate and host name are verified
        }
        return client.build();
    }

    private static ConnectionPoolConfig poolConfig(StoreSettings settings) {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(settings.poolMax());
        pool.setMaxIdle(settings.poolMax());
        pool.setMaxWait(settings.timeout());
        pool.setJmxEnabled(false); // its MBeans would outlive a redeployment
        return pool;
    }
}

package com.amplihack.auth.store.redis;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.source.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.Delay;
import redis.clients.jedis.util.JedisClusterCRC16;
import redis.clients.jedis.util.JedisURIHelper;
import redis.clients.jedis.util.Pool;

/**
 * Connects to a single server, the primary that Sentinels name, or a cluster, with bounded pools, time-outs, TLS and
 * credentials from {@link StoreSettings}. Connects lazily to a single server, otherwise at once.
 */
final class RedisTopology implements AutoCloseable {
    /** The most attempts of a cluster operation, for redirections and failing nodes. */
    private static final int CLUSTER_ATTEMPTS = 3;

    /** The most time for all attempts together. */
    private static final Duration CLUSTER_TIMEOUT = Duration.ofSeconds(1);

    private final UnifiedJedis client;
    private final Supplier<Collection<? extends Pool<Connection>>> pools;
    private final Function<String, Connection> primaryOf;

    private RedisTopology(
            UnifiedJedis client,
            Supplier<Collection<? extends Pool<Connection>>> pools,
            Function<String, Connection> primaryOf) {
        this.client = client;
        this.pools = pools;
        this.primaryOf = primaryOf;
    }

    static RedisTopology of(StoreSettings settings) {
        if (settings.sentinelMaster().isPresent()) {
            return sentinel(settings);
        }
        return settings.clusterNodes().isEmpty() ? single(settings) : cluster(settings);
    }

    private static RedisTopology single(StoreSettings settings) {
        RedisClient.Builder builder = RedisClient.builder();
        builder.clientConfig(clientConfig(settings));
        builder.poolConfig(poolConfig(settings));
        builder.hostAndPort(settings.uri()
                .map(JedisURIHelper::getHostAndPort)
                .orElse(new HostAndPort(settings.host(), settings.port())));
        RedisClient client = builder.build();
        return new RedisTopology(
                client, () -> List.of(client.getPool()), key -> client.getPool().getResource());
    }

    private static RedisTopology sentinel(StoreSettings settings) {
        RedisSentinelClient.Builder builder = new RedisSentinelClient.Builder();
        builder.clientConfig(clientConfig(settings));
        builder.poolConfig(poolConfig(settings));
        builder.masterName(settings.sentinelMaster().orElseThrow());
        builder.sentinels(addresses(settings.sentinelNodes()));
        // Sentinels have their own users or none; without this the driver would log a warning at each negotiation
        DefaultJedisClientConfig.Builder sentinel = transport(settings).autoNegotiateProtocol(false);
        settings.sentinelUsername().ifPresent(sentinel::user);
        settings.sentinelPassword().map(Secret::reveal).ifPresent(sentinel::password);
        builder.sentinelClientConfig(sentinel.build());
        builder.sentinelReconnectDelay(Delay.constant(Duration.ofSeconds(1)));
        RedisSentinelClient client = builder.build();
        return new RedisTopology(
                client,
                () -> client.getPrimaryNodesConnectionMap().values(),
                key -> client.getPrimaryNodesConnectionMap()
                        .values()
                        .iterator()
                        .next()
                        .getResource());
    }

    private static RedisTopology cluster(StoreSettings settings) {
        RedisClusterClient.Builder builder = new RedisClusterClient.Builder();
        builder.clientConfig(clientConfig(settings));
        builder.poolConfig(poolConfig(settings));
        builder.nodes(addresses(settings.clusterNodes()));
        builder.maxAttempts(CLUSTER_ATTEMPTS);
        builder.maxTotalRetriesDuration(CLUSTER_TIMEOUT);
        RedisClusterClient client = builder.build();
        return new RedisTopology(
                client,
                () -> client.getClusterNodes().values(),
                key -> client.getConnectionFromSlot(JedisClusterCRC16.getSlot(key)));
    }

    UnifiedJedis client() {
        return client;
    }

    /** The hash slot of a key in a cluster; 0 otherwise. */
    int slot(String key) {
        return client instanceof RedisClusterClient ? JedisClusterCRC16.getSlot(key) : 0;
    }

    /** A connection to the primary that has the key; the caller must close it. */
    Connection primaryOf(String key) {
        return primaryOf.apply(key);
    }

    /** A connection to a node of the cluster; the caller must close it. Reloads the topology if the node is unknown. */
    Connection node(HostAndPort address) {
        RedisClusterClient cluster = (RedisClusterClient) client; // only a cluster redirects
        Pool<Connection> known = cluster.getClusterNodes().get(address.toString());
        if (known == null) {
            cluster.refreshClusterTopology();
            known = Objects.requireNonNull(cluster.getClusterNodes().get(address.toString()), "no such node");
        }
        return known.getResource();
    }

    /** Reloads the topology of a cluster; does nothing otherwise. */
    void refresh() {
        if (client instanceof RedisClusterClient cluster) {
            cluster.refreshClusterTopology();
        }
    }

    /** The sum over the pools, one for each node. */
    int connections(ToIntFunction<Pool<?>> kind) {
        return pools.get().stream().mapToInt(kind).sum();
    }

    /** Closes idle connections: after an outage any of them may be dead without a sign of it. */
    void dropIdle() {
        pools.get().forEach(Pool::clear);
    }

    @Override
    public void close() {
        client.close();
    }

    private static Set<HostAndPort> addresses(List<StoreSettings.Node> nodes) {
        return nodes.stream()
                .map(node -> new HostAndPort(node.host(), node.port()))
                .collect(Collectors.toSet());
    }

    private static HostAndPort reachable(StoreSettings settings, HostAndPort announced) {
        String host = announced.getHost();
        boolean isBareIpv6 = host.indexOf(':') >= 0 && !host.startsWith("[");
        StoreSettings.Node node = new StoreSettings.Node(isBareIpv6 ? "[" + host + "]" : host, announced.getPort());
        StoreSettings.Node named = settings.clusterNames().getOrDefault(node, node);
        return new HostAndPort(named.host(), named.port());
    }

    private static DefaultJedisClientConfig.Builder transport(StoreSettings settings) {
        int millis = (int) settings.timeout().toMillis();
        DefaultJedisClientConfig.Builder transport = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(millis)
                .socketTimeoutMillis(millis)
                .clientName("amplihack-auth")
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED); // Redis before 7.2 refuses it and logs that
        if (settings.isTls()) {
            transport.sslOptions(SslOptions.defaults()); // certificate and host name are verified
        }
        return transport;
    }

    private static JedisClientConfig clientConfig(StoreSettings settings) {
        Optional<URI> uri = settings.uri();
        DefaultJedisClientConfig.Builder client = transport(settings);
        settings.username().or(() -> uri.map(JedisURIHelper::getUser)).ifPresent(client::user);
        settings.password()
                .map(Secret::reveal)
                .or(() -> uri.map(JedisURIHelper::getPassword))
                .ifPresent(client::password);
        uri.filter(JedisURIHelper::hasDbIndex).map(JedisURIHelper::getDBIndex).ifPresent(client::database);
        if (!settings.clusterNames().isEmpty()) { // the name to connect to and to verify the certificate against
            client.hostAndPortMapper(announced -> reachable(settings, announced));
        }
        return client.build();
    }

    private static ConnectionPoolConfig poolConfig(StoreSettings settings) {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(settings.poolMax());
        pool.setMaxIdle(settings.poolMax());
        pool.setMaxWait(settings.timeout());
        pool.setFairness(true); // otherwise a waiting thread could be overtaken until it times out
        pool.setJmxEnabled(false); // its MBeans would outlive a redeployment
        return pool;
    }
}

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
 * One server, the primary that Sentinels name, or a cluster, as {@link StoreSettings} say: with bounded pools, time-outs,
 * TLS, name and password. One server is connected to lazily, the others at once.
 */
final class RedisTopology implements AutoCloseable {
    /** Redirections and failing nodes of a cluster are followed so often, and in all so long. */
    private static final int CLUSTER_ATTEMPTS = 3;

    private static final Duration CLUSTER_PATIENCE = Duration.ofSeconds(1);

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
        // they have users of their own, or none; the driver's client for them would warn of each negotiation
        DefaultJedisClientConfig.Builder asking = transport(settings).autoNegotiateProtocol(false);
        settings.sentinelUsername().ifPresent(asking::user);
        settings.sentinelPassword().map(Secret::reveal).ifPresent(asking::password);
        builder.sentinelClientConfig(asking.build());
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
        builder.maxTotalRetriesDuration(CLUSTER_PATIENCE);
        RedisClusterClient client = builder.build();
        return new RedisTopology(
                client,
                () -> client.getClusterNodes().values(),
                key -> client.getConnectionFromSlot(JedisClusterCRC16.getSlot(key)));
    }

    UnifiedJedis client() {
        return client;
    }

    /** A connection to the server that has that key; to be closed. */
    Connection primaryOf(String key) {
        return primaryOf.apply(key);
    }

    /** A connection to that node of a cluster; to be closed. Learns where the slots are now. */
    Connection node(HostAndPort address) {
        RedisClusterClient cluster = (RedisClusterClient) client; // nobody else redirects
        Pool<Connection> known = cluster.getClusterNodes().get(address.toString());
        if (known == null) {
            cluster.refreshClusterTopology();
            known = Objects.requireNonNull(cluster.getClusterNodes().get(address.toString()), "no such node");
        }
        return known.getResource();
    }

    /** Asks a cluster anew where its slots are; others need not ask. */
    void refresh() {
        if (client instanceof RedisClusterClient cluster) {
            cluster.refreshClusterTopology();
        }
    }

    /** Closes connections that are not in use: after an outage any of them may be dead without showing it. */
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
        boolean bare = host.indexOf(':') >= 0 && !host.startsWith("["); // an IPv6 address
        StoreSettings.Node node = new StoreSettings.Node(bare ? "[" + host + "]" : host, announced.getPort());
        StoreSettings.Node named = settings.clusterNames().getOrDefault(node, node);
        return new HostAndPort(named.host(), named.port());
    }

    private static DefaultJedisClientConfig.Builder transport(StoreSettings settings) {
        int millis = (int) settings.timeout().toMillis();
        DefaultJedisClientConfig.Builder transport = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(millis)
                .socketTimeoutMillis(millis)
                .clientName("amplihack-auth")
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED); // older than 7.2 refuses and logs it
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
        if (!settings.clusterNames().isEmpty()) { // whom it connects to, and so whose certificate it wants
            client.hostAndPortMapper(announced -> reachable(settings, announced));
        }
        return client.build();
    }

    private static ConnectionPoolConfig poolConfig(StoreSettings settings) {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(settings.poolMax());
        pool.setMaxIdle(settings.poolMax());
        pool.setMaxWait(settings.timeout());
        pool.setFairness(true); // in a crowd somebody would wait until that is over while others come and go
        pool.setJmxEnabled(false); // its MBeans would outlive a redeployment
        return pool;
    }
}

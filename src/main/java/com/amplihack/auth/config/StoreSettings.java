package com.amplihack.auth.config;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.StoreKind;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The security store.
 *
 * @param uri {@code redis.uri}, which overrides host and port
 * @param timeout of connecting and of one round trip
 * @param sentinelMaster the Sentinels' name for the primary; set if and only if there are Sentinels
 * @param clusterNodes seed nodes of a Redis Cluster; empty for a single primary
 * @param clusterNames the reachable address of each node by the address that the cluster announces
 */
public record StoreSettings(
        StoreKind kind,
        Optional<URI> uri,
        String host,
        int port,
        Optional<String> username,
        Optional<Secret> password,
        boolean tls,
        int poolMax,
        Duration timeout,
        Optional<String> sentinelMaster,
        List<Node> sentinelNodes,
        Optional<String> sentinelUsername,
        Optional<Secret> sentinelPassword,
        List<Node> clusterNodes,
        Map<Node, Node> clusterNames) {
    public StoreSettings {
        sentinelNodes = List.copyOf(sentinelNodes);
        clusterNodes = List.copyOf(clusterNodes);
        clusterNames = Map.copyOf(clusterNames);
    }

    /** A server by name and port. */
    public record Node(String host, int port) {
        static Optional<Node> parse(String value) {
            try {
                URI uri = new URI("redis://" + value);
                boolean plain = uri.getHost() != null
                        && uri.getPort() > 0
                        && uri.getUserInfo() == null
                        && uri.getAuthority().equals(value);
                return plain ? Optional.of(new Node(uri.getHost(), uri.getPort())) : Optional.empty();
            } catch (URISyntaxException invalid) {
                return Optional.empty();
            }
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    private static final Setting<StoreKind> KIND = Setting.choice("auth.store", StoreKind.class)
            .byDefault("redis")
            .inDevelopment("auto")
            .says(
                    "where sessions live: `redis`; `memory` (one node); `auto`: Redis if it can be used at startup, else memory"
                            + " (refused in production). With `redis` the deployment stops when Redis cannot be used at startup");
    private static final Setting<String> HOST =
            Setting.text("redis.host").byDefault("localhost").says("Redis' host name or address");
    private static final Setting<Integer> PORT =
            Setting.integer("redis.port", "", 1, 65_535).byDefault("6379").says("Redis' port");
    private static final Setting<URI> URI_OF_ONE = Setting.of(
                    "redis.uri", "redis://host:port or rediss://host:port", StoreSettings::redisUri)
            .example("rediss://redis.example.com:6380")
            .secret()
            .says("replaces host and port");
    private static final Setting<String> MASTER = Setting.text("redis.sentinel.master")
            .example("auth")
            .says(
                    "the name by which the Sentinels know the primary; together with `redis.sentinel.nodes`, instead of host"
                            + " and port");
    private static final Setting<List<Node>> SENTINELS = nodes("redis.sentinel.nodes")
            .example("a.example:26379,b.example:26379")
            .says("some of the Sentinels");
    private static final Setting<String> SENTINEL_USERNAME = Setting.text("redis.sentinel.username")
            .example("sentinel-user")
            .says(
                    "the user for the Sentinels, if they need one (`requirepass` or an ACL in `sentinel.conf`); those of Redis"
                            + " are never sent to them");
    private static final Setting<Secret> SENTINEL_PASSWORD = Setting.secret("redis.sentinel.password")
            .example("${ALIAS=auth-sentinel}")
            .says("the password for the Sentinels");
    private static final Setting<List<Node>> CLUSTER = nodes("redis.cluster.nodes")
            .example("a.example:7000,b.example:7000")
            .says("some nodes of a Redis Cluster; instead of host and port");
    private static final Setting<List<Map.Entry<Node, Node>>> CLUSTER_NAMES = Setting.list(
                    "redis.cluster.names", "host:port=host:port, several separated by commas", StoreSettings::name)
            .example("192.0.2.1:7000=a.example:7000,192.0.2.2:7000=b.example:7000")
            .says("the address that the cluster announces for a node, and the name to connect to and to verify its"
                    + " certificate with. For clusters with TLS that announce addresses while their certificates have names;"
                    + " Redis 7 can announce names itself (`cluster-announce-hostname`,"
                    + " `cluster-preferred-endpoint-type hostname`)");
    private static final Setting<String> USERNAME =
            Setting.text("redis.username").example("amplihack-auth").says("the user of Redis, the same on every node");
    private static final Setting<Secret> PASSWORD =
            Setting.secret("redis.password").example("${ALIAS=auth-redis}").says("the password of the user of Redis");
    private static final Setting<Boolean> TLS = Setting.bool("redis.tls")
            .byDefault("false")
            .says("whether Redis is spoken to over TLS; certificate and name are verified against what this Java trusts"
                    + " (`javax.net.ssl.trustStore`)");
    private static final Setting<Integer> POOL_MAX = Setting.integer("redis.pool.max", "connections", 1, 1024)
            .byDefault("64")
            .says("how many connections to Redis this node opens");

    // at most 500: four timeouts (pool, connect, answer, replacement connection) then take two seconds
    private static final Setting<Integer> TIMEOUT = Setting.integer("redis.timeout.ms", "milliseconds", 10, 500)
            .byDefault("500")
            .says("how long connecting to Redis, and each of its answers, may take");

    static StoreSettings read(SettingsReader from, boolean production) {
        StoreKind kind = from.read(KIND);
        if (production && kind == StoreKind.AUTO) {
            throw KIND.refused("redis or memory in production", "auto");
        }
        Optional<URI> uri = from.find(URI_OF_ONE);
        Optional<String> master = from.find(MASTER);
        List<Node> sentinels = from.find(SENTINELS).orElse(List.of());
        List<Node> cluster = from.find(CLUSTER).orElse(List.of());
        requireOneTopology(uri, master, sentinels, cluster);
        return new StoreSettings(
                kind,
                uri,
                from.read(HOST),
                from.read(PORT),
                from.find(USERNAME),
                from.find(PASSWORD),
                from.read(TLS),
                from.read(POOL_MAX),
                Duration.ofMillis(from.read(TIMEOUT)),
                master,
                sentinels,
                from.find(SENTINEL_USERNAME),
                from.find(SENTINEL_PASSWORD),
                cluster,
                from.find(CLUSTER_NAMES).orElse(List.of()).stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (first, last) -> last)));
    }

    private static Setting<List<Node>> nodes(String name) {
        return Setting.list(name, "host:port, several separated by commas", Node::parse);
    }

    private static Optional<Map.Entry<Node, Node>> name(String value) {
        String[] sides = value.split("=", -1);
        return sides.length != 2
                ? Optional.empty()
                : Node.parse(sides[0]).flatMap(from -> Node.parse(sides[1]).map(to -> Map.entry(from, to)));
    }

    private static void requireOneTopology(
            Optional<URI> uri, Optional<String> master, List<Node> sentinels, List<Node> cluster) {
        if (master.isPresent() == sentinels.isEmpty()) {
            throw new InvalidSettingException("redis.sentinel.master and redis.sentinel.nodes must be set together");
        }
        if (!sentinels.isEmpty() && !cluster.isEmpty()) {
            throw new InvalidSettingException("redis.cluster.nodes and redis.sentinel.nodes must not both be set");
        }
        if (uri.isPresent() && !(sentinels.isEmpty() && cluster.isEmpty())) {
            throw new InvalidSettingException(
                    "redis.uri names one server: it must not be set beside redis.sentinel.nodes or redis.cluster.nodes");
        }
    }

    /** The server's address without credentials; for messages. */
    public String address() {
        if (sentinelMaster.isPresent()) {
            return sentinelMaster.get() + " (by the Sentinels " + joined(sentinelNodes) + ")";
        }
        return clusterNodes.isEmpty() ? serverAddress() : "the cluster of " + joined(clusterNodes);
    }

    private static String joined(List<Node> nodes) {
        return nodes.stream().map(Node::toString).collect(Collectors.joining(", "));
    }

    private String serverAddress() {
        return uri.map(u -> u.getHost() + ":" + (u.getPort() < 0 ? 6379 : u.getPort()))
                .orElse(host + ":" + port);
    }

    /** Whether {@code redis.tls} or the URI's scheme asks for TLS. */
    public boolean isTls() {
        return tls || uri.filter(u -> "rediss".equals(u.getScheme())).isPresent();
    }

    /** Without the URI, which may contain a password. */
    @Override
    public String toString() {
        return "StoreSettings[" + kind + " " + address() + "]";
    }

    private static Optional<URI> redisUri(String value) {
        try {
            return Optional.of(URI.create(value))
                    .filter(uri -> List.of("redis", "rediss").contains(String.valueOf(uri.getScheme())))
                    .filter(uri -> uri.getHost() != null);
        } catch (IllegalArgumentException invalid) {
            return Optional.empty();
        }
    }
}

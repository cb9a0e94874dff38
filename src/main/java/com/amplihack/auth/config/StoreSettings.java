package com.amplihack.auth.config;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.StoreKind;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.HashMap;
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
        static Node parse(String name, String value) {
            try {
                URI uri = new URI("redis://" + value);
                if (uri.getHost() != null
                        && uri.getPort() > 0
                        && uri.getUserInfo() == null
                        && uri.getAuthority().equals(value)) {
                    return new Node(uri.getHost(), uri.getPort());
                }
            } catch (URISyntaxException invalid) {
                // refused below
            }
            throw SettingsReader.refuse(name, "host:port, several separated by commas", value);
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    static StoreSettings read(SettingsReader from, boolean production) {
        StoreKind kind = from.choice("auth.store", StoreKind.class);
        if (production && kind == StoreKind.AUTO) {
            throw SettingsReader.refuse("auth.store", "redis or memory in production", "auto");
        }
        Optional<String> master = from.find("redis.sentinel.master");
        List<Node> sentinels = nodes(from, "redis.sentinel.nodes");
        List<Node> cluster = nodes(from, "redis.cluster.nodes");
        requireOneTopology(from, master, sentinels, cluster);
        return new StoreSettings(
                kind,
                from.secret("redis.uri").map(value -> redisUri(value.reveal().strip())),
                from.text("redis.host"),
                from.integer("redis.port", 1, 65_535),
                from.find("redis.username"),
                from.secret("redis.password"),
                from.bool("redis.tls"),
                from.integer("redis.pool.max", 1, 1024),
                // at most 500: four timeouts (pool, connect, answer, replacement connection) then take two seconds
                Duration.ofMillis(from.integer("redis.timeout.ms", 10, 500)),
                master,
                sentinels,
                from.find("redis.sentinel.username"),
                from.secret("redis.sentinel.password"),
                cluster,
                names(from, "redis.cluster.names"));
    }

    private static Map<Node, Node> names(SettingsReader from, String name) {
        Map<Node, Node> names = new HashMap<>();
        for (String value : from.list(name)) {
            String[] sides = value.split("=", -1);
            if (sides.length != 2) {
                throw SettingsReader.refuse(name, "host:port=host:port, several separated by commas", value);
            }
            names.put(Node.parse(name, sides[0]), Node.parse(name, sides[1]));
        }
        return names;
    }

    private static void requireOneTopology(
            SettingsReader from, Optional<String> master, List<Node> sentinels, List<Node> cluster) {
        if (master.isPresent() == sentinels.isEmpty()) {
            throw new InvalidSettingException("redis.sentinel.master and redis.sentinel.nodes must be set together");
        }
        if (!sentinels.isEmpty() && !cluster.isEmpty()) {
            throw new InvalidSettingException("redis.cluster.nodes and redis.sentinel.nodes must not both be set");
        }
        if (from.find("redis.uri").isPresent() && !(sentinels.isEmpty() && cluster.isEmpty())) {
            throw new InvalidSettingException(
                    "redis.uri names one server: it must not be set beside redis.sentinel.nodes or redis.cluster.nodes");
        }
    }

    private static List<Node> nodes(SettingsReader from, String name) {
        return from.list(name).stream().map(value -> Node.parse(name, value)).toList();
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

    private static URI redisUri(String value) {
        try {
            URI uri = URI.create(value);
            if (("redis".equals(uri.getScheme()) || "rediss".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException invalid) {
            // refused below
        }
        // without the value, which may contain a password
        throw new InvalidSettingException("redis.uri must be redis://host:port or rediss://host:port");
    }
}

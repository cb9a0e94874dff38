package com.amplihack.auth.config;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The security store.
 *
 * @param uri {@code redis.uri}, which wins over host and port
 * @param timeout of one exchange with Redis, and of connecting to it
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
        Duration timeout) {
    static StoreSettings read(SettingsReader from, boolean production) {
        StoreKind kind = from.choice("auth.store", StoreKind.class);
        if (production && kind == StoreKind.AUTO) {
            throw SettingsReader.refuse("auth.store", "redis or memory in production", "auto");
        }
        for (String later : new String[] {"redis.sentinel.master", "redis.sentinel.nodes", "redis.cluster.nodes"}) {
            if (from.find(later).isPresent()) {
                throw new InvalidSettingException(
                        later + " must not be set: this version talks to one Redis server only");
            }
        }
        return new StoreSettings(
                kind,
                from.find("redis.uri").map(value -> redisUri(value)),
                from.text("redis.host"),
                from.integer("redis.port", 1, 65_535),
                from.find("redis.username"),
                from.secret("redis.password"),
                from.bool("redis.tls"),
                from.integer("redis.pool.max", 1, 1024),
                // four time-outs (a connection from the pool, its set-up, the answer, a replacement) are two seconds
                Duration.ofMillis(from.integer("redis.timeout.ms", 10, 500)));
    }

    /** Where the server is, for messages: never with the password that a URI may hold. */
    public String address() {
        return uri.map(u -> u.getHost() + ":" + (u.getPort() < 0 ? 6379 : u.getPort()))
                .orElse(host + ":" + port);
    }

    /** Whether the connection is encrypted: asked for by itself, or by the URI. */
    public boolean isTls() {
        return tls || uri.filter(u -> "rediss".equals(u.getScheme())).isPresent();
    }

    /** Never the URI itself, which may hold a password. */
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
            // told below, with the same words
        }
        // the value may hold a password: it is not repeated
        throw new InvalidSettingException("redis.uri must be redis://host:port or rediss://host:port");
    }
}

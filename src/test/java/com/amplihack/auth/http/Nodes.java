package com.amplihack.auth.http;

import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.store.TestRedis;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Up to three servers on one Redis, one PostgreSQL and one key directory, which they find empty and start on at the same
 * moment, behind HAProxy.
 */
public final class Nodes implements AutoCloseable {
    private final Path keys = ServerProcess.freshDirectory("keys").resolve("keys");
    private final Map<String, String> settings;
    private final TestRedis redis;
    private final EmbeddedPostgres postgres;
    private final List<ServerProcess> servers = new ArrayList<>();
    private final HaProxy balancer;
    private final String firstPassword;

    /**
     * Returns when every node is ready.
     *
     * @param settings more than what nodes need in order to find one another
     */
    public Nodes(int count, Map<String, String> settings) {
        this.settings = settings;
        redis = TestRedis.start();
        try {
            postgres = StartedPostgres.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Integer> ports =
                Stream.generate(ServerProcess::freePort).distinct().limit(count).toList();
        ports.forEach(port -> servers.add(start(port)));
        balancer = HaProxy.start(ports);
        try {
            servers.forEach(ServerProcess::ready);
            HaProxy.SERVERS.stream().limit(count).forEach(this::awaitUse);
            firstPassword = servers.stream()
                    .filter(server -> server.output().contains("First account: "))
                    .findFirst()
                    .orElseThrow()
                    .firstPassword();
        } catch (RuntimeException | Error notReady) {
            close();
            throw notReady;
        }
    }

    private ServerProcess start(int port) {
        Map<String, String> all = new HashMap<>(redis.properties());
        all.putAll(Map.of(
                "mp.config.profile", "dev",
                "auth.home", ServerProcess.freshDirectory("node").toString(),
                "jwt.key.path", keys.toString(),
                "jwt.key.size", "2048",
                "auth.store", "redis",
                "auth.trusted.proxies", HaProxy.ADDRESS + "/32",
                "auth.db.class", "org.postgresql.ds.PGSimpleDataSource",
                "auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres",
                "auth.db.user", "postgres",
                "auth.db.password", "postgres"));
        all.putAll(settings);
        return ServerProcess.start(port, all, Map.of());
    }

    public List<ServerProcess> servers() {
        return List.copyOf(servers);
    }

    public HaProxy balancer() {
        return balancer;
    }

    TestRedis redis() {
        return redis;
    }

    Path keys() {
        return keys;
    }

    /** What one node printed when it made the first account; that node may have been replaced since. */
    public String firstPassword() {
        return firstPassword;
    }

    /** Ports of everything that answers requests: the balancer, then each node. */
    List<Integer> ports() {
        return Stream.concat(Stream.of(balancer.port()), servers.stream().map(ServerProcess::port))
                .toList();
    }

    /** Stops a node as docs/many-nodes.md tells, if it runs, and puts a new one in its place. */
    public void replace(int index) {
        String name = HaProxy.SERVERS.get(index);
        balancer.drain(name);
        servers.get(index).close();
        servers.set(index, start(servers.get(index).port()));
        balancer.use(name);
        servers.get(index).ready();
        awaitUse(name);
    }

    private void awaitUse(String name) {
        while (!balancer.isUsed(name)) {
            pause();
        }
    }

    /** Kills a node with -9; returns when it has ended. */
    public void kill(int index) {
        servers.get(index).kill();
    }

    /** The first column of a query's answer. */
    List<String> query(String sql) {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        balancer.close();
        servers.forEach(ServerProcess::close);
        try {
            postgres.close();
            redis.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

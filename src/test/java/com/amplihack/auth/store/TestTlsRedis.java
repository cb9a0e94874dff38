package com.amplihack.auth.store;

import com.amplihack.auth.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import redis.clients.jedis.Jedis;

/** A Redis that speaks TLS on a second port, as {@code localhost}. */
public final class TestTlsRedis implements AutoCloseable {
    private final TestCertificate certificate;
    private final TestRedis redis;
    private final int port;

    public TestTlsRedis(String... settings) {
        try {
            certificate = TestCertificate.make(
                    Files.createTempDirectory(Path.of("target").toAbsolutePath(), "tls-"));
            port = Ports.freeForRedis();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> all = new ArrayList<>(List.of(
                "tls-port " + port,
                "tls-cert-file \"" + certificate.certificate() + "\"",
                "tls-key-file \"" + certificate.key() + "\"",
                "tls-ca-cert-file \"" + certificate.certificate() + "\"",
                "tls-auth-clients no"));
        all.addAll(List.of(settings));
        redis = TestRedis.startMember(UUID.randomUUID().toString(), all.toArray(String[]::new));
    }

    /** Of the certificate; its password is {@link #trustStorePassword}. */
    public Path trustStore() {
        return certificate.trustStore();
    }

    public String trustStorePassword() {
        return TestCertificate.TRUST_STORE_PASSWORD;
    }

    int port() {
        return port;
    }

    /** By who may do everything, without TLS. */
    Jedis operator() {
        return redis.operator();
    }

    void flush() {
        try (Jedis operator = redis.operator()) {
            operator.flushAll();
        }
    }

    /** For a service that reaches it by TLS. */
    public Map<String, String> properties() {
        return Map.of(
                "redis.host",
                "localhost",
                "redis.port",
                Integer.toString(port),
                "redis.tls",
                "true",
                "redis.username",
                TestRedis.USER,
                "redis.password",
                redis.password());
    }

    @Override
    public void close() throws IOException {
        redis.close();
    }
}

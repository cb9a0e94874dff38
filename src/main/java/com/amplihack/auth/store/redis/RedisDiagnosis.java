package com.amplihack.auth.store.redis;

import com.amplihack.auth.config.StoreSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.store.StoreUnavailableException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Why Redis cannot be used.
 *
 * @param sentence for the operator, with the setting to change and without any password
 * @param passing whether it may pass by itself, as when Redis is not started yet
 */
record RedisDiagnosis(String sentence, boolean passing) {
    private static final int MAX_CAUSES = 50;
    private static final String HANG_UP = "terminated the handshake"; // the JDK's words

    RuntimeException toException(Throwable failure) {
        return passing ? new StoreUnavailableException(sentence, failure) : new InvalidSettingException(sentence);
    }

    static RedisDiagnosis of(Throwable failure, StoreSettings settings) {
        String address = settings.address();
        String place = settings.uri().isPresent() ? "redis.uri" : "redis.host";
        for (Throwable cause : causes(failure)) {
            if (cause instanceof UnknownHostException) {
                return passing(place + ": no machine has the name in " + address);
            }
            if (cause instanceof SSLHandshakeException && !isNoTls(cause)) {
                return lasting("redis.tls: the certificate of " + address
                        + " is not trusted by this Java (javax.net.ssl.trustStore), or is for another name");
            }
            if (cause instanceof SSLException) {
                boolean closed = String.valueOf(cause.getMessage()).contains(HANG_UP);
                return new RedisDiagnosis(withoutTls(address), closed); // as of a proxy whose Redis is away
            }
            if (cause instanceof ConnectException) {
                return passing("No Redis answers at " + address);
            }
            if (cause instanceof SocketTimeoutException) {
                boolean connected = String.valueOf(cause.getMessage()).startsWith("Read");
                return passing(
                        settings.isTls() && connected // Redis without TLS waits for the end of a line
                                ? withoutTls(address)
                                : "No Redis answers at " + address + " within "
                                        + settings.timeout().toMillis() + " ms");
            }
            if (cause instanceof JedisDataException) {
                return ofError(cause, address);
            }
        }
        if (settings.sentinelMaster().isPresent()
                && String.valueOf(failure.getMessage()).contains("sentinel")) {
            return passing("redis.sentinel.nodes: none of them tells where the primary is: " + address
                    + "; if they ask for a password, it is redis.sentinel.password");
        }
        if (failure instanceof JedisConnectionException) {
            return String.valueOf(failure.getMessage()).startsWith("Unknown reply")
                    ? lasting("What answers at " + address + " is no Redis")
                    : passing(address + " closes the connection: if that port wants TLS, set redis.tls to true");
        }
        return lasting("Redis at " + address + " cannot be used: " + failure.getMessage());
    }

    private static RedisDiagnosis ofError(Throwable failure, String address) {
        String error = String.valueOf(failure.getMessage());
        if (error.startsWith("WRONGPASS")) {
            return lasting("redis.password: Redis at " + address + " does not accept this name and password");
        }
        if (error.startsWith("NOAUTH")) {
            return lasting("redis.password: Redis at " + address + " wants a password");
        }
        if (error.startsWith("NOPERM")) {
            return lasting(
                    "redis.username: this user may not do what the service does (server-config/redis/users.acl): "
                            + error);
        }
        boolean busy = OutageDetector.serverWideError(failure).isPresent() || error.contains("max number of clients");
        return new RedisDiagnosis("Redis at " + address + " answers " + error, busy);
    }

    private static RedisDiagnosis passing(String sentence) {
        return new RedisDiagnosis(sentence, true);
    }

    private static RedisDiagnosis lasting(String sentence) {
        return new RedisDiagnosis(sentence, false);
    }

    private static String withoutTls(String address) {
        return "redis.tls: " + address + " does not answer to TLS; a port without it needs redis.tls=false";
    }

    /** The failure with its causes and suppressed exceptions: the driver tries every address of a host name. */
    private static List<Throwable> causes(Throwable failure) {
        List<Throwable> causes = new ArrayList<>(List.of(failure));
        for (int i = 0; i < causes.size() && i < MAX_CAUSES; i++) {
            Throwable next = causes.get(i);
            if (next.getCause() != null && !causes.contains(next.getCause())) {
                causes.add(next.getCause());
            }
            causes.addAll(Arrays.asList(next.getSuppressed()));
        }
        return causes;
    }

    /** Whether the other side does not speak TLS, judging by the JDK's messages; it may also just hang up. */
    private static boolean isNoTls(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        return message.contains("Unsupported or unrecognized SSL message") || message.contains(HANG_UP);
    }
}

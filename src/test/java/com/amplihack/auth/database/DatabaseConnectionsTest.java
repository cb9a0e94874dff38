package com.amplihack.auth.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.DatabaseSettings;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PersistenceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How the account database is connected to, and what its failures are taken for. */
class DatabaseConnectionsTest {
    private static final String POSTGRES = "org.postgresql.ds.PGSimpleDataSource";

    @Test
    void aDatabaseThatAcceptsAndNeverAnswersIsGivenUpWhateverItsUrlSays() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            DatabaseSettings settings = settings(
                    POSTGRES,
                    "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort()
                            + "/x?socketTimeout=0&loginTimeout=0&connectTimeout=0&sslmode=disable");
            long start = System.nanoTime();

            assertThrows(SQLException.class, () -> DatabaseConnections.pool(settings));

            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(took.compareTo(Duration.ofSeconds(12)) < 0, "took " + took);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "java.lang.String, jdbc:h2:mem:x",
        "com.example.NoSuchDriver, jdbc:h2:mem:x",
        POSTGRES + ", jdbc:h2:mem:x?password=not-to-be-shown"
    })
    void aDriverThatDoesNotFitIsNamed(String driver, String url) {
        InvalidSettingException refused =
                assertThrows(InvalidSettingException.class, () -> DatabaseConnections.driver(settings(driver, url)));

        assertEquals(
                "auth.db.class and auth.db.url do not fit: " + driver + " is no data source for jdbc:h2:mem:x",
                refused.getMessage());
    }

    static Stream<Map.Entry<Throwable, DatabaseFault>> failures() {
        return Stream.of(
                Map.entry(new OptimisticLockException(), DatabaseFault.CONFLICT),
                Map.entry(inside(new SQLException("deadlock", "40P01")), DatabaseFault.CONFLICT),
                Map.entry(inside(new SQLException("duplicate key", "23505")), DatabaseFault.CONFLICT),
                Map.entry(inside(new SQLException("terminated", "57P01")), DatabaseFault.BROKEN),
                Map.entry(inside(new SQLException("connection lost", "08006")), DatabaseFault.BROKEN),
                Map.entry(
                        inside(new SQLException("an I/O error", "08006", new SocketTimeoutException())),
                        DatabaseFault.SILENT),
                Map.entry(inside(new SQLTransientConnectionException("none")), DatabaseFault.NO_CONNECTION),
                Map.entry(inside(new SQLException("read-only transaction", "25006")), DatabaseFault.REFUSED),
                Map.entry(inside(new SQLException("lock timeout", "55P03")), DatabaseFault.BUSY),
                Map.entry(inside(new SQLTimeoutException("H2's lock timeout", "HYT00")), DatabaseFault.BUSY),
                Map.entry(inside(new SQLTimeoutException("no answer")), DatabaseFault.SILENT),
                Map.entry(new IllegalStateException("anything"), DatabaseFault.REFUSED));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureIsTakenForWhatItIs(Map.Entry<Throwable, DatabaseFault> failure) {
        assertEquals(failure.getValue(), DatabaseFault.of(failure.getKey()));
    }

    /** A failed start, and how its sentence begins. */
    static Stream<Map.Entry<Throwable, String>> failedStarts() {
        return Stream.of(
                Map.entry(new SQLException("Connection refused", "08001"), "auth.db.url: the database at x cannot be"),
                Map.entry(new SQLException("starting up", "57P03"), "auth.db.url: the database at x cannot be reached"),
                Map.entry(new SQLException("too many clients", "53300"), "auth.db.url: the database at x cannot be"),
                Map.entry(new SQLException("lock timeout", "55P03"), "auth.db.url: the database at x cannot be"));
    }

    @ParameterizedTest
    @MethodSource("failedStarts")
    void aDatabaseThatIsNotThereYetIsWaitedFor(Map.Entry<Throwable, String> failure) {
        RuntimeException start = DatabaseFault.atStart(inside((SQLException) failure.getKey()), "x");

        assertEquals(
                ErrorCode.STORE_UNAVAILABLE,
                assertInstanceOf(AuthException.class, start).code());
        assertTrue(start.getMessage().startsWith(failure.getValue()), start.getMessage());
    }

    /** What no waiting cures, and how its sentence begins. */
    static Stream<Map.Entry<Throwable, String>> badStarts() {
        return Stream.of(
                Map.entry(
                        new SQLException("password authentication failed", "28P01"),
                        "auth.db.user, auth.db.password: the database at x does not accept them: password"),
                Map.entry(
                        new SQLException("permission denied for schema public", "42501"),
                        "auth.db.user: this user may not do what the service does in the database at x: permission"),
                Map.entry(
                        new SQLException("database \"y\" does not exist", "3D000"),
                        "auth.db.url: the database at x cannot be used: database \"y\" does not exist"),
                Map.entry(
                        new SQLException("SSL error", "08006", new CertificateException("no name matching x")),
                        "auth.db.url: the certificate of the database at x is not trusted"));
    }

    @ParameterizedTest
    @MethodSource("badStarts")
    void whatNoWaitingCuresEndsTheStart(Map.Entry<Throwable, String> failure) {
        RuntimeException start = DatabaseFault.atStart(inside((SQLException) failure.getKey()), "x");

        assertInstanceOf(InvalidSettingException.class, start);
        assertTrue(start.getMessage().startsWith(failure.getValue()), start.getMessage());
    }

    private static Throwable inside(SQLException failure) {
        return new PersistenceException(new IllegalStateException(failure));
    }

    private static DatabaseSettings settings(String driver, String url) {
        return TestSettings.dev(Path.of("/nowhere"), Map.of("auth.db.class", driver, "auth.db.url", url))
                .database();
    }
}

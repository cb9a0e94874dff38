package com.amplihack.auth.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.Ports;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.http.TestAuthority;
import com.amplihack.auth.store.TestRedis;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What {@code install.sh --check} refuses before anything is made, each by a sentence. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("one-store")
@Tag("full")
class InstallCheckIT {
    private static final Path JDK = Path.of(System.getProperty("java.home"));

    private final Path directory = ServerProcess.freshDirectory("check");
    private final TestAuthority authority = new TestAuthority("CN=Amplihack test authority");
    private TestRedis redis;
    private EmbeddedPostgres postgres;
    private Path folder;
    private Path home;
    private int portBase;
    private Kit kit;

    @BeforeAll
    void start() throws IOException, SQLException {
        redis = TestRedis.start();
        postgres = StartedPostgres.start();
        Kit.makeDatabase(postgres);
    }

    @AfterAll
    void stop() throws IOException {
        postgres.close();
        redis.close();
    }

    @BeforeEach
    void makeKit() throws IOException {
        Path own = Files.createTempDirectory(directory, "kit-");
        folder = own.resolve("installation");
        home = own.resolve("home");
        portBase = Ports.freeHundred();
        kit = Kit.make(own.resolve("kit"), redis, postgres, home);
        kit.putCertificate(authority.rsaServer(), Kit.STORE_PASSWORD);
    }

    @Test
    void whatIsRightIsSaidAndNothingIsMade() {
        Kit.Result check = check();

        assertEquals(0, check.exitCode(), check.output());
        for (String right : new String[] {
            "folder: ", "space: ", "memory: ", "Java: ", "ports: ", "settings: ", "Redis: ", "database: PostgreSQL "
        }) {
            assertTrue(check.output().contains("ok       " + right), right + " in\n" + check.output());
        }
        assertTrue(check.output().contains("CVE-2025-14340"), check.output());
        assertFalse(check.output().contains(redis.password()));
        assertFalse(Files.exists(folder));
        assertFalse(Files.exists(home));
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() throws IOException {
        Files.delete(kit.directory().resolve("tls/server.p12"));
        Files.writeString(kit.directory().resolve("secrets/redis"), "another");
        Files.writeString(kit.directory().resolve("secrets/database"), "two\nlines");
        kit.edit("jwt.issuer", "nowhere");
        try (ServerSocket taken = new ServerSocket(portBase + 81, 1, InetAddress.getLoopbackAddress())) {
            assertTrue(taken.isBound());
            refuses(
                    "these ports are taken: " + (portBase + 81),
                    "tls/server.p12 is missing",
                    "secrets/database must hold one line",
                    "jwt.issuer must be an absolute URI, was 'nowhere'",
                    "4 of these must be put right; nothing was made or changed");
        }
    }

    /** The service would start with it: its last good value, or its default, would stand in. */
    @Test
    void aBadLiveSettingIsRefusedToo() throws IOException {
        kit.add("auth.jwks.limit", "many");
        refuses("auth.jwks.limit must be a whole number of requests from 0 to 1000000, was 'many'");
    }

    @Test
    void redisIsTriedAsTheServiceWillUseIt() throws IOException {
        Files.writeString(kit.directory().resolve("secrets/redis"), "another");
        refuses("Redis: redis.password: Redis at localhost:" + redis.port()
                + " does not accept this name and password");

        kit.edit("redis.port", Integer.toString(Ports.free()));
        refuses("Redis: No Redis answers at localhost:");
    }

    @Test
    void theDatabaseIsTriedAsTheServiceWillUseIt() throws IOException, SQLException {
        execute("alter role auth nologin"); // the test's PostgreSQL asks nobody for a password
        refuses("database: auth.db.password: the database at jdbc:postgresql://localhost:" + postgres.getPort()
                + "/auth does not accept this name and password");
        execute("alter role auth login");

        kit.edit("auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/none");
        refuses("database: auth.db.url: there is no database ");

        execute("create database others");
        kit.edit("auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/others");
        refuses("database: auth.db.user: auth may not make tables in ");

        kit.edit("auth.db.url", "jdbc:postgresql://localhost:" + Ports.free() + "/auth");
        refuses("database: No database answers at ");
    }

    @Test
    void aCertificateIsLookedInto() throws IOException {
        kit.putCertificate(authority.rsaServer(), "another password");
        refuses("tls/server.p12 cannot be read with the password in secrets/tls");

        Instant now = Instant.now();
        kit.putCertificate(
                authority.issue(
                        "CN=localhost", now.minusSeconds(90), now.minusSeconds(9), KeyPurposeId.id_kp_serverAuth),
                Kit.STORE_PASSWORD);
        refuses("certificate: it has expired");
    }

    @Test
    void keysThatAreThereNeedTheirPassphrase() throws IOException {
        Path keys = Files.createDirectories(home.resolve("keys"));
        Files.writeString(keys.resolve("jwt_private.pem"), "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
        refuses("are encrypted: put their passphrase into secrets/key-passphrase");

        Files.writeString(kit.directory().resolve("secrets/key-passphrase"), "something");
        assertEquals(0, check().exitCode(), () -> check().output());
    }

    @Test
    void aFolderThatHoldsSomethingIsLeftAlone() throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("something"), "");
        refuses("is not empty");
    }

    @Test
    void whatIsNoPayaraIsNotInstalled() throws IOException {
        Path other = Files.writeString(directory.resolve("other.zip"), "no ZIP");
        Kit.Result check = Kit.execute(kit.install(folder, portBase, "--check"), JDK, other.toString());

        assertEquals(1, check.exitCode(), check.output());
        assertTrue(check.output().contains("is no Payara Server 6 or later"), check.output());
    }

    /** It is a script: run as root, whatever the server's user had written into it would be done by root. */
    @Test
    void anInstallationThatOthersMayChangeIsNotRead(@TempDir Path installation) throws IOException {
        Path configuration = Files.writeString(installation.resolve("installation.conf"), "echo it was run\n");
        mode(installation, "rwxr-xr-x");
        mode(configuration, "rw-r--r--");
        assertEquals(new Kit.Result(0, "it was run\n"), read(installation));

        for (String writable : new String[] {"rw-rw-r--", "rw-r--rw-", "rw-rw-rw-"}) {
            mode(configuration, writable);
            isNotRun(installation, configuration + " may be written by others");
        }
        mode(configuration, "rw-r--r--");
        for (String writable : new String[] {"rwxrwxr-x", "rwxr-xrwx"}) {
            mode(installation, writable);
            isNotRun(installation, installation + " may be written by others");
        }
        mode(installation, "rwxr-xr-x");
        Files.createSymbolicLink(
                installation.resolve("installation.conf"), Files.move(configuration, installation.resolve("other")));
        isNotRun(installation, configuration + " is a link");
    }

    private static void mode(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static void isNotRun(Path installation, String sentence) {
        Kit.Result result = read(installation);
        assertEquals(1, result.exitCode(), result.output());
        assertTrue(result.output().contains(sentence), result.output());
        assertFalse(result.output().contains("it was run"), result.output());
        assertEquals(1, result.output().lines().count(), result.output());
    }

    private static Kit.Result read(Path installation) {
        return Kit.execute(
                List.of(
                        "bash",
                        "-c",
                        ". server-config/payara/functions.sh && read_installation \"$0\"",
                        installation.toString()),
                JDK,
                "");
    }

    private void refuses(String... sentences) {
        Kit.Result check = check();
        assertEquals(1, check.exitCode(), check.output());
        for (String sentence : sentences) {
            assertTrue(check.output().contains(sentence), sentence + " in\n" + check.output());
        }
        assertFalse(Files.exists(folder.resolve("installation.conf")));
    }

    private Kit.Result check() {
        return Kit.execute(kit.install(folder, portBase, "--check"), JDK, System.getProperty("it.payara.zip"));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}

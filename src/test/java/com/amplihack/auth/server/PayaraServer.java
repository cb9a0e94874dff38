package com.amplihack.auth.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.Ports;
import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.http.TestAuthority;
import com.amplihack.auth.store.TestRedis;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.json.Json;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * A production domain of Payara Server, made by {@code server-config/payara/install.sh} itself, with PostgreSQL and Redis of
 * its own: one for all tests that ask for it, started by the first and removed when the test run ends.
 */
public final class PayaraServer implements LauncherSessionListener {
    /** The first account. */
    public static final String USER = "admin";

    /** A service that may sign in by a certificate of {@link #services()}, once it has an account; and its subject. */
    public static final String SERVICE = "billing-service";

    public static final String SERVICE_SUBJECT = "CN=billing";

    private static final int PATIENCE_MINUTES = 20;
    private static final String SERVICES_AUTHORITY = "CN=Amplihack test services";
    static final String STORE_PASSWORD = "a password of the store";
    private static final String DATABASE_PASSWORD = "a password \\ of the database";

    private static PayaraServer shared;
    private static RuntimeException failure;

    private final String adminPassword = UUID.randomUUID().toString();
    private final String userPassword = "a \"password\" \\ of " + UUID.randomUUID();

    private Path directory;
    private Path kit;
    private Path installation;
    private Path home;
    private int portBase;
    private TestRedis redis;
    private EmbeddedPostgres postgres;
    private TestAuthority authority;
    private TestAuthority services;
    private String installOutput;

    /** For the JUnit launcher. */
    public PayaraServer() {}

    /** The running one; without the tools that the scripts and these tests need, the test that asks is skipped. */
    public static synchronized PayaraServer get() {
        for (String tool : List.of("bash", "curl", "openssl", "awk", "ss")) {
            assumeTrue(isThere(tool), () -> tool + " is needed for Payara Server's scripts");
        }
        if (failure != null) {
            throw failure; // each test would wait for another installation
        }
        if (shared == null) {
            PayaraServer fresh = new PayaraServer();
            try {
                fresh.start();
            } catch (RuntimeException failed) {
                fresh.close();
                failure = failed;
                throw failed;
            }
            shared = fresh;
        }
        return shared;
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        synchronized (PayaraServer.class) {
            if (shared != null) {
                shared.close();
                shared = null;
            }
        }
    }

    private static boolean isThere(String tool) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    private void start() {
        try {
            directory = ServerProcess.freshDirectory("payara");
            installation = directory.resolve("installation");
            home = directory.resolve("home");
            redis = TestRedis.start();
            postgres = EmbeddedPostgres.start();
            makeDatabase();
            makeKit();
            portBase = Ports.freeHundred();
            installOutput = run(
                    kit.resolve("install.sh").toString(),
                    installation.toString(),
                    "--portbase",
                    Integer.toString(portBase),
                    "--war",
                    System.getProperty("it.war"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void makeDatabase() throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create role auth login password '" + DATABASE_PASSWORD + "'");
            statement.execute("create database auth owner auth");
        }
    }

    /** A copy of {@code server-config/payara}, edited as an administrator would. */
    private void makeKit() throws IOException {
        kit = directory.resolve("kit");
        Path secrets = Files.createDirectories(kit.resolve("secrets"));
        Path tls = Files.createDirectories(kit.resolve("tls"));
        try (Stream<Path> files = Files.list(Path.of("server-config/payara"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, kit.resolve(file.getFileName()));
            }
        }
        authority = new TestAuthority("CN=Amplihack test authority");
        services = new TestAuthority(SERVICES_AUTHORITY);
        putCertificate(authority.rsaServer(), STORE_PASSWORD);
        Files.writeString(tls.resolve("services.pem"), services.pem());
        Files.writeString(secrets.resolve("database"), DATABASE_PASSWORD);
        Files.writeString(secrets.resolve("redis"), redis.password());
        Files.writeString(secrets.resolve("admin"), adminPassword);
        Files.writeString(secrets.resolve("first-account"), userPassword);
        edit("auth.home", home.toString());
        edit("redis.port", Integer.toString(redis.port()));
        edit("auth.db.url", "jdbc:postgresql://localhost:" + postgres.getPort() + "/auth");
        add("jwt.key.size", "2048");
        add("auth.certificate.accounts", SERVICE + ":" + SERVICE_SUBJECT);
        add("auth.certificate.issuers", SERVICES_AUTHORITY);
    }

    /** Puts a certificate beside the scripts, in a store with {@link #STORE_PASSWORD}, and that password with it. */
    void putCertificate(TestAuthority.Identity identity, String password) throws IOException {
        identity.save(kit.resolve("tls/server.p12"), STORE_PASSWORD);
        Files.writeString(kit.resolve("secrets/tls"), password + "\n");
    }

    private void edit(String property, String value) throws IOException {
        for (Path file : List.of(kit.resolve("settings.asadmin"), kit.resolve("postgresql.asadmin"))) {
            String text = Files.readString(file);
            Files.writeString(
                    file,
                    text.replaceAll(
                            "(--propertyName " + Pattern.quote(property) + " --propertyValue) .*", "$1 " + value));
        }
    }

    private void add(String property, String value) throws IOException {
        Path file = kit.resolve("settings.asadmin");
        Files.writeString(
                file,
                Files.readString(file) + "set-config-property --source domain --propertyName " + property
                        + " --propertyValue \"" + value + "\"\n");
    }

    /** Runs a command of the domain's administrator; its output. */
    public String asadmin(String... command) {
        List<String> all = new ArrayList<>(List.of(
                "bash",
                "-c",
                ". " + kit.resolve("functions.sh") + "; read_installation \"$0\"; asadmin \"$@\"",
                installation.toString()));
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    /**
     * A connection to JMX as the domain's administrator.
     *
     * @throws IOException or {@link SecurityException} when the password is not {@link #adminPassword()}
     */
    public JMXConnector jmx(String password) throws IOException {
        return jmx(Map.of(JMXConnector.CREDENTIALS, new String[] {"admin", password}));
    }

    @SuppressWarnings("BanJNDI") // our own server's
    JMXConnector jmx(Map<String, ?> environment) throws IOException {
        return JMXConnectorFactory.connect(
                new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + jmxPort() + "/jmxrmi"), environment);
    }

    /** Runs one of the scripts of {@code server-config/payara} on this installation; its output. */
    public String script(String name, String... arguments) {
        List<String> all = new ArrayList<>(List.of(kit.resolve(name).toString(), installation.toString()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    /** Runs a command that must succeed; its output. */
    static String run(String... command) {
        Result result = execute(List.of(command));
        if (result.exitCode() != 0) {
            throw new IllegalStateException(command[0] + " failed:\n" + result.output());
        }
        return result.output();
    }

    /** The output of a command, whether it succeeds or not. */
    static String said(List<String> command) {
        return execute(command).output();
    }

    private static Result execute(List<String> command) {
        try {
            // to a file: a server that a command starts keeps its output open
            Path output = ServerProcess.freshDirectory("command").resolve("output.log");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(output.toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().put("PAYARA_ZIP", System.getProperty("it.payara.zip"));
            Process process = builder.start();
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                process.destroy();
            }
            int exitCode = process.waitFor();
            return new Result(exitCode, Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private record Result(int exitCode, String output) {}

    /** What {@code install.sh} said. */
    public String installOutput() {
        return installOutput;
    }

    /** HTTPS, for everybody. */
    public int httpsPort() {
        return portBase + 81;
    }

    /** HTTPS for services, which must show a certificate of {@link #services()}. */
    public int servicesPort() {
        return portBase + 82;
    }

    /** Health and metrics, on loopback. */
    public int operationsPort() {
        return portBase + 80;
    }

    /** The console and asadmin, on loopback. */
    public int adminPort() {
        return portBase + 48;
    }

    /** JMX, on loopback. */
    public int jmxPort() {
        return portBase + 86;
    }

    /** Of the administrator {@code admin} of the domain: console, asadmin, JMX. */
    public String adminPassword() {
        return adminPassword;
    }

    /** Of the service's account {@link #USER}, which has the roles {@code admin} and {@code user}. */
    public String userPassword() {
        return userPassword;
    }

    /** {@code auth.home}: keys and audit file. */
    public Path home() {
        return home;
    }

    /** Who signed the certificate of this server. */
    public TestAuthority authority() {
        return authority;
    }

    /** Who signs the certificates of services. */
    public TestAuthority services() {
        return services;
    }

    public TestRedis redis() {
        return redis;
    }

    /** The folder that {@code install.sh} filled. */
    public Path installation() {
        return installation;
    }

    /** What {@code server.log} holds now. */
    public String log() {
        try {
            return Files.readString(installation.resolve("payara6/glassfish/domains/amplihack/logs/server.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client over HTTPS, from a loopback address of its own. */
    public Client client() {
        return Client.https(httpsPort(), authority.anonymous());
    }

    /** Signs the account {@link #USER} in. */
    public Client.Answer login(Client client) {
        return client.post("/auth/login")
                .json(Json.createObjectBuilder()
                        .add("username", USER)
                        .add("password", userPassword)
                        .build()
                        .toString())
                .send();
    }

    /** A client of the operations port. */
    public Client operations() {
        return new Client(operationsPort());
    }

    private void close() {
        try {
            if (Files.exists(installation.resolve("installation.conf"))) {
                asadmin("stop-domain", "--force", "amplihack");
            }
        } catch (IllegalStateException gone) {
            // it did not start
        }
        try {
            if (postgres != null) {
                postgres.close();
            }
            if (redis != null) {
                redis.close();
            }
            delete(installation);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The output of the scripts stays. */
    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Below the ports of outgoing connections, and above those of {@link TestRedis}. */
}

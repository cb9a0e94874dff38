package com.amplihack.auth.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.Ports;
import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.http.AuthenticatorApp;
import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.http.TestAuthority;
import com.amplihack.auth.store.TestRedis;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.json.Json;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
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

    private static final Path THIS_JDK = Path.of(System.getProperty("java.home"));
    private static final String SIX = System.getProperty("it.payara.zip");
    private static final String SERVICES_AUTHORITY = "CN=Amplihack test services";
    static final String STORE_PASSWORD = Kit.STORE_PASSWORD;

    /** By major version. */
    private static final Map<Integer, PayaraServer> SHARED = new HashMap<>();

    private static final Map<Integer, RuntimeException> FAILURES = new HashMap<>();

    private final int major;
    private final Path jdk;
    private final String zip;
    private final String adminPassword = UUID.randomUUID().toString();
    private final String userPassword = "a \"password\" \\ of " + UUID.randomUUID();

    private Path directory;
    private Kit kit;
    private Path installation;
    private Path home;
    private int portBase;
    private TestRedis redis;
    private EmbeddedPostgres postgres;
    private TestAuthority authority;
    private TestAuthority services;
    private String installOutput;
    private final Set<Integer> openWhileInstalling = ConcurrentHashMap.newKeySet();

    /** For the JUnit launcher. */
    public PayaraServer() {
        this(6, THIS_JDK, SIX);
    }

    private PayaraServer(int major, Path jdk, String zip) {
        this.major = major;
        this.jdk = jdk;
        this.zip = zip;
    }

    /** The running one; without the tools that the scripts and these tests need, the test that asks is skipped. */
    public static PayaraServer get() {
        return get(6, THIS_JDK, SIX);
    }

    /** Payara Server 7; without its ZIP or a JDK 21 or later the test that asks is skipped. */
    static PayaraServer seven() {
        String seven = System.getProperty("it.payara7.zip", "");
        assumeTrue(Files.isReadable(Path.of(seven)), () -> "there is no ZIP of Payara Server 7 at '" + seven + "'");
        Optional<Path> late = lateJdk();
        assumeTrue(late.isPresent(), "Payara Server 7 needs a JDK 21 or later, and none is in /usr/lib/jvm");
        return get(7, late.get(), seven);
    }

    private static Optional<Path> lateJdk() {
        if (Runtime.version().feature() >= 21) {
            return Optional.of(THIS_JDK);
        }
        try (Stream<Path> all = Files.list(Path.of("/usr/lib/jvm"))) {
            return all.filter(PayaraServer::isLate).findFirst();
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    private static boolean isLate(Path jdk) {
        try {
            return Files.isExecutable(jdk.resolve("bin/jar"))
                    && Files.readString(jdk.resolve("release")).matches("(?s).*JAVA_VERSION=\"(2[1-9]|[3-9]\\d).*");
        } catch (IOException unknown) {
            return false;
        }
    }

    private static synchronized PayaraServer get(int major, Path jdk, String zip) {
        for (String tool : List.of("bash", "curl", "openssl", "awk", "ss")) {
            assumeTrue(isThere(tool), () -> tool + " is needed for Payara Server's scripts");
        }
        if (FAILURES.containsKey(major)) {
            throw FAILURES.get(major); // each test would wait for another installation
        }
        return SHARED.computeIfAbsent(major, absent -> {
            PayaraServer fresh = new PayaraServer(major, jdk, zip);
            try {
                fresh.start();
                return fresh;
            } catch (RuntimeException failed) {
                fresh.close();
                FAILURES.put(major, failed);
                throw failed;
            }
        });
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        synchronized (PayaraServer.class) {
            SHARED.values().forEach(PayaraServer::close);
            SHARED.clear();
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
            postgres = StartedPostgres.start();
            Kit.makeDatabase(postgres);
            makeKit();
            portBase = Ports.freeHundred();
            Thread watcher = watcher();
            Kit.Result installed = Kit.execute(kit.install(installation, portBase), jdk, zip);
            watcher.interrupt();
            installOutput = installed.output();
            if (installed.exitCode() != 0) {
                throw new IllegalStateException("install.sh failed:\n" + installOutput);
            }
            removeSecondFactor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The smoke tests gave the first account a second factor; the others sign in more often than there are codes. */
    private void removeSecondFactor() throws IOException {
        Path secret = kit.directory().resolve("secrets/first-account-totp");
        String recoveryCode = Files.readAllLines(secret).get(2); // after the secret and its address
        asadmin(
                "set-config-property",
                "--source",
                "domain",
                "--propertyName",
                "auth.mfa",
                "--propertyValue",
                "optional");
        Client client = client();
        String token = login(client).json().getString("mfa_token");
        Client.Answer signedIn = AuthenticatorApp.secondStep(client, token, "recovery_code", recoveryCode)
                .send();
        Client.Answer removed = client.request("DELETE", "/auth/mfa/totp")
                .bearer(signedIn.json().getString("access_token"))
                .cookie("__Host-session_id", signedIn.cookieValue("__Host-session_id"))
                .send();
        if (removed.status() != 204) {
            throw new IllegalStateException("the second factor stays: " + removed);
        }
    }

    private void makeKit() throws IOException {
        kit = Kit.make(directory.resolve("kit"), redis, postgres, home);
        authority = new TestAuthority("CN=Amplihack test authority");
        services = new TestAuthority(SERVICES_AUTHORITY);
        putCertificate(authority.rsaServer(), STORE_PASSWORD);
        Path files = kit.directory();
        Files.writeString(files.resolve("tls/services.pem"), services.pem());
        Files.writeString(files.resolve("secrets/admin"), adminPassword);
        Files.writeString(files.resolve("secrets/first-account"), userPassword);
        kit.add("auth.certificate.accounts", SERVICE + ":" + SERVICE_SUBJECT);
        kit.add("auth.certificate.issuers", SERVICES_AUTHORITY);
    }

    void putCertificate(TestAuthority.Identity identity, String password) throws IOException {
        kit.putCertificate(identity, password);
    }

    /** Runs a line of shell with the functions of the scripts; its output. */
    String functions(String line) {
        return run(
                "bash",
                "-c",
                ". " + kit.directory().resolve("functions.sh") + "; read_installation \"$0\"; " + line,
                installation.toString());
    }

    /** Notes which ports of this installation listen beyond this machine while it is made. */
    private Thread watcher() {
        Thread watcher = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                        .flatMap(PayaraServer::listeningBeyondThisMachine)
                        .filter(port -> port >= portBase && port < portBase + 100)
                        .forEach(openWhileInstalling::add);
                LockSupport.parkNanos(Duration.ofMillis(250).toNanos());
            }
        });
        watcher.setDaemon(true);
        watcher.start();
        return watcher;
    }

    /** Of proc(5): the second field is the address and the port in hexadecimal, the fourth is 0A for a listening socket. */
    private static Stream<Integer> listeningBeyondThisMachine(String table) {
        try {
            return Files.readAllLines(Path.of(table)).stream()
                    .map(line -> line.trim().split("\\s+"))
                    .filter(fields -> fields[3].equals("0A"))
                    .filter(fields ->
                            !fields[1].contains("0100007F:") && !fields[1].startsWith("0".repeat(24) + "01000000:"))
                    .map(fields -> Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ports that listened beyond this machine at any time of the installation. */
    Set<Integer> openWhileInstalling() {
        return openWhileInstalling;
    }

    /** Runs a command of the domain's administrator; its output. */
    public String asadmin(String... command) {
        List<String> all = new ArrayList<>(List.of(
                "bash",
                "-c",
                ". " + kit.directory().resolve("functions.sh") + "; read_installation \"$0\"; asadmin \"$@\"",
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
        List<String> all = new ArrayList<>(List.of(kit.directory().resolve(name).toString(), installation.toString()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    /** Runs a command that must succeed; its output. */
    static String run(String... command) {
        Kit.Result result = execute(List.of(command));
        if (result.exitCode() != 0) {
            throw new IllegalStateException(command[0] + " failed:\n" + result.output());
        }
        return result.output();
    }

    /** The output of a command, whether it succeeds or not. */
    static String said(List<String> command) {
        return execute(command).output();
    }

    private static Kit.Result execute(List<String> command) {
        return Kit.execute(command, THIS_JDK, SIX);
    }

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

    /** The folder of the domain. */
    Path domain() {
        return installation.resolve("payara" + major + "/glassfish/domains/amplihack");
    }

    /** The folder of the server's logs. */
    Path logs() {
        return domain().resolve("logs");
    }

    /** What {@code server.log} holds now. */
    public String log() {
        try {
            return Files.readString(logs().resolve("server.log"));
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
}

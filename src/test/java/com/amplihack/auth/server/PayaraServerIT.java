package com.amplihack.auth.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.TestAuthority;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.management.remote.JMXConnector;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code server-config/payara/install.sh} makes: a domain that answers HTTPS and nothing else. */
@Tag("one-store")
@Tag("full")
class PayaraServerIT {
    private static final String NO_HANDSHAKE = "New, (NONE), Cipher is (NONE)";
    private static final String LOOPBACK = "127.0.0.1";

    private final PayaraServer server = server();

    /** Which one is tried. */
    PayaraServer server() {
        return PayaraServer.get();
    }

    @Test
    void itsSmokeTestsPass() {
        String said = server.installOutput();

        for (String step : List.of(
                "health, from this machine: 200",
                "/health is closed: 404",
                "/metrics is closed: 404",
                "/openapi is closed: 404",
                "administration, before there is a second factor: 403",
                "second factor, confirmed: 200",
                "second factor: 200",
                "login: 200",
                "a bare token: 200",
                "the same once more: 401",
                "refresh: 200",
                "administration: 200",
                "logout: 200",
                "the token is dead: 401")) {
            assertTrue(said.contains(step), () -> step + " in\n" + said);
        }
    }

    @Test
    void theServersLogIsOneObjectALineFromTheFirstStartOn() throws IOException {
        List<String> others = new ArrayList<>();
        int lines = 0;
        try (Stream<Path> files = Files.list(server.logs())) {
            for (Path file : files.filter(name -> name.getFileName().toString().startsWith("server.log"))
                    .toList()) {
                for (String line : Files.readAllLines(file)) {
                    lines++;
                    try (JsonReader reader = Json.createReader(new StringReader(line))) {
                        reader.readObject();
                    } catch (JsonException other) {
                        others.add(line);
                    }
                }
            }
        }
        assertEquals(List.of(), others);
        assertTrue(lines > 100, "lines: " + lines);
        assertTrue(Files.exists(server.logs().resolve("launcher0/server.log")));
    }

    @Test
    void onlyHttpsListensBeyondThisMachine() {
        assertEquals(
                Map.of(
                        server.httpsPort(), "*",
                        server.servicesPort(), "*",
                        server.operationsPort(), LOOPBACK,
                        server.adminPort(), LOOPBACK,
                        server.jmxPort(), LOOPBACK),
                listening());
    }

    @Test
    void whileItWasMadeNothingElseListenedBeyondThisMachine() {
        assertEquals(Set.of(server.httpsPort(), server.servicesPort()), server.openWhileInstalling());
    }

    @Test
    void tlsIsOneDotTwoOrOneDotThree() {
        for (int port : List.of(server.httpsPort(), server.servicesPort())) {
            assertTrue(handshake(port, "-tls1_3").contains("New, TLSv1.3, Cipher is TLS_"));
            assertTrue(handshake(port, "-tls1_2").contains("New, TLSv1.2, Cipher is ECDHE-"));
            assertTrue(handshake(port, "-tls1_1").contains(NO_HANDSHAKE));
            assertTrue(handshake(port, "-tls1").contains(NO_HANDSHAKE));
        }
    }

    @Test
    void ciphersWithoutForwardSecrecyAreRefused() {
        String withIt = handshake(server.httpsPort(), "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256");
        String without = handshake(server.httpsPort(), "-tls1_2", "-cipher", "AES128-GCM-SHA256");

        assertTrue(withIt.contains("Cipher is ECDHE-RSA-AES128-GCM-SHA256"));
        assertTrue(without.contains(NO_HANDSHAKE));
    }

    @Test
    void plainHttpAndTheOperationsPortDoNotServeTheApplication() {
        assertEquals(404, server.operations().get("/auth/jwks").send().status());
        assertEquals(404, server.operations().get("/api/user").send().status());
        assertEquals(200, server.operations().get("/health/ready").send().status());
    }

    @Test
    void theConnectorRefusesWhatCanBeReadInTwoWaysAndNoByteOfABrowser() throws IOException {
        assertEquals("HTTP/1.1 200", head("/auth/jwks", ""));
        assertEquals("HTTP/1.1 200", head("/auth/jwks", "User-Agent: a\u00c3\u00ab\r\n"));
        for (String path : List.of("/auth/verify/%zz", "/auth/verify/%", "/auth/verify/..", "/%u0041")) {
            assertEquals("HTTP/1.1 400", head(path, ""), path);
        }
        for (String header : List.of(
                "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "X: a\u0000b\r\n",
                "X: a\nY: b\r\n")) {
            assertEquals("HTTP/1.1 400", head("/auth/jwks", header), header);
        }
    }

    private String head(String path, String headers) throws IOException {
        try (SSLSocket socket = (SSLSocket)
                server.authority().anonymous().getSocketFactory().createSocket("localhost", server.httpsPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return all.substring(0, Math.min(all.length(), "HTTP/1.1 200".length()));
        }
    }

    /** Payara 7 alone fails to authorize such a path, with 500 and a stack trace in the log for each. */
    @Test
    void aPathWithAColonIsNoServerError() {
        for (String path : List.of("/nothing:x", "/api/a%3Ab", "/auth/jwks%3a")) {
            int status = server.client().get(path).send().status();
            assertTrue(status >= 400 && status < 500, path + " " + status);
        }
        assertFalse(server.log().contains("URLPatternSpec"));
    }

    @Test
    void servicesNeedACertificateOfTheirAuthority() throws IOException {
        SSLContext known = server.services().client("CN=billing, O=Services").context(server.authority());

        assertEquals(
                200,
                Client.https(server.servicesPort(), known)
                        .get("/auth/jwks")
                        .send()
                        .status());
        // in TLS 1.2 the refusal ends the handshake, in 1.3 it comes with the first answer
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            assertEquals("HTTP/1.1 200", answer(known, version));
            assertThrows(IOException.class, () -> answer(server.authority().anonymous(), version));
        }
    }

    @Test
    void aCertificateOfAnyOtherAuthorityIsRefused() {
        TestAuthority stranger = new TestAuthority("CN=Amplihack test services"); // the name is not what counts
        for (TestAuthority other : List.of(stranger, server.authority())) {
            SSLContext context = other.client("CN=billing, O=Services").context(server.authority());
            for (String version : List.of("TLSv1.2", "TLSv1.3")) {
                assertThrows(IOException.class, () -> answer(context, version));
            }
        }
    }

    @Test
    void aServiceSignsInByItsCertificate() {
        Client administrator = server.client();
        Answer login = server.login(administrator);
        assertEquals(200, login.status());
        Answer made = administrator
                .post("/admin/api/users")
                .bearer(login.json().getString("access_token"))
                .cookie("__Host-session_id", login.cookieValue("__Host-session_id"))
                .json("{\"username\":\"" + PayaraServer.SERVICE + "\"}")
                .send();
        assertEquals(201, made.status());

        Client service = Client.https(
                server.servicesPort(),
                server.services().client(PayaraServer.SERVICE_SUBJECT).context(server.authority()));
        Answer signedIn = service.post("/auth/login").send();

        assertEquals(200, signedIn.status(), signedIn.body());
        Answer user = service.get("/api/user")
                .bearer(signedIn.json().getString("access_token"))
                .send();
        assertEquals(PayaraServer.SERVICE, user.json().getString("username"));
    }

    @Test
    void answersNameNeitherServerNorVersion() {
        Answer answer = server.client().get("/auth/jwks").send();

        assertEquals(200, answer.status());
        assertTrue(answer.header("Strict-Transport-Security").isPresent());
        assertFalse(answer.headers().toString().contains("Payara"));
        assertFalse(server.client().get("/nothing").send().headers().toString().contains("Payara"));
    }

    @Test
    void theDomainHoldsNoSecretInClear() throws IOException {
        String domain = Files.readString(server.domain().resolve("config/domain.xml"));

        assertTrue(domain.contains("${ALIAS=auth-db}"));
        assertFalse(domain.contains(server.redis().password()));
        assertFalse(domain.contains("a password"));
        assertFalse(domain.contains("auth-first-account"));
        assertFalse(server.log().contains("a password"));
        assertFalse(server.installOutput().contains("a password"));
        assertFalse(server.installOutput().contains(server.adminPassword()));
    }

    @Test
    void jmxAsksForTheAdministratorsPassword() throws IOException {
        try (JMXConnector connector = server.jmx(server.adminPassword())) {
            assertTrue(connector.getMBeanServerConnection().getMBeanCount() > 0);
        }
        // the server's refusal holds what cannot be sent, so the client hears of something else
        assertThrows(Exception.class, () -> server.jmx("another password"));
        assertThrows(Exception.class, () -> server.jmx(Map.of()));
    }

    @Test
    void aWarThatCannotStartLeavesTheOneBeforeRunning() throws IOException {
        Path broken = Files.createTempFile(server.installation(), "broken", ".war");
        try (ZipOutputStream war = new ZipOutputStream(Files.newOutputStream(broken))) {
            war.putNextEntry(new ZipEntry("WEB-INF/web.xml"));
            war.write(("<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.0'>"
                            + "<listener><listener-class>com.example.Absent</listener-class></listener></web-app>")
                    .getBytes(StandardCharsets.UTF_8));
        }

        IllegalStateException failed =
                assertThrows(IllegalStateException.class, () -> server.script("deploy.sh", broken.toString()));

        assertTrue(failed.getMessage().contains("not deployed, the one before"), failed.getMessage());
        assertEquals(200, server.client().get("/auth/jwks").send().status());
    }

    @Test
    void aNewCertificateIsServedAndOneThatCannotBeReadChangesNothing() throws IOException {
        TestAuthority.Identity renewed = server.authority().rsaServer();
        server.putCertificate(renewed, PayaraServer.STORE_PASSWORD);
        assertTrue(server.script("certificate.sh").contains("It answers with notAfter="));
        assertEquals(renewed.certificate(), served());

        server.putCertificate(server.authority().rsaServer(), "another password");
        IllegalStateException failed = assertThrows(IllegalStateException.class, () -> server.script("certificate.sh"));
        assertTrue(
                failed.getMessage().contains("tls/server.p12 cannot be read with the password in secrets/tls"),
                failed.getMessage());
        assertEquals(renewed.certificate(), served());
        assertEquals(200, server.client().get("/auth/jwks").send().status());
    }

    /** The certificate of the HTTPS port. */
    private Certificate served() throws IOException {
        try (SSLSocket socket = (SSLSocket)
                server.authority().anonymous().getSocketFactory().createSocket("localhost", server.httpsPort())) {
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    /** CVE-2025-14340: a page of the REST management runs what stands in its URL. */
    @Test
    void browsersDoNotReachTheRestManagement() {
        Client administrator = new Client(server.adminPort(), "127.0.0.1");
        String basic = "Basic "
                + Base64.getEncoder()
                        .encodeToString(("admin:" + server.adminPassword()).getBytes(StandardCharsets.UTF_8));
        String path = "/management/domain/version?%3Cscript%3Ealert(1)%3C/script%3E";

        Answer page = administrator
                .get(path)
                .header("Authorization", basic)
                .header("Accept", "text/html")
                .send();
        Answer fetched = administrator
                .get("/%6danagement/domain/version")
                .header("Authorization", basic)
                .header("Sec-Fetch-Mode", "cors")
                .send();
        Answer program = administrator
                .get("/management/domain/version")
                .header("Authorization", basic)
                .header("Accept", "application/json")
                .header("X-Requested-By", "test")
                .send();

        for (Answer refused : List.of(page, fetched)) { // by the server's own page of errors
            assertTrue(refused.status() >= 400, refused::toString);
            assertFalse(refused.body().contains("REST Interface"), refused.body());
            assertFalse(refused.body().contains("<script>alert"), refused.body());
        }
        assertEquals(200, program.status(), program.body());
        assertTrue(server.asadmin("version").contains("Payara"));
    }

    @Test
    void aSessionOfTheConsoleEnds() {
        assertTrue(server.asadmin("get", "configs.config.server-config.admin-service.das-config.*")
                .contains("admin-session-timeout-in-minutes=10"));
    }

    @Test
    void theLogIsJson() {
        List<String> lines = server.log().lines().toList();

        assertTrue(lines.get(lines.size() - 1).startsWith("{\"Timestamp\":"));
    }

    @Test
    void theAccessLogHasRequestsAndNoSecrets() throws IOException, InterruptedException {
        Client client = server.client();
        Answer login = server.login(client);
        String token = login.json().getString("access_token");
        String session = login.cookieValue("__Host-session_id");
        String last = "/nothing/" + UUID.randomUUID();
        client.get("/api/user?access_token=" + token)
                .bearer(token)
                .cookie("__Host-session_id", session)
                .send();
        client.get(last).send();

        // it is written every ten seconds
        Instant end = Instant.now().plusSeconds(60);
        while (!accessLog().contains(last) && Instant.now().isBefore(end)) {
            Thread.sleep(500);
        }
        String log = accessLog();

        assertTrue(log.contains(last), log);
        assertTrue(log.contains("\"POST\" \"/auth/login\" \"HTTP/1.1\" 200 "), log);
        assertTrue(log.contains("\"GET\" \"/api/user\" \"HTTP/1.1\" 200 "), log);
        assertFalse(log.contains("?"));
        assertFalse(log.contains(token));
        assertFalse(log.contains("eyJ"), "no other token either");
        for (String header : login.headers("Set-Cookie")) {
            String value = header.substring(header.indexOf('=') + 1, header.indexOf(';'));
            assertFalse(log.contains(value), header);
        }
        assertFalse(log.contains(server.userPassword()));
    }

    @Test
    void aSecondInstallationInTheSameFolderIsRefused() {
        IllegalStateException refused = assertThrows(
                IllegalStateException.class,
                () -> server.script(
                        "install.sh",
                        "--user",
                        System.getProperty("user.name"),
                        "--war",
                        System.getProperty("it.war")));

        assertTrue(refused.getMessage().contains("is not empty"));
        assertEquals(200, server.client().get("/auth/jwks").send().status());
    }

    /** What the server's process listens on: port and address. */
    private Map<Integer, String> listening() {
        String[] all = PayaraServer.run("ss", "-ltnpH").split("\n");
        String process = Arrays.stream(all)
                .filter(line -> line.contains(":" + server.httpsPort() + " "))
                .map(line -> line.replaceAll(".*(pid=\\d+,).*", "$1"))
                .findFirst()
                .orElseThrow();
        Map<Integer, String> found = new TreeMap<>();
        Arrays.stream(all).filter(line -> line.contains(process)).forEach(line -> {
            String local = line.trim().split("\\s+")[3];
            int colon = local.lastIndexOf(':');
            found.put(
                    Integer.valueOf(local.substring(colon + 1)),
                    local.substring(0, colon).replaceAll("^\\[::ffff:(.*)]$", "$1"));
        });
        return found;
    }

    /** What the access logs of all ports hold now. */
    private String accessLog() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(server.domain().resolve("logs/access"))) {
            for (Path file : files.toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    /** What openssl says, which still speaks what Java has given up. */
    private static String handshake(int port, String... options) {
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-connect", "localhost:" + port));
        command.addAll(List.of(options));
        if (!command.contains("-cipher")) {
            command.addAll(List.of("-cipher", "DEFAULT:@SECLEVEL=0"));
        }
        return PayaraServer.said(command);
    }

    /** The first line of an answer of the services' port. */
    private String answer(SSLContext context, String version) throws IOException {
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket("localhost", server.servicesPort())) {
            socket.setEnabledProtocols(new String[] {version});
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write("GET /auth/jwks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (all.isEmpty()) {
                throw new EOFException();
            }
            return all.substring(0, all.indexOf(' ') + 4);
        }
    }
}

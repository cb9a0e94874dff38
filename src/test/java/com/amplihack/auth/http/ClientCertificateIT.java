package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.TestAuthority.Identity;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that sign in by the certificate of their TLS connection, and those that should not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("one-store")
class ClientCertificateIT {
    private static final String LISTENER =
            "set configs.config.server-config.network-config.protocols.protocol.https-listener.";
    private static final String ORDERS = "CN=orders, O=\"Example, Inc.\"";

    private final TestAuthority authority = new TestAuthority("CN=Services CA, O=Example");
    private final TestAuthority otherTrusted = new TestAuthority("CN=Public CA, O=Somebody");
    private final Identity expired = authority.issue(
            ORDERS,
            Instant.now().minus(Duration.ofDays(2)),
            Instant.now().minus(Duration.ofDays(1)),
            KeyPurposeId.id_kp_clientAuth);
    private final Identity forServers = authority.issue(
            ORDERS, Instant.now().minusSeconds(60), Instant.now().plusSeconds(3600), KeyPurposeId.id_kp_serverAuth);
    private final Path home = ServerProcess.freshDirectory("certificates");
    private final int httpsPort = ServerProcess.freePort();
    private ServerProcess server;
    private Session admin;

    @BeforeAll
    void start() {
        server = start(
                home,
                httpsPort,
                Map.of(
                        "auth.certificate.accounts",
                        "orders-service:CN=orders,O=Example\\, Inc.; disabled-service:CN=disabled,O=Example;"
                                + " nobody-of-that-name:CN=nobody",
                        "auth.certificate.issuers",
                        "O=Example Two; CN=Services CA,O=Example",
                        "auth.login.limit",
                        "1000"),
                "ssl.client-auth=want");
        admin = Session.of(server, "admin", server.firstPassword());
        Session.make(admin, "orders-service", "user");
        Session.make(admin, "disabled-service", "user");
        String id = admin.with(admin.client.get("/admin/api/users?query=disabled-service"))
                .send()
                .json()
                .getJsonArray("items")
                .getJsonObject(0)
                .getString("user_id");
        admin.with(admin.client.request("PATCH", "/admin/api/users/" + id))
                .body("application/merge-patch+json", "{\"enabled\":false}".getBytes(StandardCharsets.US_ASCII))
                .send();
    }

    /** TLS with client authentication, what is trusted as it often is: more than the one authority that is meant. */
    private ServerProcess start(Path directory, int port, Map<String, String> settings, String... listener) {
        try {
            Path commands = Files.write(
                    directory.resolve("boot.asadmin"),
                    Stream.of(listener).map(setting -> LISTENER + setting).toList());
            Path keys = authority.server().save(directory.resolve("keys.p12"));
            Path trust = TestAuthority.trustStore(
                    directory.resolve("trust.p12"),
                    authority.certificate(),
                    otherTrusted.certificate(),
                    expired.certificate(),
                    forServers.certificate());
            Map<String, String> properties = new HashMap<>(Map.of(
                    "mp.config.profile",
                    "dev",
                    "auth.home",
                    directory.toString(),
                    "auth.store",
                    "memory",
                    "jwt.key.size",
                    "2048",
                    "javax.net.ssl.keyStore",
                    keys.toString(),
                    "javax.net.ssl.keyStorePassword",
                    TestAuthority.PASSWORD,
                    "javax.net.ssl.trustStore",
                    trust.toString(),
                    "javax.net.ssl.trustStorePassword",
                    TestAuthority.PASSWORD));
            properties.putAll(settings);
            return ServerProcess.start(
                            ServerProcess.freePort(),
                            properties,
                            Map.of(),
                            "--sslport",
                            Integer.toString(port),
                            "--prebootcommandfile",
                            commands.toString())
                    .ready();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aMappedSubjectSignsInAndGetsEverythingInTheBody(HttpClient.Version version) throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .version(version)
                .sslContext(authority.client(ORDERS).context(authority))
                .build();
        for (String body : List.of("", "{}", "{\"delivery\":\"body\"}", "{\"username\":null,\"password\":null}")) {
            Answer answer = send(client, body, Map.of());

            assertEquals(200, answer.status(), answer.toString());
            assertEquals(List.of(), answer.response().headers().allValues("Set-Cookie"));
            assertEquals(
                    "orders-service",
                    Session.part(answer.json().getString("access_token"), 1).getString("upn"));
            assertTrue(
                    answer.json().containsKey("refresh_token") && answer.json().containsKey("session_handle"));
        }
    }

    @Test
    void cookiesAreThereForWhoeverAsks() throws Exception {
        Answer answer = login(authority.client(ORDERS), "{\"delivery\":\"cookie\"}", Map.of());

        assertEquals(200, answer.status());
        assertEquals(3, answer.response().headers().allValues("Set-Cookie").size());
    }

    @Test
    void aLoginSaysHowAndAsWhomAndCostsNothingOfTheLimit() throws Exception {
        String id = UUID.randomUUID().toString();
        Answer first = login(authority.client(ORDERS), "{}", Map.of("X-Request-Id", id));
        Answer second = login(authority.client(ORDERS), "{}", Map.of());

        JsonObject entry = audited(id, "LOGIN_SUCCESS");
        assertEquals("certificate", entry.getJsonObject("details").getString("method"));
        assertEquals("swk mfa", entry.getJsonObject("details").getString("amr"));
        assertEquals(
                "CN=orders,O=Example\\, Inc.", entry.getJsonObject("details").getString("subject"));
        assertEquals("CN=Services CA,O=Example", entry.getJsonObject("details").getString("issuer"));
        assertEquals(
                Session.part(first.json().getString("access_token"), 1).getString("sub"), entry.getString("user_id"));
        assertEquals(remaining(first), remaining(second));
    }

    private static int remaining(Answer answer) {
        String limit = answer.response().headers().firstValue("RateLimit").orElseThrow();
        return Integer.parseInt(limit.replaceAll(".*;r=(\\d+);.*", "$1"));
    }

    Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("unmapped_subject", authority.client("CN=orders, O=Example")),
                Arguments.of("other_issuer", otherTrusted.client(ORDERS)),
                Arguments.of("certificate_expired", expired),
                Arguments.of("certificate_not_for_clients", forServers),
                Arguments.of("disabled", authority.client("CN=disabled, O=Example")),
                Arguments.of("unknown_account", authority.client("CN=nobody")));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatIsWrongWithACertificateOrItsAccountGetsOneAnswer(String reason, Identity identity) throws Exception {
        String id = UUID.randomUUID().toString();
        Answer answer = login(identity, "{}", Map.of("X-Request-Id", id));

        assertEquals(401, answer.status());
        assertEquals("invalid_credentials", answer.json().getString("error"));
        assertEquals(
                "No account can sign in with this certificate.", answer.json().getString("detail"));
        JsonObject details = audited(id, "LOGIN_FAILED").getJsonObject("details");
        assertEquals(reason, details.getString("reason"));
        assertEquals("certificate", details.getString("method"));
        assertTrue(details.getString("subject").startsWith("CN="));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CN=orders",
                "CN=orders, O=Other",
                "CN=orders, OU=Example\\, Inc.",
                "O=\"Example, Inc.\", CN=orders",
                "CN=orders, O=\"Example, Inc.\", C=DE",
                "CN=\"orders, O=Example, Inc.\"",
                "CN=orders, CN=orders, O=\"Example, Inc.\"",
                "CN=orders\u0000, O=\"Example, Inc.\"",
                "CN=\uff4frders, O=\"Example, Inc.\"",
                "CN=Orders, O=\"Example, Inc.\""
            })
    void aSubjectThatOnlyLooksLikeItIsAnother(String subject) throws Exception {
        Answer answer = login(authority.client(subject), "{}", Map.of());

        assertEquals(401, answer.status(), answer.toString());
    }

    @Test
    void anAuthorityThatNobodyTrustsIsRefusedByTls() {
        Identity stranger = new TestAuthority("CN=Services CA, O=Example").client(ORDERS);

        assertThrows(IOException.class, () -> login(stranger, "{}", Map.of()));
    }

    @Test
    void withoutACertificateNameAndPasswordAreNeeded() throws Exception {
        Answer answer = send(client(authority.anonymous()), "{}", Map.of());

        assertEquals(400, answer.status());
        assertEquals("invalid_request", answer.json().getString("error"));
        assertEquals(
                400,
                new Client(server.port()).post("/auth/login").json("{}").send().status());
    }

    @Test
    void aNameAndAPasswordCountMoreThanTheCertificate() throws Exception {
        Identity orders = authority.client(ORDERS);
        Session.make(admin, "somebody", "user");
        Answer right = login(orders, "{\"username\":\"somebody\",\"password\":\"" + Session.PASSWORD + "\"}", Map.of());
        Answer wrong = login(orders, "{\"username\":\"orders-service\",\"password\":\"a guess of mine\"}", Map.of());
        Answer half = login(orders, "{\"username\":\"orders-service\"}", Map.of());

        assertEquals(
                "somebody",
                Session.part(right.json().getString("access_token"), 1).getString("upn"));
        assertEquals(3, right.response().headers().allValues("Set-Cookie").size(), "cookies, as ever");
        assertEquals(401, wrong.status());
        assertEquals(400, half.status());
    }

    @Test
    void aLockOfTheAccountIsForPasswords() throws Exception {
        for (int i = 0; i < 10; i++) {
            login(
                    authority.client(ORDERS),
                    "{\"username\":\"orders-service\",\"password\":\"guess " + i + "\"}",
                    Map.of());
        }
        Answer byPassword = login(
                authority.client(ORDERS),
                "{\"username\":\"orders-service\",\"password\":\"" + Session.PASSWORD + "\"}",
                Map.of());
        Answer byCertificate = login(authority.client(ORDERS), "{}", Map.of());

        assertEquals(401, byPassword.status());
        assertEquals(200, byCertificate.status());
    }

    /** RFC 9440, and what proxies call it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHeaderIsNoCertificate(boolean tls) throws Exception {
        byte[] der = authority.client(ORDERS).certificate().getEncoded();
        String base64 = Base64.getEncoder().encodeToString(der);
        String pem = "-----BEGIN CERTIFICATE----- " + base64 + " -----END CERTIFICATE-----";
        Map<String, String> passedThrough =
                Map.of("Proxy-auth-cert", base64, "Proxy-keysize", "256", "Proxy-ip", "127.0.0.1");
        List<Map<String, String>> attempts = List.of(
                Map.of("Proxy-auth-cert", base64, "Proxy-keysize", "256"),
                Map.of("Client-Cert", ":" + base64 + ":"),
                Map.of("X-SSL-Client-Cert", pem),
                Map.of("X-SSL-Client-Cert", pem, "X-SSL-Client-Verify", "SUCCESS", "X-SSL-Client-S-DN", ORDERS),
                Map.of("SSL_CLIENT_CERT", pem, "SSL_CLIENT_VERIFY", "SUCCESS"),
                Map.of("X-Client-Cert", pem),
                Map.of(
                        "X-Forwarded-Client-Cert",
                        "Cert=\"" + pem.replace(" ", "%20") + "\";Subject=\"" + ORDERS.replace("\"", "'") + "\""),
                Map.of("X-ARR-ClientCert", base64),
                Map.of("jakarta.servlet.request.X509Certificate", pem));
        HttpClient client = client(authority.anonymous());
        for (Map<String, String> headers : attempts) {
            URI uri = URI.create(
                    tls
                            ? "https://localhost:" + httpsPort + "/auth/login"
                            : "http://localhost:" + server.port() + "/auth/login");
            Answer answer = send(client, uri, "{}", headers);

            assertEquals(400, answer.status(), headers.keySet() + ": " + answer);
        }
    }

    @Test
    void aHeaderDoesNotReplaceTheCertificate() throws Exception {
        String another = Base64.getEncoder()
                .encodeToString(authority.client(ORDERS).certificate().getEncoded());
        Answer answer = login(
                authority.client("CN=unmapped"), "{}", Map.of("Proxy-auth-cert", another, "Proxy-keysize", "256"));

        assertEquals(400, answer.status(), answer.toString());
    }

    @Test
    void aResumedTlsSessionIsTheSameService() throws Exception {
        SSLContext context = authority.client(ORDERS).context(authority);
        for (int i = 0; i < 3; i++) {
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", httpsPort)) {
                String request = "POST /auth/login HTTP/1.1\r\nHost: localhost:" + httpsPort
                        + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
            }
        }
    }

    /** Payara's {@code auth-pass-through-enabled}: then a header is a certificate to Payara, and no TLS is needed. */
    @Test
    void aHeaderThatPayaraBelievesIsNoCertificateEither() throws Exception {
        int port = ServerProcess.freePort();
        Map<String, String> settings = Map.of("auth.certificate.accounts", "admin:CN=orders");
        try (ServerProcess other = start(
                ServerProcess.freshDirectory("passed-through"),
                port,
                settings,
                "ssl.client-auth=need",
                "http.auth-pass-through-enabled=true")) {
            URI uri = URI.create("https://localhost:" + port + "/auth/login");
            String claimed = Base64.getEncoder()
                    .encodeToString(authority.client("CN=orders").certificate().getEncoded());
            Map<String, String> headers =
                    Map.of("Proxy-auth-cert", claimed, "Proxy-keysize", "256", "Proxy-ip", "127.0.0.1");
            HttpClient client = client(authority.client("CN=unmapped").context(authority));
            Answer answer = send(client, uri, "{}", headers);

            assertEquals(400, answer.status(), answer.toString());
            assertEquals("invalid_request", answer.json().getString("error"));
            assertThrows(IOException.class, () -> send(client(authority.anonymous()), uri, "{}", headers), "need");
            assertTrue(other.output().contains("Amplihack Auth is ready"));
        }
    }

    private record Answer(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        JsonObject json() {
            return Json.createReader(new StringReader(response.body())).readObject();
        }

        @Override
        public String toString() {
            return status() + " " + response.body();
        }
    }

    private Answer login(Identity identity, String body, Map<String, String> headers) throws Exception {
        return send(client(identity.context(authority)), body, headers);
    }

    private static HttpClient client(SSLContext context) {
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private Answer send(HttpClient client, String body, Map<String, String> headers) throws Exception {
        return send(client, URI.create("https://localhost:" + httpsPort + "/auth/login"), body, headers);
    }

    private static Answer send(HttpClient client, URI uri, String body, Map<String, String> headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        return new Answer(client.send(request.build(), BodyHandlers.ofString()));
    }

    private JsonObject audited(String requestId, String event) throws IOException {
        String line = Files.readAllLines(home.resolve("audit.jsonl")).stream()
                .filter(candidate -> candidate.contains('"' + requestId + '"') && candidate.contains('"' + event + '"'))
                .findFirst()
                .orElseThrow();
        return Json.createReader(new StringReader(line)).readObject();
    }
}

package com.amplihack.auth.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.sun.net.httpserver.HttpServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an administrator changes by {@code asadmin set-config-property} on a running Payara Server is in force. */
@Tag("one-store")
@Tag("full")
class LivePolicyIT {
    private static final String CONSOLE = "console (domain)";
    private static final String SECRET = "***";
    private static final String PASSWORD = "a password of somebody";

    private final PayaraServer server = PayaraServer.get();
    private final Set<String> set = new TreeSet<>();
    private Person admin;

    @BeforeEach
    void signIn() {
        admin = new Person(PayaraServer.USER, server.userPassword());
    }

    @AfterEach
    void putBack() throws IOException {
        Set<String> changed = Set.copyOf(set);
        delete(changed);
        if (!changed.isEmpty()) {
            // the console's page lists what install.sh set
            multimode(Files.readAllLines(Path.of("server-config/payara/live-settings.asadmin")).stream()
                    .filter(line -> changed.stream().anyMatch(name -> line.contains("--propertyName " + name + " "))));
        }
    }

    @Test
    void lifetimesAreThoseOfTheNextTokens() throws IOException {
        change(Map.of(
                "jwt.access.token.minutes", "5",
                "jwt.session.max.days", "2",
                "jwt.refresh.token.days", "2"));
        JsonObject tokens = new Person(newUser(), PASSWORD).tokens;
        assertEquals(300, tokens.getInt("expires_in"));
        int refresh = tokens.getInt("refresh_expires_in");
        assertTrue(refresh > 2 * 86_400 - 60 && refresh <= 2 * 86_400, () -> "two days, was " + refresh);
    }

    @Test
    void replayRuleBindingAndGraceAreThoseOfTheNextRequest() throws IOException {
        Person eva = new Person(newUser(), PASSWORD);
        Client elsewhere = server.client();
        assertEquals(200, eva.user().status());
        assertEquals(
                "binding_mismatch", eva.with(elsewhere.get("/api/user")).send().error());

        change(Map.of(
                "jwt.binding.ip", "off",
                "jwt.binding.user.agent", "off",
                "jwt.refresh.grace.seconds", "0",
                "jwt.clock.skew.seconds", "0"));

        assertEquals(
                200,
                eva.with(elsewhere.get("/api/user"))
                        .header("User-Agent", "Other/2.0")
                        .send()
                        .status());
        assertEquals(200, eva.refresh().status());
        assertEquals("refresh_token_reused", eva.refresh().error(), "without a grace the parent is not answered again");

        change(Map.of("jwt.replay", "strict"));
        Person adam = new Person(newUser(), PASSWORD);
        assertEquals(200, adam.user().status());
        assertEquals("token_replayed", adam.user().error());
    }

    @Test
    void limitsAndLocksCountFromTheNextRequest() throws IOException {
        String name = newUser();
        change(Map.of(
                "auth.api.limit", "70",
                "auth.api.window.seconds", "50",
                "auth.jwks.limit", "90",
                "auth.jwks.window.seconds", "20",
                "auth.refresh.limit", "1",
                "auth.refresh.window.seconds", "40",
                "auth.login.limit", "3",
                "auth.login.window.seconds", "120",
                "auth.lockout.threshold", "1",
                "auth.lockout.minutes", "2"));
        Person eva = new Person(name, PASSWORD);
        assertEquals("\"api\";q=70;w=50", policyOf(eva.user()));
        assertEquals("\"jwks\";q=90;w=20", policyOf(eva.client.get("/auth/jwks").send()));
        assertEquals(200, eva.refresh().status());
        Answer second = eva.refresh();
        assertEquals(429, second.status());
        assertEquals("\"refresh\";q=1;w=40", policyOf(second));

        Client stranger = server.client();
        Answer wrong = login(stranger, name, "not the password");
        assertEquals("\"login\";q=3;w=120", policyOf(wrong));
        assertEquals(401, login(stranger, name, PASSWORD).status(), "locked by one failure");
        assertEquals(401, login(stranger, name, PASSWORD).status());
        assertEquals(429, login(stranger, name, PASSWORD).status());
    }

    @Test
    void whoIsBelievedAndLetInIsDecidedAnew() throws IOException {
        String name = newUser();
        Client page = server.client();
        assertEquals(403, preflight(page).status());

        change(Map.of(
                "auth.trusted.proxies", "127.0.0.0/8",
                "auth.cors.origins", "https://reader.example",
                "auth.csrf.origins", "https://form.example"));

        assertEquals(204, preflight(page).status());
        assertEquals(
                200,
                login(page.post("/auth/login").header("Origin", "https://form.example"), name, PASSWORD)
                        .status());
        Answer forwarded = login(page.post("/auth/login").header("X-Forwarded-For", "203.0.113.9"), name, PASSWORD);
        String token = forwarded.json().getString("access_token");
        assertEquals(
                "binding_mismatch", page.get("/api/user").bearer(token).send().error());
        assertEquals(
                200,
                page.get("/api/user")
                        .bearer(token)
                        .header("X-Forwarded-For", "203.0.113.9")
                        .send()
                        .status());

        change(Map.of("auth.admin.allowlist", "192.0.2.0/24"));
        assertEquals(
                "address_not_allowed",
                admin.with(admin.client.get("/admin/api/users")).send().error());
        delete(Set.of("auth.admin.allowlist"));
        assertEquals(
                200, admin.with(admin.client.get("/admin/api/users")).send().status());
    }

    @Test
    void theProxyForwardsElsewhereAndOpensAndCloses() throws IOException {
        HttpServer upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            String seen = exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization");
            exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestURI().getPath().endsWith("/slow")) {
                pause(20_000);
            }
            byte[] body = seen.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        upstream.start();
        try {
            Client anybody = server.client();
            assertEquals(
                    "missing_token",
                    anybody.post("/api/chat/completions").send().error());
            change(Map.of(
                    "auth.proxy.upstream",
                            "http://127.0.0.1:" + upstream.getAddress().getPort() + "/v1",
                    "auth.proxy.upstream.authorization", "Bearer-of-the-upstream",
                    "auth.proxy.timeout.seconds", "5",
                    "auth.proxy.max.body.mib", "1",
                    "auth.proxy.paths", "/models/**=model:read",
                    "enable.jwt.auth", "false"));
            assertEquals(
                    "/v1/chat/completions Bearer-of-the-upstream",
                    anybody.post("/api/chat/completions").send().body());
            assertEquals(
                    "/v1/models/x Bearer-of-the-upstream",
                    anybody.get("/api/models/x").send().body());
            assertEquals(
                    "upstream_timeout", anybody.get("/api/models/slow").send().error());
            assertEquals(
                    413,
                    anybody.post("/api/chat/completions")
                            .body("application/json", new byte[1_048_577])
                            .send()
                            .status());
            assertEquals("missing_token", anybody.get("/api/user").send().error(), "only what is proxied is open");
            assertTrue(server.log().contains("enable.jwt.auth is false"));
            assertEquals(SECRET, policy("auth.proxy.upstream.authorization").getString("value"));

            delete(Set.of("enable.jwt.auth"));
            assertEquals(401, anybody.post("/api/chat/completions").send().status());
            assertFalse(audit().contains("Bearer-of-the-upstream"));
            assertFalse(server.log().contains("Bearer-of-the-upstream"));
        } finally {
            upstream.stop(0);
        }
    }

    @Test
    void aChangeIsAuditedWithOldAndNewValueAndItsSource() throws IOException {
        change(Map.of("auth.api.limit", "77"));
        assertTrue(audit().contains("\"details\":{\"name\":\"auth.api.limit\",\"before\":\"100\",\"after\":\"77\","
                + "\"source\":\"console (domain)\"}"));
        assertTrue(audit().contains("\"event\":\"POLICY_CHANGED\",\"severity\":\"info\""));
        JsonObject shown = policy("auth.api.limit");
        assertEquals("77", shown.getString("value"));
        assertEquals(CONSOLE, shown.getString("source"));
        assertTrue(shown.getBoolean("live"));
    }

    /** What needs a restart is looked at once a minute; meanwhile a token of one minute expires. */
    @Test
    void aBadValueIsRefusedWhatNeedsARestartIsToldAndTheSkewDecidesAboutAnExpiredToken() throws IOException {
        change(Map.of("jwt.access.token.minutes", "1", "jwt.clock.skew.seconds", "0"));
        Person early = new Person(newUser(), PASSWORD);
        long expired = System.nanoTime() + TimeUnit.SECONDS.toNanos(early.tokens.getInt("expires_in") + 1);
        set(Map.of("jwt.replay", "sometimes", "jwt.issuer", "https://other.example"));
        await(() -> server.log()
                .contains(
                        "jwt.replay must be one of auto, strict, off, was 'sometimes': the old value stays in force"));
        await(() -> server.log().contains("jwt.issuer has changed: restart to apply it"));
        assertTrue(audit().lines()
                .anyMatch(line -> line.contains("\"after\":\"https://other.example\"")
                        && line.contains("\"in_force\":\"after a restart\"")));
        Person eva = new Person(newUser(), PASSWORD);
        assertEquals(200, eva.user().status());
        assertEquals(200, eva.user().status());
        assertEquals("auto", policy("jwt.replay").getString("value"));
        assertTrue(policy("jwt.replay").getString("refused").startsWith("jwt.replay must be one of auto, strict, off"));
        assertNotEquals("https://other.example", policy("jwt.issuer").getString("value"));
        assertTrue(audit().contains("\"event\":\"POLICY_REFUSED\",\"severity\":\"warning\""));
        assertTrue(audit().contains("\"after\":\"https://other.example\""), "what waits for the restart");

        pause(Math.max(0, TimeUnit.NANOSECONDS.toMillis(expired - System.nanoTime())));
        assertEquals("token_expired", early.user().error());
        change(Map.of("jwt.clock.skew.seconds", "60"));
        assertEquals(200, early.user().status());
        change(Map.of("jwt.clock.skew.seconds", "0"));
        assertEquals("token_expired", early.user().error());
    }

    @Test
    void whichCertificateSignsInToWhichAccountIsDecidedAnew() throws IOException {
        Client service = Client.https(
                server.servicesPort(),
                server.services().client(PayaraServer.SERVICE_SUBJECT).context(server.authority()));
        Map<String, String> before = Map.of(
                "auth.certificate.accounts", policy("auth.certificate.accounts").getString("value"),
                "auth.certificate.issuers", policy("auth.certificate.issuers").getString("value"));
        String name = newUser();
        try {
            change(Map.of("auth.certificate.accounts", name + ":" + PayaraServer.SERVICE_SUBJECT));
            Answer signedIn = service.post("/auth/login").send();
            assertEquals(200, signedIn.status(), signedIn::body);
            String token = signedIn.json().getString("access_token");
            assertEquals(
                    name, service.get("/api/user").bearer(token).send().json().getString("username"));

            change(Map.of("auth.certificate.issuers", "CN=Somebody else"));
            assertEquals(401, service.post("/auth/login").send().status());

            set(Map.of("auth.certificate.issuers", "${unheard.of}CN=Anybody"));
            await(() -> server.log()
                    .contains("auth.certificate.issuers holds a ${...} that cannot be resolved: the old value stays"));
            assertEquals(401, service.post("/auth/login").send().status(), "that is not any authority");
            assertFalse(server.log().contains("unheard.of"));
        } finally {
            change(before);
            set.removeAll(before.keySet()); // they are the installation's
        }
    }

    /** Sets live properties and waits until they are in force, which may take five seconds. */
    private void change(Map<String, String> properties) throws IOException {
        set(properties);
        long told = System.nanoTime();
        await(() -> {
            Map<String, String> inForce = audited("after");
            return properties.entrySet().stream().allMatch(property -> Set.of(property.getValue(), SECRET)
                    .contains(inForce.getOrDefault(property.getKey(), "")));
        });
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - told);
        System.out.printf("in force %d ms after asadmin: %s%n", millis, new TreeSet<>(properties.keySet()));
        assertTrue(millis < 5_000, () -> "in force only after " + millis + " ms");
    }

    private void set(Map<String, String> properties) throws IOException {
        set.addAll(properties.keySet());
        multimode(properties.entrySet().stream()
                .map(property -> "set-config-property --source domain --propertyName " + property.getKey()
                        + " --propertyValue \"" + property.getValue() + "\""));
    }

    /** Takes properties away again, and waits until those that were in force no longer are. */
    private void delete(Set<String> names) throws IOException {
        if (!names.isEmpty()) {
            multimode(names.stream().map(name -> "delete-config-property --source domain --propertyName " + name));
            await(() -> audited("source").entrySet().stream()
                    .noneMatch(source ->
                            names.contains(source.getKey()) && source.getValue().equals(CONSOLE)));
            set.removeAll(names);
        }
    }

    /** One start of asadmin for them all. */
    private void multimode(Stream<String> commands) throws IOException {
        Path file = Files.createTempFile("live", ".asadmin");
        try {
            Files.write(file, (Iterable<String>) commands::iterator);
            String said = server.asadmin("multimode", "--file", file.toString());
            assertFalse(said.contains("failed"), said);
        } finally {
            Files.delete(file);
        }
    }

    /** That detail of the last change of each property that was ever changed, as the audit log tells. */
    private Map<String, String> audited(String detail) {
        return audit().lines()
                .filter(line -> line.contains("\"POLICY_CHANGED\""))
                .map(line ->
                        Json.createReader(new StringReader(line)).readObject().getJsonObject("details"))
                .collect(Collectors.toMap(
                        change -> change.getString("name"),
                        change -> change.getString(detail, ""),
                        (before, after) -> after));
    }

    /** What {@code GET /admin/api/policy} says of it. */
    private JsonObject policy(String name) {
        Answer answer = admin.with(admin.client.get("/admin/api/policy")).send();
        assertEquals(200, answer.status(), answer::body);
        return answer.json().getJsonArray("items").getValuesAs(JsonObject.class).stream()
                .filter(item -> item.getString("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String newUser() {
        String name = "user-" + UUID.randomUUID();
        Answer made = admin.with(admin.client.post("/admin/api/users"))
                .json("{\"username\":\"" + name + "\",\"password\":\"" + PASSWORD + "\",\"roles\":[\"user\"]}")
                .send();
        assertEquals(201, made.status(), made::body);
        return name;
    }

    private String audit() {
        try {
            return Files.readString(server.home().resolve("audit.jsonl"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Answer preflight(Client client) {
        return client.request("OPTIONS", "/api/user")
                .header("Origin", "https://reader.example")
                .header("Access-Control-Request-Method", "GET")
                .send();
    }

    private static String policyOf(Answer answer) {
        return answer.header("RateLimit-Policy").orElse("none in " + answer);
    }

    private static Answer login(Client client, String name, String password) {
        return login(client.post("/auth/login"), name, password);
    }

    private static Answer login(Client.Request request, String name, String password) {
        return request.json(Json.createObjectBuilder()
                        .add("username", name)
                        .add("password", password)
                        .add("delivery", "body")
                        .build()
                        .toString())
                .send();
    }

    private static void await(BooleanSupplier condition) {
        for (int i = 0; i < 400 && !condition.getAsBoolean(); i++) {
            pause(250);
        }
        assertTrue(condition.getAsBoolean());
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Somebody who is signed in without cookies. */
    private final class Person {
        private final Client client = server.client();
        private final JsonObject tokens;

        Person(String name, String password) {
            Answer answer = login(client, name, password);
            assertEquals(200, answer.status(), answer::body);
            tokens = answer.json();
        }

        Client.Request with(Client.Request request) {
            return request.bearer(tokens.getString("access_token"))
                    .header("Session-Handle", tokens.getString("session_handle"));
        }

        Answer user() {
            return with(client.get("/api/user")).send();
        }

        /** With the token of the login, each time. */
        Answer refresh() {
            return client.post("/auth/refresh")
                    .header("Session-Handle", tokens.getString("session_handle"))
                    .json("{\"refresh_token\":\"" + tokens.getString("refresh_token") + "\"}")
                    .send();
        }
    }
}

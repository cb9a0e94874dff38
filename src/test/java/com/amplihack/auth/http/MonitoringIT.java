package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.monitoring.OtlpReceiver;
import com.amplihack.auth.monitoring.ProgramProcess;
import com.amplihack.auth.monitoring.PrometheusApi;
import com.amplihack.auth.store.FaultProxy;
import com.amplihack.auth.store.TestRedis;
import com.amplihack.auth.store.Until;
import io.opentelemetry.proto.trace.v1.Span;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What {@code server-config} ships for those who watch the service, each with the real program, at one server of its own:
 * Prometheus with the alerts, behind nginx; the dashboard's queries; spans; rsyslog.
 */
@Tag("one-store")
class MonitoringIT {
    private static final String TRUSTED = "127.9.7.1";
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String OTHER_TRACE = "1bf7651916cd43dd8448eb211c80319d";
    private static final Path PROMETHEUS = Path.of("server-config/prometheus");
    private static final Path HOME = ServerProcess.freshDirectory("monitored");

    private static final List<AutoCloseable> OPEN = new ArrayList<>();
    private static final List<TestUpstream.Received> FORWARDED = new CopyOnWriteArrayList<>();

    private static OtlpReceiver receiver;
    private static FaultProxy redisProxy;
    private static ServerProcess server;
    private static PrometheusApi prometheus;

    @BeforeAll
    static void start() throws Exception {
        receiver = opened(new OtlpReceiver());
        TestRedis redis = TestRedis.start();
        OPEN.add(redis::close);
        redisProxy = opened(new FaultProxy(redis.port()));
        TestUpstream upstream = opened(new TestUpstream());
        upstream.script("trace", (request, in, out) -> {
            FORWARDED.add(request);
            out.write(TestUpstream.answer("200 OK", "", "{}"));
        });
        server = opened(ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.ofEntries(
                                Map.entry("mp.config.profile", "dev"),
                                Map.entry("auth.home", HOME.toString()),
                                Map.entry("auth.store", "redis"),
                                Map.entry("redis.host", "127.0.0.1"),
                                Map.entry("redis.port", Integer.toString(redisProxy.port())),
                                Map.entry("redis.username", TestRedis.USER),
                                Map.entry("redis.password", redis.password()),
                                Map.entry("auth.trusted.proxies", TRUSTED + "/32"),
                                Map.entry("auth.api.limit", "100000"),
                                Map.entry("auth.proxy.paths", "/traced/**=chat:write@traced"),
                                Map.entry("auth.proxy.upstream.traced", upstream.url()),
                                Map.entry("jwt.refresh.grace.seconds", "0"),
                                Map.entry("jwt.key.size", "2048"),
                                Map.entry("otel.sdk.disabled", "false"),
                                Map.entry("otel.exporter.otlp.protocol", "http/protobuf"),
                                Map.entry("otel.exporter.otlp.endpoint", receiver.url()),
                                Map.entry("otel.metrics.exporter", "none"),
                                Map.entry("otel.logs.exporter", "none"),
                                Map.entry("otel.bsp.schedule.delay", "100")),
                        Map.of())
                .ready());
    }

    @AfterAll
    static void stop() throws Exception {
        for (int i = OPEN.size() - 1; i >= 0; i--) {
            OPEN.get(i).close();
        }
    }

    private static <T extends AutoCloseable> T opened(T resource) {
        OPEN.add(resource);
        return resource;
    }

    private static Session admin(Client client) {
        return Session.of(client, "admin", server.firstPassword());
    }

    /** A user who may call the upstream. */
    private static Session caller(Client client) {
        Session maker = admin(new Client(server.port()));
        String name = Session.newUser(maker, "user");
        JsonObject user = maker.with(maker.client.get("/admin/api/users?query=" + name))
                .send()
                .json()
                .getJsonArray("items")
                .getJsonObject(0);
        int changed = maker.with(maker.client.request("PATCH", "/admin/api/users/" + user.getString("user_id")))
                .body(
                        "application/merge-patch+json",
                        "{\"permissions\":[\"chat:write\"]}".getBytes(StandardCharsets.UTF_8))
                .send()
                .status();
        assertEquals(200, changed);
        return Session.of(client, name, Session.PASSWORD);
    }

    private static List<Span> trace(String id, int least) {
        Until.holds(least + " spans of trace " + id, () -> receiver.trace(id).size() >= least);
        return receiver.trace(id);
    }

    @Test
    void aTrustedProxysTraceGoesOnThroughTheServiceToTheUpstream() {
        Session session = caller(new Client(server.port(), TRUSTED));
        int status = session.with(session.client.get("/api/traced/x"))
                .header("X-Script", "trace")
                .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                .header("tracestate", "vendor=1")
                .send()
                .status();

        assertEquals(200, status);
        Until.holds(
                "the request's own span", () -> receiver.trace(TRACE).stream().anyMatch(MonitoringIT::isServer));
        Map<String, Span> spans = receiver.trace(TRACE).stream()
                .collect(Collectors.toMap(Span::getName, span -> span, (first, second) -> first));
        assertEquals(Set.of("GET api", "admission", "store", "upstream"), spans.keySet());
        assertEquals(
                "b7ad6b7169203331",
                OtlpReceiver.hex(spans.get("GET api").getParentSpanId().toByteArray()));
        assertEquals(spans.get("GET api").getSpanId(), spans.get("admission").getParentSpanId());
        assertEquals(spans.get("admission").getSpanId(), spans.get("store").getParentSpanId());
        assertEquals(spans.get("GET api").getSpanId(), spans.get("upstream").getParentSpanId());
        TestUpstream.Received forwarded = FORWARDED.get(FORWARDED.size() - 1);
        assertEquals(
                List.of("00-" + TRACE + "-"
                        + OtlpReceiver.hex(spans.get("upstream").getSpanId().toByteArray()) + "-01"),
                forwarded.header("traceparent"));
        assertEquals(List.of("vendor=1"), forwarded.header("tracestate"));
    }

    private static boolean isServer(Span span) {
        return span.getKind() == Span.SpanKind.SPAN_KIND_SERVER;
    }

    /** A stranger could otherwise write into the traces of others, or have every request of theirs sampled. */
    @Test
    void nobodyElsesTraceIsContinuedNorPassedOn() {
        Session session = caller(new Client(server.port()));
        FORWARDED.clear();
        session.with(session.client.get("/api/traced/x"))
                .header("X-Script", "trace")
                .header("traceparent", "00-" + OTHER_TRACE + "-b7ad6b7169203331-01")
                .header("tracestate", "vendor=1")
                .header("baggage", "who=me")
                .send();
        assertEquals(
                200,
                session.with(session.client.get("/auth/sessions"))
                        .header("traceparent", "00-" + OTHER_TRACE + "-b7ad6b7169203331-01")
                        .send()
                        .status());

        TestUpstream.Received forwarded = FORWARDED.get(0);
        String passed = forwarded.header("traceparent").get(0);
        assertFalse(passed.contains(OTHER_TRACE), passed);
        assertEquals(List.of(), forwarded.header("tracestate"));
        assertEquals(List.of(), forwarded.header("baggage"));
        trace(passed.split("-")[1], 4);
        Until.holds("the server's own span of the resource", () -> receiver.all().stream()
                .anyMatch(span -> span.getName().equals("GET /auth/sessions")));
        assertEquals(List.of(), receiver.trace(OTHER_TRACE));
    }

    @Test
    void aSignInHasSpansOfStoreDatabaseAndHashAndNoSecret() {
        Client client = new Client(server.port(), TRUSTED);
        String id = "2cf7651916cd43dd8448eb211c80319e";
        int status = client.post("/auth/login")
                .header("traceparent", "00-" + id + "-b7ad6b7169203331-01")
                .json("{\"username\":\"admin\",\"password\":\"" + server.firstPassword() + "\"}")
                .send()
                .status();

        assertEquals(200, status);
        Until.holds("the request's own span", () -> receiver.trace(id).stream()
                .anyMatch(span -> span.getName().equals("POST auth")));
        Set<String> names =
                receiver.trace(id).stream().map(Span::getName).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of("POST auth", "POST /auth/login", "admission", "store", "database", "password_hash"), names);
        assertFalse(receiver.all().toString().contains(server.firstPassword()));
    }

    /** The names of spans are a small set, whatever a client invents. */
    @Test
    void whatAClientInventsNamesNoSpan() {
        Client client = new Client(server.port());
        client.request("INVENTED", "/auth/jwks").send();
        client.get("/no/such/marker-path").send();
        int before = receiver.all().size();
        client.get("/auth/jwks").send();
        Until.holds(
                "the last request's span",
                () -> receiver.all().size() > before
                        && receiver.all().stream()
                                .anyMatch(span -> span.getName().equals("_OTHER key_set")));
        assertTrue(receiver.all().stream()
                .map(Span::getName)
                .noneMatch(name -> name.contains("INVENTED") || name.contains("marker")));
    }

    /** One Prometheus for both: its alerts with nothing but their patience and intervals changed. */
    @Test
    void aRealPrometheusHasAnAnswerToEveryQueryOfTheDashboardAndFires() throws Exception {
        startPrometheus();
        List<String> queries = dashboard();
        Session session = caller(new Client(server.port()));
        String key = apiKey(session);
        Set<String> silent = new TreeSet<>(queries);
        Until.holds("every query has data; without are " + silent, () -> {
            traffic(session, key);
            silent.removeIf(query -> prometheus.values(query).stream().anyMatch(value -> !value.isNaN()));
            return silent.isEmpty();
        });

        assertEquals(Set.of(), without(prometheus.firing(), Set.of("AuthNodeDown")), "nothing is wrong yet");
        reuseRefreshToken();
        redisProxy.refuse();
        redisProxy.cut();
        Until.holds(
                "both alerts fire",
                () -> prometheus.firing().containsAll(Set.of("AuthStoreDown", "AuthRefreshTokenReused")));
        redisProxy.pass();
        AtomicInteger good = new AtomicInteger(); // the breaker may open once more
        Until.holds("the store is back", () -> {
            boolean ready =
                    new Client(server.port()).get("/health/ready").send().status() == 200;
            return (ready ? good.incrementAndGet() : good.getAndSet(0)) == 4;
        });
    }

    private static Set<String> without(Set<String> all, Set<String> some) {
        Set<String> rest = new TreeSet<>(all);
        rest.removeAll(some);
        return rest;
    }

    private static String apiKey(Session session) {
        return session.with(session.client.post("/auth/api-keys"))
                .json("{\"name\":\"monitored\"}")
                .send()
                .json()
                .getString("key");
    }

    /** Something of everything that has a metric of its own. */
    private static void traffic(Session session, String key) {
        session.user();
        session.client.get("/api/user").send();
        session.client.get("/api/user").bearer(key).send();
        session.with(session.client.post("/api/chat/completions"))
                .json("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}")
                .send();
        Session.login(new Client(server.port()), "nobody", "wrong").send();
        session.refresh();
    }

    private static void reuseRefreshToken() {
        Session victim = admin(new Client(server.port()));
        Client.Request stolen = victim.refreshRequest();
        assertEquals(200, victim.refresh().status());
        assertEquals(200, victim.refresh().status());
        assertEquals("refresh_token_reused", stolen.send().error());
    }

    private static List<String> dashboard() throws IOException {
        String text = Files.readString(Path.of("server-config/grafana/amplihack-auth.json"));
        JsonObject board = Json.createReader(new StringReader(text)).readObject();
        List<String> queries = new ArrayList<>();
        for (JsonObject panel : board.getJsonArray("panels").getValuesAs(JsonObject.class)) {
            if (panel.containsKey("targets")) {
                panel.getJsonArray("targets")
                        .getValuesAs(JsonObject.class)
                        .forEach(target -> queries.add(target.getString("expr")
                                .replace("$__rate_interval", "30s")
                                .replace("$instance", ".*")));
            }
        }
        assertTrue(queries.size() > 40, queries::toString);
        return queries;
    }

    private static void startPrometheus() throws Exception {
        Optional<Path> program = Program.find("prometheus");
        assumeTrue(program.isPresent(), "No Prometheus here: neither alerts nor dashboard are tried.");
        Path directory = ServerProcess.freshDirectory("prometheus");
        String password = "password-of-the-collector";
        Files.writeString(directory.resolve("metrics.password"), password);
        int metrics = startNginx(directory, password);
        String configuration = replaced(
                Files.readString(PROMETHEUS.resolve("prometheus.yml")),
                Map.of(
                        "[\"auth-1.example.com:9443\", \"auth-2.example.com:9443\"]",
                        "[\"localhost:" + metrics + "\"]",
                        "scrape_interval: 15s",
                        "scrape_interval: 500ms",
                        "evaluation_interval: 15s",
                        "evaluation_interval: 500ms"));
        Files.writeString(directory.resolve("prometheus.yml"), configuration);
        Files.createDirectory(directory.resolve("rules"));
        Files.writeString(
                directory.resolve("rules/amplihack-auth.yml"),
                Files.readString(PROMETHEUS.resolve("rules/amplihack-auth.yml")).replaceAll("for: \\d+m", "for: 1s"));
        int port = ServerProcess.freePort();
        prometheus = new PrometheusApi(port);
        opened(ProgramProcess.start(
                directory,
                prometheus::isReady,
                program.get().toString(),
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=data",
                "--web.listen-address=127.0.0.1:" + port));
        Until.holds(
                "the server is scraped, over TLS and with the password",
                () -> prometheus.values("up{job=\"amplihack-auth\"}").equals(List.of(1.0)));
    }

    /** As shipped, in front of the server; nobody gets metrics without the password, nor anything else with it. */
    private static int startNginx(Path directory, String password) throws Exception {
        Optional<Path> program = Program.find("nginx");
        assumeTrue(program.isPresent(), "No nginx here: the collector's way in is not tried.");
        TestAuthority authority = new TestAuthority("CN=Monitoring");
        TestAuthority.Identity identity = authority.server();
        Files.writeString(directory.resolve("ca.pem"), authority.pem());
        Files.writeString(
                directory.resolve("metrics-chain.pem"),
                pem("CERTIFICATE", identity.certificate().getEncoded()));
        Files.writeString(
                directory.resolve("metrics-key.pem"),
                pem("PRIVATE KEY", identity.pair().getPrivate().getEncoded()));
        Files.writeString(directory.resolve("metrics.htpasswd"), "prometheus:{PLAIN}" + password + '\n');
        int port = ServerProcess.freePort();
        StringBuilder temporary = new StringBuilder("http {\n");
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            temporary.append(kind).append("_temp_path ").append(kind).append(";\n");
        }
        Files.writeString(
                directory.resolve("nginx.conf"),
                replaced(
                        Files.readString(PROMETHEUS.resolve("nginx.conf")),
                        Map.of(
                                "worker_processes 1;",
                                "worker_processes 1;\nuser " + System.getProperty("user.name")
                                        + ';', // root's directory
                                "http {\n",
                                temporary.toString(),
                                "0.0.0.0:9443",
                                "127.0.0.1:" + port,
                                "auth-1.example.com",
                                "localhost",
                                "127.0.0.1:8080",
                                "127.0.0.1:" + server.port())));
        opened(ProgramProcess.start(
                directory,
                () -> isOpen(port),
                program.get().toString(),
                "-p",
                directory.toString(),
                "-c",
                directory.resolve("nginx.conf").toString(),
                "-e",
                directory.resolve("error.log").toString(),
                "-g",
                "daemon off;"));
        Client collector = Client.https(port, authority.anonymous());
        String basic = "Basic "
                + Base64.getEncoder().encodeToString(("prometheus:" + password).getBytes(StandardCharsets.UTF_8));
        assertEquals(401, collector.get("/metrics").send().status());
        assertEquals(
                200,
                collector.get("/metrics").header("Authorization", basic).send().status());
        assertEquals(
                403,
                collector.post("/metrics").header("Authorization", basic).send().status());
        assertEquals(
                404,
                collector
                        .get("/health/ready")
                        .header("Authorization", basic)
                        .send()
                        .status());
        assertEquals(
                404,
                collector
                        .get("/auth/jwks")
                        .header("Authorization", basic)
                        .send()
                        .status());
        return port;
    }

    private static boolean isOpen(int port) {
        try (Socket reached = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return reached.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static String pem(String what, byte[] content) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(content)
                + "\n-----END " + what + "-----\n";
    }

    private static String replaced(String shipped, Map<String, String> ours) {
        String configuration = shipped;
        for (Map.Entry<String, String> change : ours.entrySet()) {
            assertTrue(configuration.contains(change.getKey()), change.getKey());
            configuration = configuration.replace(change.getKey(), change.getValue());
        }
        return configuration;
    }

    /** Every line, in its order, once, also of a file that was rotated away, and what no entry is as well. */
    @Test
    void rsyslogShipsEveryEntryAcrossARotation() throws Exception {
        Optional<Path> program = Program.find("rsyslogd");
        assumeTrue(program.isPresent(), "No rsyslog here: its configuration is not tried.");
        Path directory = ServerProcess.freshDirectory("rsyslog");
        Path audit = HOME.resolve("audit.jsonl");
        try (LogServer logs = new LogServer()) {
            Files.writeString(
                    directory.resolve("rsyslog.conf"),
                    replaced(
                            Files.readString(Path.of("server-config/rsyslog/amplihack-auth.conf")),
                            Map.of(
                                    "/var/spool/amplihack-auth-audit",
                                    directory.toString(),
                                    "/var/lib/amplihack-auth/audit.jsonl",
                                    audit.toString(),
                                    "port=\"5140\"",
                                    "port=\"" + logs.port() + '"')));
            try (ProgramProcess rsyslog = ProgramProcess.start(
                    directory,
                    () -> Files.exists(directory.resolve("pid")),
                    program.get().toString(),
                    "-n",
                    "-f",
                    directory.resolve("rsyslog.conf").toString(),
                    "-i",
                    directory.resolve("pid").toString())) {
                Client hostile = new Client(server.port());
                hostile.post("/auth/login")
                        .header("User-Agent", "a\"b]c\\d [entry@1 event=\"X\"]")
                        .json("{\"username\":\"nobody\",\"password\":\"x\"}")
                        .send();
                Until.holds("the first lines arrive", () -> logs.contains(hostile.address()));
                Path rotated = HOME.resolve("audit-rotated-by-hand.jsonl");
                Files.move(audit, rotated);
                Client later = new Client(server.port());
                Session.login(later, "nobody", "x").send();
                Until.holds("the new file's lines arrive", () -> logs.contains(later.address()));
                List<String> written = new ArrayList<>(Files.readAllLines(rotated));
                written.addAll(Files.readAllLines(audit));
                Until.holds("every line arrives", () -> logs.entries().containsAll(written));
                List<String> arrived = logs.entries();
                assertEquals(arrived.stream().distinct().toList(), arrived, () -> "none twice; " + rsyslog.output());
                String message = logs.messages().stream()
                        .filter(line -> line.contains(hostile.address()) && line.contains("LOGIN_FAILED"))
                        .findFirst()
                        .orElseThrow();
                Matcher parts = LogServer.RFC_5424.matcher(message);
                assertTrue(parts.matches(), message);
                assertEquals("108", parts.group("pri"));
                assertEquals("LOGIN_FAILED", parts.group("msgid"));
                assertTrue(
                        parts.group("data").contains(" user_agent=\"a\\\"b\\]c\\\\d [entry@1 event=\\\"X\\\"\\]\""),
                        message);
                assertNotEquals("", parts.group("msg"));
            }
        }
    }

    /** Receives syslog over TCP with octet counting (RFC 6587 section 3.4.1). */
    private static final class LogServer implements AutoCloseable {
        static final Pattern RFC_5424 = Pattern.compile(
                "<(?<pri>\\d+)>1 \\S+ \\S+ amplihack-auth - (?<msgid>\\S+) (?<data>\\[entry@32473(?: \\w+=\"(?:\\\\[\"\\\\\\]]|[^\"\\\\\\]])*\")+]) (?<msg>.*)",
                Pattern.DOTALL);

        private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final List<String> messages = new CopyOnWriteArrayList<>();

        LogServer() throws IOException {
            Thread thread = new Thread(this::accept, "syslog");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return server.getLocalPort();
        }

        private void accept() {
            while (true) {
                try (Socket socket = server.accept()) {
                    InputStream in = socket.getInputStream();
                    for (String message = read(in); message != null; message = read(in)) {
                        messages.add(message);
                    }
                } catch (IOException closed) {
                    if (server.isClosed()) {
                        return;
                    }
                }
            }
        }

        private static String read(InputStream in) throws IOException {
            ByteArrayOutputStream length = new ByteArrayOutputStream();
            for (int next = in.read(); next != ' '; next = in.read()) {
                if (next < 0) {
                    return null;
                }
                length.write(next);
            }
            return new String(
                    in.readNBytes(Integer.parseInt(length.toString(StandardCharsets.US_ASCII))),
                    StandardCharsets.UTF_8);
        }

        List<String> messages() {
            return List.copyOf(messages);
        }

        boolean contains(String text) {
            return messages.stream().anyMatch(message -> message.contains(text));
        }

        /** The entries themselves, in the order of their arrival. */
        List<String> entries() {
            return messages.stream()
                    .map(RFC_5424::matcher)
                    .filter(Matcher::matches)
                    .map(parts -> parts.group("msg").strip())
                    .toList();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}

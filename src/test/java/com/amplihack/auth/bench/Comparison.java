package com.amplihack.auth.bench;

import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.store.TestRedis;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Date;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * This service beside an empty WAR, the thinnest verifier, Spring Boot's resource server and Keycloak, and beside what
 * the libraries do alone. No test, asserts nothing; {@code src/test/bench/compare.sh} runs it.
 */
public final class Comparison implements AutoCloseable {
    private static final String HEAP = "-Xmx1g";
    /** As {@code compare.sh} gives it to this service and to the empty WAR. */
    private static final String COLLECTOR = "-XX:+UseParallelGC";

    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String PASSWORD = "correct horse battery staple";
    private static final String ISSUER = "https://issuer.example";
    private static final String VERIFIER = "verifier: `GET /verify`";
    private static final String PROXIED = "`POST /api/chat/completions`";
    private static final String CHAT = "{\"model\":\"any\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello?\"}]}";
    private static final String SIGNATURES = "RSA-4096 signatures alone";
    private static final String HASHES = "libargon2 alone";
    private static final String USERINFO = "/realms/bench/protocol/openid-connect/userinfo";
    private static final String TOKEN = "/realms/bench/protocol/openid-connect/token";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final int passSeconds;
    private final int passes;
    private final int warmUpSeconds;
    private final List<String> only;
    private final Path directory = ServerProcess.freshDirectory("compare");
    private final RSAKey key;
    private final String foreignToken;
    private final List<Server> servers = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Optional<TestRedis> redis = Optional.empty();

    private Comparison(List<String> arguments) throws Exception {
        boolean dry = arguments.contains("--dry-run");
        boolean quick = arguments.contains("--quick");
        passSeconds = dry ? 1 : quick ? 2 : 5;
        passes = dry ? 1 : quick ? 3 : 5;
        warmUpSeconds = dry ? 1 : quick ? 5 : 20;
        only = arguments.stream().filter(name -> !name.startsWith("--")).toList();
        key = new RSAKeyGenerator(4096).keyID("bench").generate();
        foreignToken = foreignToken(key);
    }

    /** A process that is measured. */
    private record Server(String name, ProcessHandle java, double startSeconds) {
        double cpuMillis() {
            return cpu(java);
        }

        /** Megabytes that it occupies; only Linux tells. */
        double resident() {
            try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(java.pid()), "status"))) {
                return lines.filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                        .findFirst()
                        .orElse(0);
            } catch (IOException elsewhere) {
                return Double.NaN;
            }
        }
    }

    /** The load of one pass, made right before it. */
    @FunctionalInterface
    private interface Prepared {
        Wrk load() throws Exception;
    }

    @FunctionalInterface
    private interface Alone {
        double perSecond(Duration time) throws Exception;
    }

    private record Result(double rate, double cpu, double redisCpu, double median, double percentile99) {}

    private record Row(String name, Server server, Callable<Result> pass, Callable<?> warmUp, List<Result> results) {
        double median(ToDoubleFunction<Result> value) {
            double[] sorted = results.stream().mapToDouble(value).sorted().toArray();
            return sorted[sorted.length / 2];
        }
    }

    public static void main(String[] arguments) throws Exception {
        try (Comparison comparison = new Comparison(List.of(arguments))) {
            comparison.start();
            comparison.warmUp();
            comparison.measure();
            comparison.print();
        }
    }

    private void start() throws Exception {
        Server verifier = verifier();
        int port = Integer.parseInt(verifier.name().replaceAll("\\D", ""));
        Server thin = new Server("verifier", verifier.java(), verifier.startSeconds());
        servers.add(thin);
        row(VERIFIER, thin, () -> Wrk.get(port, "/verify", "Authorization: Bearer " + foreignToken));
        if (wanted("ours")) {
            ours(port);
        }
        if (wanted("empty")) {
            empty();
        }
        if (wanted("alone")) {
            alone(SIGNATURES, time -> Bare.signatures(key.toPrivateKey(), time));
            alone(HASHES, Bare::hashes);
        }
        if (wanted("spring")) {
            spring();
        }
        if (wanted("keycloak")) {
            keycloak();
        }
    }

    private boolean wanted(String name) {
        return only.isEmpty() || only.contains(name);
    }

    private Server verifier() throws Exception {
        int port = ServerProcess.freePort();
        ChildServer child = child(
                "verifier",
                List.of(
                        java(),
                        HEAP,
                        COLLECTOR,
                        "-cp",
                        System.getProperty("java.class.path"),
                        ThinVerifier.class.getName(),
                        Integer.toString(port),
                        ISSUER,
                        key.toPublicJWK().toJSONString()),
                Map.of(),
                "http://127.0.0.1:" + port + "/");
        return new Server("verifier " + port, child.java(), child.startSeconds());
    }

    private void ours(int upstream) throws Exception {
        TestRedis store = TestRedis.start();
        open.push(store);
        redis = Optional.of(store);
        Map<String, String> properties = new HashMap<>(store.properties());
        properties.putAll(Map.of(
                "jakarta.json.provider", "org.eclipse.parsson.JsonProviderImpl",
                "mp.config.profile", "dev",
                "auth.home", directory.resolve("home").toString(),
                "auth.store", "redis",
                "jwt.refresh.grace.seconds", "0", // or a session that is refreshed at once gets the same token again
                "auth.proxy.upstream", "http://127.0.0.1:" + upstream));
        properties.putAll(Map.of( // in force, but never reached
                "auth.api.limit", "1000000",
                "auth.jwks.limit", "1000000",
                "auth.login.limit", "1000000",
                "auth.refresh.limit", "1000000"));
        properties.putAll(Map.of(
                "auth.argon2.memory.kib", "65536", "auth.argon2.iterations", "3", "auth.argon2.parallelism", "4"));
        String password;
        try (ServerProcess first = ServerProcess.start(ServerProcess.freePort(), properties, Map.of())) {
            password = first.ready().firstPassword(); // this start makes the keys, the next one is measured
        }
        int port = ServerProcess.freePort();
        long start = System.nanoTime();
        ServerProcess process = ServerProcess.start(port, properties, Map.of());
        open.push(process);
        ProcessHandle java = ProcessHandle.of(process.pid()).orElseThrow();
        Server ours = new Server(
                "this service",
                java,
                ChildServer.secondsTo("http://127.0.0.1:" + port + "/.well-known/jwks.json", start, java));
        servers.add(ours);
        process.ready();

        List<String> logins = accounts(port, password);
        row("`GET /auth/jwks`", ours, () -> Wrk.get(port, "/auth/jwks"));
        row("`GET /auth/verify`", ours, () -> Wrk.get(port, "/auth/verify", credentials(port, logins.get(0))));
        row("`GET /api/user`", ours, () -> Wrk.get(port, "/api/user", credentials(port, logins.get(0))));
        row(PROXIED, ours, () -> {
            List<String> headers = new ArrayList<>(List.of(credentials(port, logins.get(0))));
            headers.add("Content-Type: " + JSON);
            return Wrk.post(port, "/api/chat/completions", CHAT, headers.toArray(String[]::new));
        });
        row("`POST /auth/refresh`", ours, () -> Wrk.chain(port, "/auth/refresh", sessions(port, logins)));
        row("`POST /auth/login`", ours, () -> Wrk.post(port, "/auth/login", JSON, logins));
    }

    private static List<String> accounts(int port, String password) throws Exception {
        JsonObject admin = login(port, login("admin", password));
        List<String> logins = new ArrayList<>();
        for (int i = 0; i < Wrk.CONNECTIONS; i++) {
            HttpResponse<String> made = HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/admin/api/users"))
                            .header("Content-Type", JSON)
                            .header("Authorization", "Bearer " + admin.getString("access_token"))
                            .header("Session-Handle", admin.getString("session_handle"))
                            .header("User-Agent", "Test/1.0")
                            .POST(BodyPublishers.ofString("{\"username\":\"user-" + i + "\",\"password\":\"" + PASSWORD
                                    + "\",\"roles\":[\"user\"],\"permissions\":[\"chat:write\"],\"enabled\":true}"))
                            .build(),
                    BodyHandlers.ofString());
            if (made.statusCode() != 201) {
                throw new IllegalStateException(made.body());
            }
            logins.add(login("user-" + i, PASSWORD));
        }
        return logins;
    }

    private static String login(String name, String password) {
        return "{\"username\":\"" + name + "\",\"password\":\"" + password + "\",\"delivery\":\"body\"}";
    }

    private static JsonObject login(int port, String body) throws IOException, InterruptedException {
        return post("http://127.0.0.1:" + port + "/auth/login", JSON, body);
    }

    /** A bearer token with the session's proof. */
    private static String[] credentials(int port, String login) throws IOException, InterruptedException {
        JsonObject session = login(port, login);
        return new String[] {
            "Authorization: Bearer " + session.getString("access_token"),
            "Cookie: session_id=" + session.getString("session_handle")
        };
    }

    /** A new session of each account: its refresh token and handle. */
    private static List<String> sessions(int port, List<String> logins) throws IOException, InterruptedException {
        List<String> sessions = new ArrayList<>();
        for (String login : logins) {
            JsonObject session = login(port, login);
            sessions.add(session.getString("refresh_token") + " " + session.getString("session_handle"));
        }
        return sessions;
    }

    private void empty() throws Exception {
        Path war = directory.resolve("empty.war");
        Files.createDirectories(directory.resolve("empty"));
        Files.writeString(directory.resolve("empty/index.html"), "<!DOCTYPE html><title>Empty</title>");
        new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jar").toString(),
                        "-cf",
                        war.toString(),
                        "-C",
                        directory.resolve("empty").toString(),
                        ".")
                .inheritIO()
                .start()
                .waitFor();
        int port = ServerProcess.freePort();
        long start = System.nanoTime();
        ServerProcess process = ServerProcess.startOther(war, port);
        open.push(process);
        ProcessHandle java = ProcessHandle.of(process.pid()).orElseThrow();
        Server empty = new Server(
                "WAR of one HTML file",
                java,
                ChildServer.secondsTo("http://127.0.0.1:" + port + "/index.html", start, java));
        servers.add(empty);
        row("`GET /index.html`", empty, () -> Wrk.get(port, "/index.html"));
    }

    private void spring() throws Exception {
        String classPath = System.getProperty("compare.spring");
        if (classPath == null) {
            return;
        }
        Path pem = directory.resolve("key.pem");
        Files.writeString(
                pem,
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(key.toPublicKey().getEncoded()) + "\n-----END PUBLIC KEY-----\n");
        int port = ServerProcess.freePort();
        ChildServer child = child(
                "spring",
                List.of(
                        java(),
                        HEAP,
                        "-Dserver.port=" + port,
                        "-Dspring.security.oauth2.resourceserver.jwt.public-key-location=file:" + pem,
                        "-Dspring.security.oauth2.resourceserver.jwt.issuer-uri=",
                        "-cp",
                        classPath,
                        "bench.ResourceServer"),
                Map.of(),
                "http://127.0.0.1:" + port + "/open");
        Server spring = new Server("Spring Boot 3.5.7", child.java(), child.startSeconds());
        servers.add(spring);
        row("`GET /open`", spring, () -> Wrk.get(port, "/open"));
        row("`GET /user`", spring, () -> Wrk.get(port, "/user", "Authorization: Bearer " + foreignToken));
    }

    private void keycloak() throws Exception {
        String home = System.getProperty("compare.keycloak");
        if (home == null) {
            return;
        }
        Path realm = Path.of(home, "data", "import", "bench.json");
        Files.createDirectories(realm.getParent());
        Files.writeString(
                realm,
                """
                {"realm": "bench", "enabled": true, "sslRequired": "none", "accessTokenLifespan": 86400,
                 "ssoSessionIdleTimeout": 86400, "ssoSessionMaxLifespan": 86400,
                 "components": {"org.keycloak.keys.KeyProvider": [{"name": "rsa", "providerId": "rsa-generated",
                   "config": {"priority": ["200"], "keySize": ["4096"], "algorithm": ["RS256"]}}]},
                 "clients": [{"clientId": "bench", "publicClient": true, "directAccessGrantsEnabled": true}],
                 "users": [{"username": "user", "enabled": true, "email": "user@example.com", "firstName": "U",
                   "lastName": "U", "emailVerified": true, "credentials": [{"type": "password", "value": "secret"}]}]}
                """);
        int port = ServerProcess.freePort();
        String base = "http://127.0.0.1:" + port;
        List<String> command = List.of(
                home + "/bin/kc.sh",
                "start",
                "--optimized",
                "--http-enabled=true",
                "--hostname-strict=false",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--cache=local",
                "--import-realm");
        Map<String, String> environment = Map.of("JAVA_OPTS_KC_HEAP", HEAP);
        child("keycloak", command, environment, base + "/realms/bench").close(); // makes the schema and the realm
        ChildServer child = child("keycloak", command, environment, base + "/realms/bench");
        Server keycloak = new Server("Keycloak 26.7.0", child.java(), child.startSeconds());
        servers.add(keycloak);
        String keySet = "/realms/bench/protocol/openid-connect/certs";
        row("`GET …/certs`", keycloak, () -> Wrk.get(port, keySet));
        row(
                "`GET …/userinfo`",
                keycloak,
                () -> Wrk.get(
                        port, USERINFO, "Authorization: Bearer " + grant(base).getString("access_token")));
        row(
                "`POST …/token`, refresh",
                keycloak,
                () -> Wrk.post(
                        port,
                        TOKEN,
                        FORM,
                        Collections.nCopies(
                                Wrk.CONNECTIONS,
                                "grant_type=refresh_token&client_id=bench&refresh_token="
                                        + grant(base).getString("refresh_token"))));
    }

    private static JsonObject grant(String base) throws IOException, InterruptedException {
        return post(
                base + TOKEN, FORM, "grant_type=password&client_id=bench&scope=openid&username=user&password=secret");
    }

    private static JsonObject post(String url, String type, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", type)
                        .header("User-Agent", "Test/1.0")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(url + ": " + answer.statusCode() + " " + answer.body());
        }
        return Json.createReader(new StringReader(answer.body())).readObject();
    }

    private ChildServer child(String name, List<String> command, Map<String, String> environment, String url)
            throws IOException, InterruptedException {
        ChildServer child = ChildServer.start(command, environment, directory.resolve(name + ".log"), url);
        open.push(child);
        return child;
    }

    private void row(String name, Server server, Prepared prepared) {
        Callable<Result> pass = () -> {
            Wrk load = prepared.load();
            double before = server.cpuMillis();
            double redisBefore = redisCpu();
            Wrk.Pass done = load.run(Duration.ofSeconds(passSeconds));
            return new Result(
                    done.requests() / done.seconds(),
                    (server.cpuMillis() - before) / done.requests(),
                    (redisCpu() - redisBefore) / done.requests(),
                    done.median() / 1e3,
                    done.percentile99() / 1e3);
        };
        Callable<?> warmUp = () -> {
            prepared.load().warmUp(Duration.ofSeconds(warmUpSeconds(server)));
            return null;
        };
        rows.add(new Row(name, server, pass, warmUp, new ArrayList<>()));
    }

    private void alone(String name, Alone work) {
        ProcessHandle here = ProcessHandle.current();
        Server library = new Server("alone", here, Double.NaN);
        Callable<Result> pass = () -> {
            Duration time = Duration.ofSeconds(passSeconds);
            double before = cpu(here);
            double rate = work.perSecond(time);
            double cpu = (cpu(here) - before) / (rate * time.toMillis() / 1e3);
            return new Result(rate, cpu, 0, Double.NaN, Double.NaN);
        };
        rows.add(
                new Row(name, library, pass, () -> work.perSecond(Duration.ofSeconds(passSeconds)), new ArrayList<>()));
    }

    private double redisCpu() {
        return redis.flatMap(store -> ProcessHandle.of(store.pid()))
                .map(Comparison::cpu)
                .orElse(0.0);
    }

    private static double cpu(ProcessHandle process) {
        return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
    }

    /** All paths of a server at once, so longer the more there are. */
    private long warmUpSeconds(Server server) {
        long paths = rows.stream().filter(row -> row.server().equals(server)).count();
        return Math.max(warmUpSeconds == 20 ? 45 : 0, warmUpSeconds * paths);
    }

    private void warmUp() throws Exception {
        for (Row row : rows) {
            row.pass().call(); // a failure shows before the long part
        }
        for (Server server : rows.stream().map(Row::server).distinct().toList()) {
            List<Callable<Object>> paths = rows.stream()
                    .filter(row -> row.server().equals(server))
                    .<Callable<Object>>map(row -> row.warmUp()::call)
                    .toList();
            System.err.println("Warming up: " + server.name());
            ExecutorService threads = Executors.newFixedThreadPool(paths.size());
            try {
                for (Future<Object> path : threads.invokeAll(paths)) {
                    path.get();
                }
            } finally {
                threads.shutdown();
            }
        }
    }

    private void measure() throws Exception {
        for (int pass = 1; pass <= passes; pass++) { // taking turns, so that what disturbs one disturbs all
            System.err.println("Pass " + pass + " of " + passes);
            for (Row row : rows) {
                row.results().add(row.pass().call());
            }
        }
    }

    private void print() {
        Row base = named(VERIFIER);
        System.out.println("| | requests/s | CPU ms | of Redis | p50 ms | p99 ms | MB | start s |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Row row : rows) {
            System.out.println(Stream.of(
                            row.server().name() + (row.name().startsWith("`") ? ": " : ", ") + row.name(),
                            cell(row, base, "%.0f", Result::rate),
                            cell(row, base, "%.3f", Result::cpu),
                            row.median(Result::redisCpu) == 0
                                    ? ""
                                    : String.format(Locale.ROOT, "%.3f", row.median(Result::redisCpu)),
                            cell(row, base, "%.2f", Result::median),
                            cell(row, base, "%.2f", Result::percentile99),
                            cell(row.server().resident(), base.server().resident(), "%.0f"),
                            cell(row.server().startSeconds(), base.server().startSeconds(), "%.1f"))
                    .collect(Collectors.joining(" | ", "| ", " |")));
        }
        System.out.println();
        System.out.println("| requests/s | ratio | of each pass |");
        System.out.println("| --- | --- | --- |");
        ratio("`GET /auth/jwks`", VERIFIER);
        ratio("`GET /auth/verify`", VERIFIER);
        ratio("`GET /api/user`", VERIFIER);
        ratio(PROXIED, VERIFIER);
        ratio("`POST /auth/refresh`", SIGNATURES);
        ratio("`POST /auth/login`", HASHES);
    }

    private void ratio(String what, String to) {
        if (rows.stream()
                        .filter(row -> row.name().equals(what) || row.name().equals(to))
                        .count()
                < 2) {
            return;
        }
        Row row = named(what);
        Row base = named(to);
        String each = IntStream.range(0, row.results().size())
                .mapToObj(i -> String.format(
                        Locale.ROOT,
                        "%.2f",
                        row.results().get(i).rate() / base.results().get(i).rate()))
                .collect(Collectors.joining(", "));
        System.out.printf(
                Locale.ROOT,
                "| %s to %s | %.2f | %s |%n",
                what,
                to,
                row.median(Result::rate) / base.median(Result::rate),
                each);
    }

    private Row named(String name) {
        return rows.stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
    }

    private static String cell(Row row, Row base, String format, ToDoubleFunction<Result> value) {
        return cell(row.median(value), base.median(value), format);
    }

    /** The value and its ratio to the verifier's; nothing where there is none. */
    private static String cell(double value, double base, String format) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format + " (%.2f)", value, value / base);
    }

    private static String foreignToken(RSAKey key) throws Exception {
        long now = System.currentTimeMillis();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .subject("3f1c6c8e-5d2c-4a69-9d6d-6c6a3a6f0c11")
                        .audience("amplihack")
                        .claim("upn", "user-0")
                        .claim("groups", List.of("user"))
                        .claim("sid", "b1946ac92492d2347c6235b4d2611184")
                        .jwtID("5d41402abc4b2a76b9719d911017c592")
                        .issueTime(new Date(now))
                        .expirationTime(new Date(now + 86_400_000L))
                        .build());
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }
}

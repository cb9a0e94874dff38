package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a newcomer meets: the first start, the second, and those that fail. Each runs a server of its own. */
@Tag("one-store")
class StartIT {
    /** The dev profile on embedded defaults, with nothing listening where Redis would be. */
    private static Map<String, String> development(Path home) {
        return new HashMap<>(Map.of(
                "mp.config.profile",
                "dev",
                "auth.home",
                home.toString(),
                "redis.port",
                Integer.toString(ServerProcess.freePort())));
    }

    @Test
    void theFirstStartMakesKeysAndAnAccountAndTheSecondKeepsThem() throws IOException {
        Path home = ServerProcess.freshDirectory("first").resolve("made-by-the-server");
        String password;
        String keys;
        try (ServerProcess first = ServerProcess.start(ServerProcess.freePort(), development(home), Map.of())
                .ready()) {
            password = first.firstPassword();
            assertTrue(first.output().contains("making an RSA key of 4096 bits"));
            assertTrue(first.output().contains("No Redis answers"));
            assertLastLine(first, " with the account above, whose password is shown this once");
            assertOnlyTheHttpPortListens(first);
            assertEquals(
                    200,
                    Session.login(new Client(first.port()), "admin", password)
                            .send()
                            .status());
            assertTheLastAdministratorStays(first, password);
            keys = new Client(first.port()).get("/auth/jwks").send().body();
        }
        long auditLines = lines(home);
        assertTrue(auditLines >= 2);
        assertEquals("r--------", mode(home.resolve("keys/jwt_private.pem")));
        assertEquals("r--r--r--", mode(home.resolve("keys/jwt_public.pem")));
        assertEquals("rwx------", mode(home.resolve("keys")));
        assertEquals("rwx------", mode(home));

        Map<String, String> again = withMpJwtOfAnotherApplication(development(home));
        Path noFolder = Files.createFile(home.resolveSibling("no-folder"));
        again.put("java.io.tmpdir", noFolder.toString());
        try (ServerProcess second =
                ServerProcess.start(ServerProcess.freePort(), again, Map.of()).ready()) {
            assertTrue(second.output().contains("Native libraries are loaded from " + home.resolve("native")));
            assertFalse(second.output().contains("First account"));
            assertLastLine(second, "");
            assertFalse(second.output().contains("making an RSA key"));
            Client client = new Client(second.port());
            assertEquals(keys, client.get("/auth/jwks").send().body());
            Answer login = Session.login(client, "admin", password).send();
            assertEquals(200, login.status());
            Client.Request user = client.get("/api/user").bearer(login.json().getString("access_token"));
            assertEquals(200, user.send().status());
            assertEquals("token_replayed", user.send().error(), "the memory store keeps the replay rule");
        }
        List<String> audit = Files.readAllLines(home.resolve("audit.jsonl"));
        assertTrue(audit.size() > auditLines, "the audit file goes on");
        assertTrue(audit.get(audit.size() - 1).contains("\"seq\":" + audit.size()), "and so do its numbers");
    }

    /** Set for the whole server, for others: none of it may change which tokens are ours. */
    private static Map<String, String> withMpJwtOfAnotherApplication(Map<String, String> properties) {
        properties.putAll(Map.of(
                "mp.jwt.verify.publickey", "{\"keys\":[]}",
                "mp.jwt.verify.publickey.algorithm", "ES256",
                "mp.jwt.verify.issuer", "https://another.example",
                "mp.jwt.verify.audiences", "another",
                "mp.jwt.verify.clock.skew", "0",
                "mp.jwt.token.header", "Authorization"));
        return properties;
    }

    static Stream<Map.Entry<Map<String, String>, String>> failures() {
        return Stream.of(
                Map.entry(
                        Map.of("jna.tmpdir", "/proc"),
                        "Amplihack Auth cannot start: jna.tmpdir: the library for Argon2 cannot be unpacked and loaded ("),
                Map.entry(
                        Map.of("jwt.key.store", "sometimes"),
                        "jwt.key.store must be one of file, pkcs11, was 'sometimes'"),
                Map.entry(
                        Map.of("mp.jwt.token.header", "Cookie"),
                        "mp.jwt.token.header must be Authorization or not set, was 'Cookie' (SystemProperty)"));
    }

    static Stream<Map.Entry<Map<String, String>, String>> moreFailures() {
        return Stream.of(
                Map.entry(Map.of("auth.home", "/dev/null/home"), "auth.home: /dev/null/home"),
                Map.entry(
                        Map.of("mp.jwt.verify.publickey.location", "file:///nowhere/jwks.json"),
                        "mp.jwt.verify.publickey.location must not be set, was 'file:///nowhere/jwks.json' (SystemProperty)"),
                Map.entry(
                        Map.of("auth.audit.file", "/dev/null/audit.jsonl"),
                        "Amplihack Auth cannot start: auth.audit.file: /dev/null/audit.jsonl cannot be opened: "));
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("moreFailures")
    void eachOtherStartThatCannotBeSaysSoToo(Map.Entry<Map<String, String>, String> failure) {
        aStartThatCannotBeSaysSoInOneSentence(failure);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aStartThatCannotBeSaysSoInOneSentence(Map.Entry<Map<String, String>, String> failure) {
        Map<String, String> properties = development(ServerProcess.freshDirectory("failing"));
        properties.putAll(failure.getKey());

        ServerProcess failing = ServerProcess.start(ServerProcess.freePort(), properties, Map.of());

        assertNotEquals(0, failing.exitCode());
        String output = failing.output();
        assertEquals(
                1,
                output.lines().filter(line -> line.contains(failure.getValue())).count(),
                output);
        assertFalse(output.contains("\tat "), output);
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            ServerProcess failing = ServerProcess.start(
                    taken.getLocalPort(), development(ServerProcess.freshDirectory("port")), Map.of());

            assertNotEquals(0, failing.exitCode());
            assertTrue(failing.output().startsWith("Port " + taken.getLocalPort() + " is in use"), failing.output());
            assertEquals(1, failing.output().lines().count());
        }
    }

    private static void assertTheLastAdministratorStays(ServerProcess server, String password) {
        Client client = new Client(server.port());
        Answer login = Session.login(client, "admin", password).send();
        String id = Session.part(login.json().getString("access_token"), 1).getString("sub");
        for (String body : List.of("{\"roles\":[]}", "{\"enabled\":false}")) {
            Answer answer = client.request("PATCH", "/admin/api/users/" + id)
                    .bearer(login.json().getString("access_token"))
                    .cookie("session_id", login.cookieValue("session_id"))
                    .json(body)
                    .send();
            assertEquals(400, answer.status(), body);
            assertTrue(answer.body().contains("last administrator"), answer.body());
        }
        Answer deleted = client.request("DELETE", "/admin/api/users/" + id)
                .bearer(login.json().getString("access_token"))
                .cookie("session_id", login.cookieValue("session_id"))
                .send();
        assertEquals(400, deleted.status());
    }

    /** Says what to do next, and the page there lets it be done. */
    private static void assertLastLine(ServerProcess server, String account) {
        String last = server.output().lines().reduce("", (before, line) -> line);
        String page = "http://localhost:" + server.port() + "/";
        assertTrue(last.contains(". Next: sign in at " + page + account + ". Ctrl-C"), last);
        String shown = new Client(server.port()).get("/").send().body();
        assertTrue(shown.contains("account/account.js") && shown.contains("action=\"auth/sign-in\""), shown);
    }

    private static long lines(Path home) throws IOException {
        try (Stream<String> lines = Files.lines(home.resolve("audit.jsonl"))) {
            return lines.count();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    /** Compares the sockets of the process with the listening ones of the machine (Linux alone tells). */
    private static void assertOnlyTheHttpPortListens(ServerProcess server) throws IOException {
        Path descriptors = Path.of("/proc/" + server.pid() + "/fd");
        Assumptions.assumeTrue(Files.isDirectory(descriptors), "only Linux tells which process listens");
        Set<String> sockets;
        try (Stream<Path> files = Files.list(descriptors)) {
            sockets = files.map(StartIT::target)
                    .filter(target -> target.startsWith("socket:["))
                    .map(target -> target.replaceAll("\\D", ""))
                    .collect(Collectors.toSet());
        }
        Set<Integer> ports = Stream.of("tcp", "tcp6")
                .flatMap(table -> read(Path.of("/proc/net/" + table)).lines().skip(1))
                .map(line -> line.strip().split("\\s+"))
                .filter(columns -> columns[3].equals("0A") && sockets.contains(columns[9]))
                .map(columns -> Integer.parseInt(columns[1].substring(columns[1].indexOf(':') + 1), 16))
                .collect(Collectors.toSet());
        assertEquals(Set.of(server.port()), ports);
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException absent) {
            return "";
        }
    }
}

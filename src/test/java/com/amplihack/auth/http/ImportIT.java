package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.Until;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Import and export of accounts over HTTP. */
class ImportIT {
    private static final String LINES = "application/x-ndjson";

    /** Of {@link Session#PASSWORD}, with cost 4. */
    private static final String BCRYPT = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";

    private final Session admin = Session.admin();
    private final String name = "i" + UUID.randomUUID().toString().substring(0, 18);

    @ParameterizedTest
    @ValueSource(
            strings = {
                BCRYPT,
                "$2y$05$abcdefghijklmnopqrstuOfi/H8AxlbJlZweST/gkOVIXsxXG3sJO",
                "$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$wmIXv0mv7iouqkc9CKjRvCX21po",
                "$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$5bTW2oeyDJyGJPcmEr.mRDE11ghpozWrDGnSNhRXo2ZCu0KHRDiUMAVEGzLJC"
                        + ".oDhRoeIja9J1iLIv9ptDJMfQ",
                "pbkdf2_sha256$1000$seasalt2$vVHZGEs7v6quz+ZQJ3YUviKmZHPrpr5OATMMKlICjVY=",
                "$scrypt$ln=10,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$KhW5KLACpfR1HRqSPdg8ODHC9nzhpv0EHEqfwm5GJX4",
                "$7$86..../....SodiumChloride$KBi6ht5xw66RgtoMRqb4MFpyAAIp15CfyLwf.tk/zO7"
            })
    void whoeverWasImportedSignsInAndTheHashBecomesOurs(String hash) {
        String id = UUID.randomUUID().toString();
        Answer answer = lines(
                "",
                "{\"username\":\"" + name + "\",\"user_id\":\"" + id + "\",\"password_hash\":\"" + hash
                        + "\",\"roles\":[\"user\"],\"created_at\":\"2019-05-01T10:00:00+02:00\"}");

        assertEquals(200, answer.status());
        assertEquals(LINES, answer.header("Content-Type").orElseThrow());
        JsonObject line = json(answer).get(0);
        assertEquals("created", line.getString("status"));
        assertEquals(id, line.getString("user_id"));
        assertEquals(hash, exported(name).getString("password_hash"));
        assertEquals("2019-05-01T08:00:00Z", exported(name).getString("created_at"));
        assertEquals(401, login(name, "another password entirely").status());
        assertEquals(200, login(name, Session.PASSWORD).status());
        assertTrue(exported(name).getString("password_hash").startsWith("$argon2id$v=19$"));
        assertEquals(200, login(name, Session.PASSWORD).status(), "by the new hash");
    }

    @Test
    void theSameAgainDoesNoHarm() {
        String line =
                account(name, ",\"email\":\"" + name + "@example.com\",\"attributes\":{\"team\":\"blue\",\"n\":1}");
        assertEquals(List.of("created"), statuses(lines("", line)));
        login(name, Session.PASSWORD);
        String hash = exported(name).getString("password_hash");

        assertEquals(List.of("unchanged"), statuses(lines("", line)));
        assertEquals(List.of("unchanged"), statuses(lines("?update=true", line)));
        assertEquals(hash, exported(name).getString("password_hash"), "a password is never put back");
    }

    @Test
    void whatDiffersIsChangedOnlyWhenThatIsWanted() {
        lines("", account(name, ""));
        Session user = Session.of(name);
        String other = account(name, ",\"permissions\":[\"chat:write\"],\"language\":\"de\"");

        assertEquals(List.of("exists"), statuses(lines("", other)));
        assertEquals(List.of("exists"), statuses(lines("?dry_run=true", other)));
        assertEquals(List.of("updated"), statuses(lines("?update=true&dry_run=true", other)));
        assertEquals(200, user.user().status());
        assertEquals(List.of("updated"), statuses(lines("?update=true", other)));

        assertEquals(
                "[\"chat:write\"]", exported(name).getJsonArray("permissions").toString());
        assertEquals("de", exported(name).getString("language"));
        assertEquals("token_revoked", user.user().error(), "its rights have changed");
        assertEquals(List.of("updated"), statuses(lines("?update=true", account(name, ",\"enabled\":false"))));
        assertEquals("invalid_refresh_token", user.refreshRequest().send().error());
    }

    @Test
    void aDryRunSaysWhatWouldHappenAndStoresNothing() {
        assertEquals(
                List.of("created", "failed"),
                statuses(lines(
                        "?dry_run=true", account(name, ""), "{\"username\":\"" + name + "2\",\"roles\":[\"nix\"]}")));
        assertTrue(
                exportedLines("").noneMatch(line -> line.getString("username").startsWith(name)));
    }

    @Test
    void aMisspeltOptionImportsNothing() {
        assertEquals(400, lines("?dryrun=true", account(name, "")).status());
        assertEquals(400, lines("?dry_run=yes", account(name, "")).status());
        assertTrue(
                exportedLines("").noneMatch(line -> line.getString("username").equals(name)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{| invalid_request | not well-formed JSON",
                "[]| invalid_request | must be a JSON object",
                "{\"username\":\"NAME\",\"username\":\"x\"}| invalid_request | duplicate",
                "{\"username\":\"\"}| invalid_request | username",
                "{\"username\":\"a\\u200bb\"}| invalid_request | username",
                "{\"username\":\"NAME\",\"pasword_hash\":\"x\"}| invalid_request | pasword_hash: unknown member",
                "{\"username\":\"NAME\",\"password_hash\":\"$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc\"}"
                        + "| invalid_request | takes 4096 MiB of memory; at most 256",
                "{\"username\":\"NAME\",\"password_hash\":\"5f4dcc3b5aa765d61d8327deb882cf99\"}| invalid_request | PHC or crypt form",
                "{\"username\":\"NAME\",\"password\":\"password\"}| weak_password | password",
                "{\"username\":\"NAME\",\"password\":\"x\",\"password_hash\":\"$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG\"}"
                        + "| invalid_request | not beside",
                "{\"username\":\"NAME\",\"roles\":[\"no-such-role\"]}| invalid_request | no role 'no-such-role'",
                "{\"username\":\"NAME\",\"roles\":[\"a b\"]}| invalid_request | roles",
                "{\"username\":\"NAME\",\"permissions\":[\"a\\nb\"]}| invalid_request | permissions",
                "{\"username\":\"NAME\",\"email\":\"a@b\\nBcc: c@d\"}| invalid_request | email",
                "{\"username\":\"NAME\",\"email_verified\":true}| invalid_request | there is no email",
                "{\"username\":\"NAME\",\"user_id\":\"00000000-0000-0000-0000-000000000001\"}| invalid_request | user_id",
                "{\"username\":\"NAME\",\"created_at\":\"2999-01-01T00:00:00Z\"}| invalid_request | between 1970 and now",
                "{\"username\":\"NAME\",\"attributes\":{\"a\":{\"b\":1}}}| invalid_request | attributes",
                "{\"username\":\"NAME\",\"language\":\"fr\"}| invalid_request | language"
            })
    void aBadLineFailsAloneAndSaysWhy(String line, String error, String detail) {
        Answer answer = lines("", account(name + "a", ""), line.replace("NAME", name), account(name + "b", ""));

        assertEquals(List.of("created", "failed", "created"), statuses(answer));
        JsonObject failed = json(answer).get(1);
        assertEquals(2, failed.getInt("line"));
        assertEquals(error, failed.getString("error"));
        assertTrue(failed.getString("detail").contains(detail), failed.toString());
        JsonObject end = json(answer).get(3);
        assertEquals(3, end.getInt("lines"));
        assertEquals(1, end.getInt("failed"));
        assertTrue(end.getBoolean("complete"));
    }

    @Test
    void twoLinesOfOneNameAreTakenOneAfterTheOther() {
        assertEquals(
                List.of("created", "unchanged", "exists", "failed"),
                statuses(lines(
                        "",
                        account(name, ""),
                        account(name.toUpperCase(Locale.ROOT), ""),
                        account(name, ",\"permissions\":[\"a:b\"]"),
                        account(name, ",\"user_id\":\"" + UUID.randomUUID() + "\""))));
    }

    @Test
    void nobodyGetsTheIdOrAddressOfAnother() {
        String id = UUID.randomUUID().toString();
        String address = ",\"email\":\"" + name + "@example.com\"";
        Answer answer = lines(
                "",
                account(name, ",\"user_id\":\"" + id + "\"" + address),
                account(name + "2", ",\"user_id\":\"" + id + "\""),
                account(name + "3", address));

        assertEquals(List.of("created", "failed", "failed"), statuses(answer));
        assertEquals("email_taken", json(answer).get(2).getString("error"));
    }

    @Test
    void rolesAreMadeOnlyWhenThatIsWanted() {
        String line = "{\"username\":\"" + name + "\",\"roles\":[\"" + name + "\"]}";
        assertEquals(List.of("failed"), statuses(lines("", line)));
        assertEquals(List.of("created"), statuses(lines("?create_roles=true", line)));
        assertEquals("[\"" + name + "\"]", exported(name).getJsonArray("roles").toString());
    }

    @Test
    void anImportMakesNoMoreThanAHundredRoles() {
        String[] many = IntStream.range(0, 103)
                .mapToObj(i -> "{\"username\":\"" + name + i + "\",\"roles\":[\"" + name + i + "\"]}")
                .toArray(String[]::new);
        assertEquals(
                3,
                statuses(lines("?create_roles=true&dry_run=true", many)).stream()
                        .filter("failed"::equals)
                        .count());
    }

    @Test
    void theLastAdministratorIsNotDemoted() {
        String line = "{\"username\":\"admin\",\"roles\":[\"user\"]}";
        // other tests have administrators of their own: by name one of them
        assertEquals(List.of("exists"), statuses(lines("", line)));
    }

    @Test
    void marksBlankLinesAndBothEndsOfLineAreTaken() {
        String body = "\ufeff" + account(name, "") + "\r\n\r\n  \n" + account(name + "2", "") + "\n"
                + account(name + "3", ""); // without an end
        Answer answer = send("", LINES, body);

        assertEquals(List.of("created", "created", "created"), statuses(answer));
        assertEquals(
                List.of(1, 4, 5),
                json(answer).stream().limit(3).map(line -> line.getInt("line")).toList());
    }

    @Test
    void anEndlessLineFailsAloneAtConstantMemory() {
        Answer answer = lines(
                "", account(name, ""), "{\"username\":\"" + "x".repeat(3_000_000) + "\"}", account(name + "2", ""));

        assertEquals(List.of("created", "failed", "created"), statuses(answer));
        assertEquals("too_large", json(answer).get(1).getString("error"));
    }

    @Test
    void onlyAdministratorsMayAndOnlyLinesAreTaken() {
        Session user = Session.ofNewUser();
        assertEquals(
                "insufficient_permissions",
                user.with(user.client.post("/admin/api/users/import"))
                        .body(LINES, account(name, "").getBytes(StandardCharsets.UTF_8))
                        .send()
                        .error());
        assertEquals(
                "insufficient_permissions",
                user.with(user.client.get("/admin/api/users/export")).send().error());
        assertEquals(415, send("", "application/json", account(name, "")).status());
        assertEquals(
                "origin_not_allowed",
                admin.with(admin.client.post("/admin/api/users/import"))
                        .header("Origin", "https://evil.example")
                        .body(LINES, account(name, "").getBytes(StandardCharsets.UTF_8))
                        .send()
                        .error());
        assertTrue(
                exportedLines("").noneMatch(line -> line.getString("username").equals(name)));
    }

    @Test
    void eventsComeForAClientThatReadsWhileItSends() {
        Answer answer = admin.with(admin.client.post("/admin/api/users/import"))
                .header("Accept", "text/event-stream")
                .body(LINES, (account(name, "") + "\n{").getBytes(StandardCharsets.UTF_8))
                .send();

        assertEquals(200, answer.status());
        assertEquals(
                "text/event-stream", answer.header("Content-Type").orElseThrow().split(";")[0]);
        assertTrue(answer.body().startsWith("event: line\ndata: {\"line\":1,\"status\":\"created\""), answer.body());
        assertTrue(answer.body().contains("event: progress\ndata: {\"lines\":2,\"created\":1"), answer.body());
        assertTrue(answer.body().contains("event: end\ndata: {\"lines\":2,"), answer.body());
    }

    /** Half of the lines are stored before the other half is sent, which nobody waits for. */
    @Test
    @Timeout(60)
    void eventsAndAccountsAreThereWhileTheRequestGoesOn() throws IOException {
        try (Socket socket = socket()) {
            OutputStream out = begin(socket, "text/event-stream");
            chunk(out, accounts(500));
            String first = new String(socket.getInputStream().readNBytes(4_000), StandardCharsets.UTF_8);

            assertTrue(first.contains("event: line"), first);
            assertEquals("overloaded", lines("", account(name, "")).error(), "one import at a time");
            chunk(out, accounts(1));
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            assertTrue(
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).contains("event: end"));
        }
    }

    @Test
    @Timeout(60)
    void aClientThatGoesLeavesWholeBatchesAndTheTurn() throws IOException {
        try (Socket socket = socket()) {
            chunk(begin(socket, LINES), accounts(600));
            Until.holds("a whole batch is stored", () -> {
                LockSupport.parkNanos(300_000_000); // or the administrator's quota would be used up
                return stored() == 500;
            });
        }
        Until.holds("the turn is free", () -> lines("", account(name, "")).status() == 200);
        assertEquals(500, stored(), "the batch that was whole");
    }

    private long stored() {
        return exportedLines("")
                .filter(line -> line.getString("username").startsWith(name + "n"))
                .count();
    }

    /** As many HTTP clients do: the answer is larger than what the connection's buffers hold. */
    @Test
    @Timeout(120)
    void aClientMaySendEverythingBeforeItReads() throws IOException {
        try (Socket socket = socket()) {
            OutputStream out = begin(socket, LINES);
            String failing = ("{\"username\":\"" + "x".repeat(64) + "\",\"" + "y".repeat(60) + "\":1}\n").repeat(1_000);
            for (int i = 0; i < 40; i++) {
                chunk(out, failing);
            }
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertTrue(answer.startsWith("HTTP/1.1 200"), answer.substring(0, Math.min(300, answer.length())));
            assertTrue(answer.contains("\"lines\":40000,"), "the last line");
        }
    }

    @Test
    void anExportIsAnImport() {
        lines(
                "",
                account(
                        name,
                        ",\"email\":\"" + name + "@example.com\",\"email_verified\":true,\"language\":\"de\","
                                + "\"permissions\":[\"chat:write\"],\"must_change_password\":true,"
                                + "\"attributes\":{\"list\":[\"a\",\"b\"],\"yes\":true,\"n\":1.5},"
                                + "\"created_at\":\"2020-01-01T00:00:00Z\""));
        JsonObject before = exported(name);
        String id = before.getString("user_id");
        assertEquals(
                204,
                admin.with(admin.client.request("DELETE", "/admin/api/users/" + id))
                        .send()
                        .status());

        assertEquals(List.of("created"), statuses(lines("", before.toString())));

        assertEquals(before, exported(name));
        assertEquals(BCRYPT, before.getString("password_hash"));
        assertFalse(exportedLines("")
                .filter(line -> line.getString("username").equals(name))
                .findFirst()
                .orElseThrow()
                .containsKey("password_hash"));
    }

    @Test
    void hashesAreForARecentSignInAlone() {
        assumeTrue(SharedServer.STORE.equals("redis"), "sets back a session's age");
        Session other = Session.of(Session.newUser("admin"));
        SharedServer.get().openedAgo(other, Duration.ofMinutes(20));

        Answer refused = other.with(other.client.get("/admin/api/users/export?hashes=true"))
                .send();

        assertEquals(ErrorCode.INSUFFICIENT_USER_AUTHENTICATION.code(), refused.error());
        assertEquals(
                200,
                other.with(other.client.get("/admin/api/users/export")).send().status());
    }

    private Socket socket() throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(admin.client.address(), 0));
        socket.connect(new InetSocketAddress("localhost", SharedServer.get().port()));
        return socket;
    }

    private OutputStream begin(Socket socket, String accept) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(("POST /admin/api/users/import HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: " + accept
                        + "\r\nUser-Agent: Test/1.0\r\nAuthorization: Bearer " + admin.accessToken
                        + "\r\nCookie: session_id="
                        + admin.handle + "\r\nContent-Type: " + LINES + "\r\nTransfer-Encoding: chunked\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        return out;
    }

    private static void chunk(OutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(bytes);
        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private String accounts(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> account(name + "n" + count + "-" + i, "") + "\n")
                .collect(Collectors.joining());
    }

    private static String account(String username, String members) {
        return "{\"username\":\"" + username + "\",\"password_hash\":\"" + BCRYPT + "\",\"roles\":[\"user\"]" + members
                + "}";
    }

    private Answer lines(String query, String... lines) {
        return send(query, LINES, String.join("\n", lines) + "\n");
    }

    private Answer send(String query, String type, String body) {
        return admin.with(admin.client.post("/admin/api/users/import" + query))
                .body(type, body.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    private static List<JsonObject> json(Answer answer) {
        return answer.body()
                .lines()
                .map(line -> new Answer(200, List.of(), line).json())
                .toList();
    }

    private static List<String> statuses(Answer answer) {
        assertEquals(200, answer.status(), answer.body());
        List<JsonObject> lines = json(answer);
        return lines.subList(0, lines.size() - 1).stream()
                .map(line -> line.getString("status"))
                .toList();
    }

    private JsonObject exported(String username) {
        return exportedLines("?hashes=true")
                .filter(line -> line.getString("username").equals(username))
                .findFirst()
                .orElseThrow();
    }

    private Stream<JsonObject> exportedLines(String query) {
        Answer answer =
                admin.with(admin.client.get("/admin/api/users/export" + query)).send();
        assertEquals(200, answer.status(), answer.body());
        return json(answer).stream();
    }

    private static Answer login(String username, String password) {
        return Session.login(new Client(), username, password).send();
    }
}

package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.Seed;
import com.nimbusds.jwt.JWTClaimsSet;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever a request holds, it is not answered with a server error: each claim, parameter, header and body member in
 * turn takes each of the {@link Hostile} values. Random ones are those of the {@link Seed}.
 */
@Tag("fault-28")
@Tag("one-store")
class NoServerErrorIT {
    private static final int USES = 90; // of the 100 requests that each subject has in a minute

    private final Hostile hostile = new Hostile(Seed.random());
    private final List<String> serverErrors = new ArrayList<>();
    private final Map<Integer, Integer> answers = new TreeMap<>();
    private final Callers users = new Callers("user");
    private final Callers admins = new Callers("admin", "user");

    @AfterEach
    void thereWasNoneAndMostWereLookedAt() {
        int all = answers.values().stream().mapToInt(Integer::intValue).sum();
        assertTrue(answers.getOrDefault(429, 0) <= all / 4, answers::toString);
        assertEquals(List.of(), serverErrors.stream().distinct().limit(20).toList(), "-Dit.seed=" + Seed.VALUE);
    }

    @Test
    void noClaimIsAnsweredWithAServerError() {
        Session session = Session.ofNewUser();
        String header = Forger.text(session.accessToken, 0);
        Map<String, String> claims = members(session.claims());
        List<String> names = new ArrayList<>(claims.keySet());
        names.addAll(List.of("cnf", "act", "amr"));
        for (String name : names) {
            for (String value : hostile.json(15, 10)) {
                present(
                        session,
                        name + "=" + value,
                        Forger.signedByTheServer(header, object(with(claims, name, value))));
            }
            present(session, "no " + name, Forger.signedByTheServer(header, object(with(claims, name, null))));
        }
        for (String value : hostile.json(15, 10)) { // of two claims that must be equal
            Map<String, String> both = with(with(claims, "roles", value), "groups", value);
            present(session, "roles and groups=" + value, Forger.signedByTheServer(header, object(both)));
        }
    }

    /** Of a subject that no account of ours can have, though the signature is good. */
    @Test
    void aSubjectThatIsNoUuidIsAnInvalidToken() {
        Session session = Session.ofNewUser();
        String id = session.claims().getString("sub");
        for (String subject : List.of("x", "1-1-1-1-1", id.toUpperCase(Locale.ROOT), id + " ", session.username)) {
            invalid(session, claims -> claims.subject(subject));
        }
    }

    /** Of a session whose name is that of another key of the store. */
    @Test
    void aSessionIdOfAnotherFormIsAnInvalidToken() {
        Session session = Session.ofNewUser();
        assertEquals(200, session.refresh().status()); // there is a window of refreshes now
        String sid = session.claims().getString("sid");
        for (String other : List.of(sid + ":refresh", sid.substring(1), sid + "A", "*")) {
            invalid(session, claims -> claims.claim("sid", other));
        }
    }

    private static void invalid(Session session, UnaryOperator<JWTClaimsSet.Builder> change) {
        String token = Forger.signedByTheServer(session.accessToken, change);
        for (String path : List.of("GET /api/user", "GET /auth/verify", "POST /auth/logout")) {
            String[] target = path.split(" ");
            Client.Answer answer =
                    session.client.request(target[0], target[1]).bearer(token).send();
            assertEquals(401, answer.status(), path);
            assertEquals("invalid_token", answer.error(), path);
        }
    }

    @Test
    void noTokenHeaderIsAnsweredWithAServerError() {
        Session session = Session.ofNewUser();
        String claims = Forger.text(session.accessToken, 1);
        Map<String, String> header = members(Session.part(session.accessToken, 0));
        for (String name : List.of("alg", "kid", "typ", "crit", "jwk", "zip")) {
            for (String value : hostile.json(10, 3)) {
                present(
                        session,
                        name + "=" + value,
                        Forger.signedByTheServer(object(with(header, name, value)), claims));
            }
        }
    }

    @Test
    void noBodyMemberIsAnsweredWithAServerError() {
        String client = new Client().address();
        String password = "\"" + Session.PASSWORD + "\"";
        String own = "/admin/api/users/" + Session.ofNewUser().claims().getString("sub");

        Map<String, String> login = Map.of("username", "\"nobody\"", "password", "\"x\"", "delivery", "\"body\"");
        members("POST", "/auth/login", login, body -> send(client, "POST", "/auth/login", List.of(), body));
        for (String path : List.of("/auth/refresh", "/auth/logout")) {
            Map<String, String> token = Map.of("refresh_token", "\"x\"");
            members("POST", path, token, body -> send(client, "POST", path, List.of(), body));
        }
        Map<String, String> change = Map.of("current_password", "\"x\"", "new_password", "\"short\"", "delivery", "1");
        members("POST", "/auth/password", change, body -> as(users.next(), "POST", "/auth/password", body));
        Map<String, String> account = new LinkedHashMap<>();
        account.put("username", "\"admin\"");
        account.put("password", password);
        account.put("roles", "[\"user\"]");
        account.put("permissions", "[\"chat:write\"]");
        account.put("enabled", "true");
        members("POST", "/admin/api/users", account, body -> asAdmin("POST", "/admin/api/users", body));
        Map<String, String> patch = new LinkedHashMap<>(account);
        patch.remove("username");
        patch.put("password", "\"short\"");
        members("PATCH", own, patch, body -> asAdmin("PATCH", own, body));
        patch.keySet().stream().filter(name -> !name.equals("password")).forEach(name -> {
            for (String value : hostile.json(10, 3)) {
                report("PATCH " + name + "=" + value, asAdmin("PATCH", own, object(Map.of(name, value))));
            }
        });
        String role = "/admin/api/roles/r-" + UUID.randomUUID();
        members("PUT", role, Map.of("permissions", "[]"), body -> asAdmin("PUT", role, body));
        asAdmin("DELETE", role, "");
        String key = "/admin/api/keys/none/compromise";
        members("POST", key, Map.of("keep_next", "true"), body -> asAdmin("POST", key, body));
    }

    @Test
    void noParameterIsAnsweredWithAServerError() {
        String stranger = new Client().address();
        for (String text : hostile.texts(25, 5)) {
            for (String value : List.of(encoded(text), text.replaceAll("[^!-~]|[?#]", "%"))) {
                for (String parameter : List.of("query", "limit", "cursor")) {
                    parameter("GET", "/admin/api/users?" + parameter + "=" + value, "");
                }
                parameter("GET", "/admin/api/users/" + value, "");
                parameter("PATCH", "/admin/api/users/" + value, "{}");
                parameter("DELETE", "/admin/api/users/" + value, "");
                parameter("POST", "/admin/api/users/" + value + "/unlock", "");
                parameter("GET", "/admin/api/users/" + value + "/sessions", "");
                parameter("DELETE", "/admin/api/users/" + value + "/sessions", "");
                parameter("DELETE", "/admin/api/roles/zz" + value, "");
                parameter("PUT", "/admin/api/roles/zz" + value, "{\"permissions\":[]}");
                parameter("DELETE", "/admin/api/roles/zz" + value, "");
                parameter("POST", "/admin/api/keys/" + value + "/compromise", "{}");
                report("sid " + value, as(users.next(), "DELETE", "/auth/sessions/" + value, ""));
                for (String path :
                        List.of("/auth/verify?permission=", "/auth/verify?role=", "/auth/verify/", "/api/")) {
                    report(path + value, as(users.next(), "GET", path + value, ""));
                }
                for (String path :
                        List.of("/", "/.well-known/", "/v1/", "/auth/jwks?x=", "/health/", "/openapi?format=")) {
                    report(path + value, send(stranger, "GET", path + value, List.of(), ""));
                }
            }
        }
    }

    @Test
    void noHeaderIsAnsweredWithAServerError() {
        List<String> plain = List.of(
                "GET /auth/jwks",
                "GET /",
                "POST /auth/login",
                "POST /auth/refresh",
                "OPTIONS /auth/login",
                "GET /none");
        for (String name : List.of(
                "Accept",
                "Accept-Encoding",
                "Accept-Language",
                "Access-Control-Request-Headers",
                "Access-Control-Request-Method",
                "Authorization",
                "Content-Encoding",
                "Content-Language",
                "Content-Type",
                "Cookie",
                "Forwarded",
                "From",
                "Host",
                "Idempotency-Key",
                "If-Match",
                "If-Modified-Since",
                "If-None-Match",
                "If-Range",
                "If-Unmodified-Since",
                "Origin",
                "Range",
                "Referer",
                "Sec-Fetch-Site",
                "Session-Handle",
                "User-Agent",
                "X-Forwarded-For",
                "X-Forwarded-Host",
                "X-Forwarded-Prefix",
                "X-Forwarded-Proto",
                "X-HTTP-Method-Override",
                "X-Request-Id")) {
            List<String> values = new ArrayList<>(hostile.texts(15, 5));
            values.addAll(List.of(
                    "Bearer",
                    "Bearer x",
                    "Basic =",
                    "a=b; session_id=x; refresh_token=\"; device=,",
                    "$Version=1; session_id=x",
                    "application/json; charset=\"",
                    "multipart/form-data",
                    "text/html;q=x, */*;q=2",
                    "bytes=-1-2,9999999999999999999-",
                    "Sat, 99 Foo 2026 99:99:99 GMT",
                    "W/\"",
                    "https://[",
                    "for=\"[::1",
                    IntStream.range(0, 60).mapToObj(i -> i + "x".repeat(100)).collect(Collectors.joining(",")),
                    "[::1]:99999"));
            for (String text : values) {
                String value = text.replaceAll("[\r\n\0]", " ");
                String[] target = hostile.oneOf(plain).split(" ");
                List<String> headers = new ArrayList<>(List.of(name + ": " + value));
                if (target[0].equals("OPTIONS") && !name.equals("Origin")) {
                    headers.add("Origin: " + SharedServer.CORS_ORIGIN);
                }
                report(
                        target[0] + ' ' + target[1] + ' ' + headers,
                        send("127.9.0.9", target[0], target[1], headers, target[0].equals("POST") ? "{}" : ""));
            }
        }
    }

    /** RFC 9110 section 8.4.1: codings are tokens. */
    @Test
    void aContentEncodingThatIsNoTokenIsABadRequest() {
        String client = new Client().address();
        for (String value : List.of("\u00e9", "\ufffd", "\ud83d\ude00".repeat(64), "\u00a0gzip", "gzip, \u00e9")) {
            List<String> header = List.of("Content-Encoding: " + value);
            for (String path : List.of("/auth/login", "/auth/refresh", "/api/chat/completions", "/none")) {
                assertEquals(400, send(client, "POST", path, header, "{}"), path + ' ' + value);
            }
            assertEquals(400, send(client, "GET", "/auth/jwks", header, ""), value);
        }
        assertEquals(401, send(client, "GET", "/api/user", List.of("Content-Language: \u00e9"), ""));
    }

    /** RFC 9112 section 3.2; no answer may look like a yes. */
    @Test
    void aHostThatCannotBeReadIsABadRequest() {
        String client = new Client().address();
        for (String host : List.of("", " ", ":80", "a:b:c", "a:-1", "a:80\u00e9")) {
            for (String path : List.of("/", "/api/user", "/admin/api/users", "/auth/jwks", "/auth/verify", "/none")) {
                assertEquals(400, send(client, "GET", path, List.of("Host: " + host), ""), path + " of " + host);
            }
        }
        for (String host : List.of("a", "a:", "a:99999", "[::1]:80")) {
            assertEquals(401, send(client, "GET", "/api/user", List.of("Host: " + host), ""), host);
        }
    }

    @FunctionalInterface
    private interface Sending {
        int send(String body);
    }

    /** Each member alone takes each value, and none; the others stay as they are. */
    private void members(String method, String path, Map<String, String> good, Sending sending) {
        for (String name : good.keySet()) {
            for (String value : hostile.json(10, 3)) {
                report(method + ' ' + path + ' ' + name + '=' + value, sending.send(object(with(good, name, value))));
            }
            report(method + ' ' + path + " no " + name, sending.send(object(with(good, name, null))));
        }
        for (String value : hostile.json(10, 3)) {
            report(method + ' ' + path + ' ' + value, sending.send(value.isEmpty() ? " " : value));
        }
    }

    private void parameter(String method, String path, String body) {
        report(method + ' ' + path, asAdmin(method, path, body));
    }

    /** Wherever an access token is read. */
    private void present(Session session, String what, String token) {
        String bearer = "Authorization: Bearer " + token;
        String address = session.client.address();
        report("/api/user " + what, send(address, "GET", "/api/user", List.of(bearer), ""));
        String[] other = hostile.oneOf(List.of(
                        "GET /auth/verify",
                        "GET /auth/sessions",
                        "POST /auth/logout",
                        "POST /auth/refresh",
                        "GET /admin/api/users"))
                .split(" ");
        report(
                other[1] + ' ' + what,
                send(address, other[0], other[1], List.of(bearer, "Cookie: refresh_token=x"), ""));
    }

    private int as(Session session, String method, String path, String body) {
        return send(
                session.client.address(),
                method,
                path,
                List.of("Authorization: Bearer " + session.accessToken, "Cookie: session_id=" + session.handle),
                body);
    }

    private int asAdmin(String method, String path, String body) {
        return as(admins.next(), method, path, body);
    }

    /** Somebody else each time that a quota is nearly used up. */
    private static final class Callers {
        private final String[] roles;
        private Session session;
        private int uses;

        Callers(String... roles) {
            this.roles = roles;
        }

        Session next() {
            if (uses++ % USES == 0) {
                session = Session.of(Session.newUser(roles));
            }
            return session;
        }
    }

    private void report(String what, int status) {
        answers.merge(status, 1, Integer::sum);
        if (status >= 500) {
            String printable = what.replaceAll("[^ -~]", "?");
            serverErrors.add(status + " to " + printable.substring(0, Math.min(200, printable.length())));
        }
    }

    private static int send(String address, String method, String path, List<String> headers, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(method + ' ' + path + " HTTP/1.1\r\nConnection: close\r\n");
        head.append("Content-Length: ").append(bytes.length).append("\r\n");
        for (String ours : List.of("Host: localhost", "User-Agent: Test/1.0", "Content-Type: application/json")) {
            if (headers.stream().noneMatch(header -> header.startsWith(ours.split(" ")[0]))) {
                head.append(ours).append("\r\n");
            }
        }
        headers.forEach(header -> head.append(header).append("\r\n"));
        try (Socket socket = new Socket(
                InetAddress.getByName("127.0.0.1"), SharedServer.get().port(), InetAddress.getByName(address), 0)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(bytes);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(answer.startsWith("HTTP/1.1 "), () -> head + "\n" + answer);
            return Integer.parseInt(answer.substring(9, 12));
        } catch (IOException e) {
            throw new UncheckedIOException(head.toString(), e);
        }
    }

    private static Map<String, String> members(JsonObject object) {
        Map<String, String> members = new LinkedHashMap<>();
        object.forEach((name, value) -> members.put(name, value.toString()));
        return members;
    }

    /** @param value null takes the member away */
    private static Map<String, String> with(Map<String, String> members, String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(members);
        if (value == null) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        return changed;
    }

    private static String object(Map<String, String> members) {
        return members.entrySet().stream()
                .map(member -> "\"" + member.getKey() + "\":" + member.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

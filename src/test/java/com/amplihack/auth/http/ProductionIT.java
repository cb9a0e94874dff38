package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.database.StartedPostgres;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.store.TestRedis;
import de.mkammerer.argon2.Argon2Factory;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** No profile, everything by environment: PostgreSQL, Redis, an encrypted key, the specification's names. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("one-store")
class ProductionIT {
    private static final String PASSWORD = "a password of the operator";
    private static final String SESSION_COOKIE = "__Host-session_id";

    private final Path home = ServerProcess.freshDirectory("production");
    private final int httpsPort = ServerProcess.freePort();
    private TestRedis redis;
    private EmbeddedPostgres postgres;
    private ServerProcess server;

    @BeforeAll
    void start() throws IOException {
        redis = TestRedis.start();
        postgres = StartedPostgres.start();
        server = ServerProcess.start(
                        ServerProcess.freePort(), Map.of(), environment(), "--sslport", Integer.toString(httpsPort))
                .ready();
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
        postgres.close();
        redis.close();
    }

    @Test
    @Order(1)
    @Tag("fault-42")
    void environmentAloneRunsItOnPostgresAndRedis() throws Exception {
        Client client = Client.behindTls(server.port());
        Answer login = login(client);

        assertEquals(200, login.status());
        assertEquals(300, login.json().getInt("expires_in"));
        assertTrue(login.setCookie("__Secure-refresh_token").contains("Max-Age=172800"));
        assertTrue(login.setCookie(SESSION_COOKIE).contains("Path=/;"));
        String token = login.json().getString("access_token");
        assertEquals("https://issuer.example", Session.part(token, 1).getString("iss"));
        assertEquals("another-api", Session.part(token, 1).getString("aud"));
        assertEquals(200, user(client, login).status());
        assertEquals(200, user(client, login).status());
        assertTrue(server.output().contains("First account: root, password: as configured"));
        assertFalse(server.output().contains(PASSWORD));
        assertTrue(Files.readString(home.resolve("keys/jwt_private.pem")).contains("ENCRYPTED PRIVATE KEY"));
        assertEquals(1, count("select count(*) from auth_account"));
    }

    @Test
    @Order(2)
    void withoutAnUpstreamTheProxySaysSo() {
        Client client = Client.behindTls(server.port());
        Answer admin = login(client);
        as(admin, client.request("PUT", "/admin/api/roles/admin"))
                .json("{\"permissions\":[\"chat:write\"]}")
                .send();
        Answer answer = as(login(client), client.post("/api/chat/completions"))
                .json("{}")
                .send();
        assertEquals(502, answer.status(), answer::body);
        assertEquals("no_upstream", answer.error());
    }

    private static Client.Request as(Answer login, Client.Request request) {
        return request.bearer(login.json().getString("access_token"))
                .cookie(SESSION_COOKIE, login.cookieValue(SESSION_COOKIE));
    }

    @Test
    @Order(2)
    @Tag("fault-44")
    void overTlsBrowsersAreToldToStayThere() throws Exception {
        HttpsURLConnection connection = (HttpsURLConnection) URI.create("https://localhost:" + httpsPort + "/auth/jwks")
                .toURL()
                .openConnection();
        connection.setSSLSocketFactory(trustingEverybody().getSocketFactory());
        connection.setHostnameVerifier((host, session) -> true);

        assertEquals(200, connection.getResponseCode());
        assertTrue(connection.getHeaderField("Strict-Transport-Security").startsWith("max-age=31536000;"));
        assertFalse(Client.behindTls(server.port())
                .get("/auth/jwks")
                .send()
                .header("Strict-Transport-Security")
                .isPresent());
    }

    @Test
    @Order(2)
    @Tag("fault-44")
    void noCredentialIsReadThatCameInClear() {
        Client proxy = Client.behindTls(server.port());
        Answer login = login(proxy);
        String token = login.json().getString("access_token");
        String refresh = "__Secure-refresh_token=" + login.cookieValue("__Secure-refresh_token");
        String session = SESSION_COOKIE + "=" + login.cookieValue(SESSION_COOKIE);
        Client inClear = new Client(server.port());
        for (Function<Client, Client.Request> request : List.<Function<Client, Client.Request>>of(
                client -> Session.login(client, "root", PASSWORD),
                client -> Session.login(client, "nobody", "whatever it is"),
                client -> client.post("/auth/refresh").header("Cookie", refresh + "; " + session),
                client -> client.post("/v1/auth/refresh").json("{\"refresh_token\":\"x\"}"),
                client -> client.post("/auth/logout").header("Cookie", refresh),
                client -> client.get("/api/user").bearer(token),
                client -> client.request("PUT", "/auth/verify/a").bearer(token),
                client -> client.get("/auth/jwks").bearer(token),
                client -> client.get("/api/user").header("x-api-key", "amp_something"),
                client -> client.get("/api/user").header("Session-Handle", login.cookieValue(SESSION_COOKIE)),
                client -> client.get("/").header("Cookie", "a=b; " + session))) {
            assertTlsRequired(request.apply(inClear));
            assertTlsRequired(request.apply(inClear).header("X-Forwarded-Proto", "http"));
            assertTlsRequired(request.apply(inClear).header("Forwarded", "proto=http"));
            assertTlsRequired(request.apply(proxy).header("X-Forwarded-Proto", "http"));
            assertTlsRequired(request.apply(proxy).header("Forwarded", "for=192.0.2.7;proto=http"));
            assertTlsRequired(request.apply(new Client(server.port(), "127.2.0.1"))
                    .header("X-Forwarded-Proto", "https")
                    .header("Forwarded", "proto=https"));
        }
        assertTlsRequired(inClear.get("/admin/api/users").bearer(token));
        assertEquals(200, proxy.get("/api/user").bearer(token).send().status(), "it was not used");
        assertEquals(200, refresh(proxy, login).status(), "nothing was rotated, nothing ended");
        for (String path : List.of("/", "/auth/jwks", "/health/ready")) {
            assertEquals(200, inClear.get(path).send().status(), path);
        }
        assertEquals("missing_token", inClear.get("/api/user").send().error());
    }

    private static void assertTlsRequired(Client.Request request) {
        Answer answer = request.send();
        assertEquals(403, answer.status(), answer::toString);
        assertEquals("tls_required", answer.error());
        assertEquals(List.of(), answer.headers("Set-Cookie"));
    }

    @Test
    @Order(2)
    void aSearchFindsEverySpellingAndNeverFailsOnPostgresEither() throws Exception {
        Client client = Client.behindTls(server.port());
        Answer admin = login(client);
        String name = "Zo\u00eb 100%_\\!";
        assertEquals(201, create(client, admin, name).status());

        for (String typed :
                List.of(name, "zoe\u0308 100%_\\! ", "\u00a0ZO\u00cb", "\uff3ao\u00eb", "ZOE\u0308 100%_")) {
            Answer found = search(client, admin, "query=" + URLEncoder.encode(typed, StandardCharsets.UTF_8));
            assertEquals(200, found.status(), typed);
            assertEquals(1, found.json().getJsonArray("items").size(), typed);
        }
        String id = Session.part(admin.json().getString("access_token"), 1).getString("sub");
        assertEquals(
                "root",
                as(admin, client.get("/admin/api/users/" + id.toUpperCase(Locale.ROOT)))
                        .send()
                        .json()
                        .getString("username"));
        for (String strange :
                List.of("%00", "a%00b", "%01", "%ff", "%ed%a0%80", "zo%25", "zo_", "%5c%25", "%22", "'", "!!")) {
            Answer found = search(client, admin, "query=" + strange);
            assertEquals(200, found.status(), strange);
            assertEquals(0, found.json().getJsonArray("items").size(), strange);
        }
        for (String contained : List.of("%25", "_", "%5c", "0%25_", "!")) {
            Answer found = search(client, admin, "query=" + contained);
            assertEquals(1, found.json().getJsonArray("items").size(), contained);
        }
        assertEquals(400, search(client, admin, "cursor=AAEC").status());
        assertEquals(
                404,
                as(admin, client.request("DELETE", "/admin/api/roles/a%01b"))
                        .send()
                        .status());
        execute("delete from auth_account where username <> 'root'");
    }

    private static Answer search(Client client, Answer admin, String parameters) {
        return as(admin, client.get("/admin/api/users?" + parameters)).send();
    }

    private static Answer create(Client client, Answer admin, String name) {
        return as(admin, client.post("/admin/api/users"))
                .json(Json.createObjectBuilder()
                        .add("username", name)
                        .add("password", PASSWORD)
                        .build()
                        .toString())
                .send();
    }

    @Test
    @Order(3)
    @Tag("fault-30")
    void aHashOfADecomposedPasswordStillOpensAndIsReplaced() throws Exception {
        Client client = Client.behindTls(server.port());
        assertEquals(201, create(client, login(client), "decomposed").status());
        String composed = "Zo\u00eb-k\u00f6nigin-57-und-mehr";
        String typed = Normalizer.normalize(composed, Normalizer.Form.NFD);
        String older =
                Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id, 16, 32).hash(3, 65536, 4, typed.toCharArray());
        String its = "password_hash from auth_account where username = 'decomposed'";
        execute("update auth_account set password_hash = '" + older + "' where username = 'decomposed'");

        assertEquals(
                401,
                Session.login(Client.behindTls(server.port()), "decomposed", composed)
                        .send()
                        .status());
        assertEquals(older, text("select " + its), "a failed login changes nothing");
        assertEquals(200, Session.login(client, "decomposed", typed).send().status());

        String fresh = text("select " + its);
        assertNotEquals(older, fresh);
        assertEquals(200, Session.login(client, "decomposed", composed).send().status());
        assertEquals(200, Session.login(client, "decomposed", typed).send().status());
        assertEquals(fresh, text("select " + its), "once is enough");
        execute("delete from auth_account where username <> 'root'");
    }

    /** As after a longer key or issuer: what fitted when it was given fits no more. */
    @Test
    @Order(3)
    @Tag("fault-35")
    void rightsThatFitNoMoreAreAClearRefusalAndTheSessionGoesOnWithoutThem() throws Exception {
        Client client = Client.behindTls(server.port());
        assertEquals(201, create(client, login(client), "loaded").status());
        Answer login = Session.login(client, "loaded", PASSWORD).send();
        execute("insert into auth_account_permission (account_id, permission)"
                + " select a.id, 'permission:number:' || n from auth_account a, generate_series(1, 250) n"
                + " where a.username = 'loaded'");

        for (Answer refused : List.of(
                refresh(client, login),
                Session.login(client, "loaded", PASSWORD).send())) {
            assertEquals(400, refused.status(), refused::body);
            assertEquals("invalid_request", refused.error());
            assertTrue(refused.json().getString("detail").startsWith("The roles and permissions of this account"));
        }
        assertTrue(server.output().contains("fit no token of 4096 characters"));
        String id = Session.part(login.json().getString("access_token"), 1).getString("sub");
        assertEquals(
                200,
                as(login(client), client.request("PATCH", "/admin/api/users/" + id))
                        .json("{\"enabled\":true}")
                        .send()
                        .status(),
                "what does not touch the rights can be changed");
        execute("delete from auth_account_permission");
        assertEquals(200, refresh(client, login).status(), "nothing was rotated");
        execute("delete from auth_account where username <> 'root'");
    }

    private static Answer refresh(Client client, Answer login) {
        return client.post("/auth/refresh")
                .header(
                        "Cookie",
                        SESSION_COOKIE + "=" + login.cookieValue(SESSION_COOKIE) + "; __Secure-refresh_token="
                                + login.cookieValue("__Secure-refresh_token"))
                .send();
    }

    @Test
    @Order(3)
    @Tag("fault-30")
    void aCorruptStoredHashIsAFailedLoginAndAnOperatorsLine() throws Exception {
        execute("create table kept as select id, password_hash from auth_account");
        execute("update auth_account set password_hash = '$argon2id$v=19$broken'");

        Answer answer = login(Client.behindTls(server.port()));

        assertEquals(401, answer.status());
        assertEquals("invalid_credentials", answer.error());
        assertTrue(server.output().contains("A stored password hash is corrupt"));
        execute("update auth_account a set password_hash = (select k.password_hash from kept k where k.id = a.id)");
    }

    @Test
    @Order(3)
    @Tag("fault-30")
    void aHashOfOlderParametersIsReplacedAtTheNextLogin() throws Exception {
        String older = Argon2Factory.create(Argon2Factory.Argon2Types.ARGON2id).hash(1, 64, 1, PASSWORD.toCharArray());
        execute("update auth_account set password_hash = '" + older + "'");
        Client client = Client.behindTls(server.port());

        assertEquals(401, Session.login(client, "root", PASSWORD + "x").send().status());
        assertEquals(older, text("select password_hash from auth_account"), "a failed login changes nothing");
        Answer login = login(client);

        assertEquals(200, login.status());
        String fresh = text("select password_hash from auth_account");
        assertTrue(fresh.startsWith("$argon2id$v=19$m=65536,t=3,p=4$"), fresh);
        assertEquals(200, user(client, login).status());
        assertEquals(200, login(client).status());
        assertEquals(fresh, text("select password_hash from auth_account"), "once is enough");
    }

    @Test
    @Order(4)
    void withoutItsDatabaseNobodySignsInAndWhoIsInGoesOn() throws Exception {
        Client client = Client.behindTls(server.port());
        Answer login = login(client);
        assertEquals(200, user(client, login).status());

        postgres.close();

        Answer refused = login(client);
        assertEquals(503, refused.status());
        assertEquals("store_unavailable", refused.error());
        assertTrue(refused.header("Retry-After").isPresent());
        assertEquals(200, user(client, login).status());
        assertEquals(200, client.get("/auth/jwks").send().status());
        Answer ready = client.get("/health/ready").send();
        assertEquals(503, ready.status());
        assertTrue(ready.body().contains("The database does not answer"));
        assertEquals(200, client.get("/health/live").send().status());
    }

    private static Answer login(Client client) {
        return Session.login(client, "root", PASSWORD).send();
    }

    private static Answer user(Client client, Answer login) {
        return client.get("/api/user")
                .bearer(login.json().getString("access_token"))
                .cookie(SESSION_COOKIE, login.cookieValue(SESSION_COOKIE))
                .send();
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private int count(String sql) throws SQLException {
        return Integer.parseInt(text(sql));
    }

    private String text(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertTrue(rows.next());
            return rows.getString(1);
        }
    }

    /** The certificate is Payara's own: here only the headers over TLS count. */
    private static SSLContext trustingEverybody() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        X509TrustManager everybody = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {
                // anybody
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {
                // anybody
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        context.init(null, new TrustManager[] {everybody}, null);
        return context;
    }

    private Map<String, String> environment() {
        return Map.ofEntries(
                Map.entry("AUTH_HOME", home.toString()),
                Map.entry("JWT_KEY_PATH", home.resolve("keys").toString()),
                Map.entry("JWT_KEY_PASSPHRASE", "a passphrase for the key"),
                Map.entry("JWT_ISSUER", "https://issuer.example"),
                Map.entry("JWT_AUDIENCE", "another-api"),
                Map.entry("JWT_ACCESS_TOKEN_MINUTES", "5"),
                Map.entry("JWT_REFRESH_TOKEN_DAYS", "2"),
                Map.entry("JWT_KEY_SIZE", "2048"),
                Map.entry("AUTH_TRUSTED_PROXIES", "127.1.0.0/16"),
                Map.entry("REDIS_HOST", "127.0.0.1"),
                Map.entry("REDIS_PORT", Integer.toString(redis.port())),
                Map.entry("REDIS_USERNAME", TestRedis.USER),
                Map.entry("REDIS_PASSWORD", redis.password()),
                Map.entry("ENABLE_JWT_AUTH", "true"),
                Map.entry("AUTH_MFA", "optional"), // MfaPolicyIT has what else is the default
                Map.entry("AUTH_BOOTSTRAP_USERNAME", "root"),
                Map.entry("AUTH_BOOTSTRAP_PASSWORD", PASSWORD),
                Map.entry("AUTH_DB_CLASS", "org.postgresql.ds.PGSimpleDataSource"),
                Map.entry("AUTH_DB_URL", "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres"),
                Map.entry("AUTH_DB_USER", "postgres"),
                Map.entry("AUTH_DB_PASSWORD", "postgres"));
    }
}

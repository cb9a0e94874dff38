package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.ops.AdminMXBean;
import com.amplihack.auth.store.TestRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.management.JMX;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What an operator does with a JMX console; on Payara Micro, whose JVM opens the port here, on this machine alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JmxIT {
    private static final String OPERATOR = "operator";
    private static final String PASSWORD = "a-password-of-jmx";

    private final Path home = ServerProcess.freshDirectory("jmx");
    private final Path users = ServerProcess.freshDirectory("jmx-users");
    private TestRedis redis;
    private ServerProcess server;
    private JMXConnector connector;
    private AdminMXBean admin;
    private Session root;

    @BeforeAll
    @SuppressWarnings("BanJNDI") // how JMX finds its own server, which is ours
    void start() throws Exception {
        redis = TestRedis.start();
        int port = ServerProcess.freePort();
        Map<String, String> properties = new HashMap<>(redis.properties());
        properties.putAll(Map.of(
                "mp.config.profile", "dev",
                "auth.home", home.toString(),
                "auth.store", SharedServer.STORE,
                "auth.lockout.threshold", "1",
                "jwt.key.size", "2048",
                "jwt.key.publish.seconds", "600"));
        properties.putAll(Map.of(
                "com.sun.management.jmxremote.port", Integer.toString(port),
                "com.sun.management.jmxremote.rmi.port", Integer.toString(port),
                "com.sun.management.jmxremote.host", "127.0.0.1",
                "java.rmi.server.hostname", "127.0.0.1",
                "com.sun.management.jmxremote.password.file", passwords().toString(),
                "com.sun.management.jmxremote.access.file", rights().toString(),
                "com.sun.management.jmxremote.ssl", "false"));
        server = ServerProcess.start(ServerProcess.freePort(), properties, Map.of("AUTH_API_LIMIT", "500"))
                .ready();
        connector = JMXConnectorFactory.connect(
                new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi"),
                Map.of(JMXConnector.CREDENTIALS, new String[] {OPERATOR, PASSWORD}));
        admin = JMX.newMXBeanProxy(
                connector.getMBeanServerConnection(), new ObjectName("amplihack.auth:type=Admin"), AdminMXBean.class);
        root = Session.of(server, "admin", server.firstPassword());
    }

    private Path passwords() throws IOException {
        Path file = Files.writeString(users.resolve("password"), OPERATOR + " " + PASSWORD + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private Path rights() throws IOException {
        return Files.writeString(users.resolve("access"), OPERATOR + " readwrite\n");
    }

    @Test
    void anOperationNamesTheUserOfTheConnection() throws IOException {
        Session eva = newUser();
        admin.endSessions(eva.username);

        String id = eva.claims().getString("sub");
        assertAudited("\"action\":\"end_sessions\"", id, "\"actor\":\"jmx:" + OPERATOR + '"');
    }

    @Test
    void theLoginLimitOfAnAddressIsLifted() throws IOException {
        Client stranger = new Client(server.port());
        for (int i = 0; i < 5; i++) {
            assertEquals(
                    401,
                    Session.login(stranger, "nobody", "a guess at it").send().status());
        }
        assertEquals(
                429,
                Session.login(stranger, "admin", server.firstPassword()).send().status());
        assertThrows(IllegalArgumentException.class, () -> admin.liftLoginLimit("localhost"));

        assertTrue(admin.liftLoginLimit(stranger.address()));

        assertEquals(
                200,
                Session.login(stranger, "admin", server.firstPassword()).send().status());
        assertFalse(admin.liftLoginLimit(stranger.address()));
        assertAudited("\"action\":\"lift_login_limit\"", stranger.address());
    }

    @AfterAll
    void stop() throws IOException {
        connector.close();
        server.close();
        redis.close();
    }

    @Test
    void theCountersTellWhatHappened() {
        long logins = admin.getLogins();
        long admitted = admin.getRequestsAdmitted();
        long refused = admin.getRequestsRefused();
        Session eva = newUser();
        eva.user();
        eva.client.get("/api/user").bearer("x").send();
        assertEquals(1, admin.getLogins() - logins);
        assertEquals(2, admin.getRequestsAdmitted() - admitted, "the account's making, and its own");
        assertEquals(1, admin.getRequestsRefused() - refused);
        assertTrue(admin.getTokensIssued() >= 2);
        assertEquals(SharedServer.STORE, admin.getSessionStore());
        assertTrue(admin.getLiveSessions() >= 1);
        long keys = admin.getApiKeys();
        eva.with(eva.client.post("/auth/api-keys")).json("{\"name\":\"x\"}").send();
        assertEquals(keys + 1, admin.getApiKeys());
    }

    @Test
    void whatTheEnvironmentSetsIsPinned() {
        String policy = root.with(root.client.get("/admin/api/policy")).send().body();
        assertTrue(policy.contains(
                "{\"name\":\"auth.api.limit\",\"value\":\"500\",\"source\":\"pinned by environment\",\"live\":true,"));
    }

    @Test
    void theSigningKeyIsTheOneThatSigns() {
        assertEquals(Session.part(root.accessToken, 0).getString("kid"), admin.getSigningKey());
    }

    @Test
    void aKeyThatIsTooYoungIsRefusedWithTheTimeAtWhichItIsNot() {
        long rotations = admin.getKeyRotations();
        IllegalStateException refused = assertThrows(IllegalStateException.class, admin::rotateKeys);
        assertTrue(refused.getMessage().contains("earliest_at: 20"), refused.getMessage());
        assertEquals(rotations, admin.getKeyRotations());
    }

    @Test
    void aUsersSessionsEnd() throws IOException {
        Session eva = newUser();
        assertEquals(1, admin.endSessions(eva.username.toUpperCase(Locale.ROOT)));
        assertEquals("token_revoked", eva.user().error());
        assertEquals("invalid_refresh_token", eva.refresh().error());
        assertAudited("\"action\":\"end_sessions\"", eva.claims().getString("sub"));
    }

    @Test
    void aLockedAccountIsUnlocked() throws IOException {
        Session eva = newUser();
        Client stranger = new Client(server.port());
        Session.login(stranger, eva.username, "not the password").send();
        assertEquals(
                401,
                Session.login(stranger, eva.username, Session.PASSWORD).send().status());

        assertTrue(admin.unlock(eva.username));

        assertEquals(
                200,
                Session.login(stranger, eva.username, Session.PASSWORD).send().status());
        assertFalse(admin.unlock(eva.username));
        assertAudited("\"unlocked_by\":\"jmx\"", eva.claims().getString("sub"));
    }

    @Test
    void nobodyOfThatNameIsSaidSo() {
        assertEquals(
                "There is no account with this name.",
                assertThrows(IllegalArgumentException.class, () -> admin.endSessions("nobody"))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> admin.unlock("\u0000"));
    }

    @Test
    void everySessionOfEverybodyIsOverWithinASecond() throws Exception {
        Session eva = newUser();
        Session adam = newUser();

        admin.revokeAll();

        Thread.sleep(1_000);
        for (Session session : List.of(eva, adam, root)) {
            assertEquals("token_revoked", session.user().error());
        }
        assertAudited("\"action\":\"revoke_all\"", "\"by\":\"jmx\"");
        root = Session.of(server, "admin", server.firstPassword());
    }

    private Session newUser() {
        return Session.of(server, Session.newUser(root, "user"), Session.PASSWORD);
    }

    private void assertAudited(String... parts) throws IOException {
        try (Stream<String> lines = Files.lines(home.resolve("audit.jsonl"))) {
            assertTrue(lines.anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
        }
    }
}

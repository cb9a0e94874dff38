package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.keys.SoftHsm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** A server whose private keys lie in a token of SoftHSM2; each test goes on where the last one ended. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("one-store")
@Tag("full")
class HsmIT {
    private static final String PASSWORD = "a password of the operator";
    private static final String TOKEN = "amplihack";

    private final Path home = ServerProcess.freshDirectory("hsm");
    private SoftHsm hsm;
    private int slot;
    private ServerProcess server;
    private Client client;
    private Session admin;

    @BeforeAll
    void start() throws IOException {
        assumeTrue(SoftHsm.isHere(), "No SoftHSM2 here: keys in an HSM are not tried.");
        hsm = SoftHsm.in(Files.createDirectories(home.resolve("softhsm")));
        slot = hsm.token(TOKEN);
        begin();
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    @Order(1)
    void tokensAreSignedInTheHsm() throws IOException {
        assertEquals(200, admin.user().status());
        assertTrue(client.get("/health/ready").send().body().contains("SunPKCS11-amplihack"));
        assertTrue(server.output().contains(" by SunPKCS11-amplihack, sessions in "), server::output);
        assertEquals("1", metric("jwt_signing_provider_info", "SunPKCS11-amplihack"));
        assertEquals("0", metric("jwt_signing_provider_info", "JDK"));
        try (Stream<Path> files = Files.list(home.resolve("keys"))) {
            assertEquals(
                    List.of("audit-anchor.pem", "audit-anchor.pub.pem"), // which sign no token
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".pem"))
                            .sorted()
                            .toList());
        }
    }

    @Test
    @Order(2)
    void aRotationRefusesNoTokenAndPublishesAnotherKey() {
        String before = admin.accessToken;

        await(() -> admin.with(client.post("/admin/api/keys/rotate")).send().status() == 201);

        assertEquals(200, admin.user().status());
        assertEquals(200, admin.refresh().status());
        assertNotEquals(kid(before), kid(admin.accessToken));
        assertEquals(200, admin.user().status());
        String jwks = client.get("/auth/jwks").send().body();
        assertEquals(3, jwks.split("\"kid\"", -1).length - 1);
        assertTrue(jwks.contains(kid(before)) && jwks.contains(kid(admin.accessToken)));
    }

    @Test
    @Order(3)
    void withoutTheHsmNobodySignsInAndWhoIsInGoesOn() throws IOException {
        Path inside = hsm.directoryOf(TOKEN);
        Path away = home.resolve("away");
        SoftHsm.moveObjects(inside, away);

        for (Answer refused : List.of(
                Session.login(client, "root", PASSWORD).send(),
                admin.refreshRequest().send())) {
            assertEquals(503, refused.status(), refused::toString);
            assertEquals("store_unavailable", refused.error());
            assertTrue(refused.header("Retry-After").isPresent());
        }
        assertEquals(200, admin.user().status());
        assertEquals(200, client.get("/auth/jwks").send().status());
        assertEquals(200, client.get("/health/live").send().status());
        Answer ready = client.get("/health/ready").send();
        assertEquals(503, ready.status());
        assertTrue(ready.body().contains("The HSM does not sign: logins and refreshes are refused."), ready::body);

        SoftHsm.moveObjects(away, inside);
        await(() -> client.get("/health/ready").send().status() == 200);
        assertEquals(200, admin.refresh().status(), "with the token that was refused");
        assertEquals(200, Session.of(server, "root", PASSWORD).user().status());
    }

    @Test
    @Order(4)
    void aRestartFindsTheKeysAgain() {
        String jwks = client.get("/auth/jwks").send().body();
        server.close();
        begin();
        assertEquals(jwks, client.get("/auth/jwks").send().body());
        assertTrue(jwks.contains(kid(admin.accessToken)));
        assertEquals(200, admin.user().status());
    }

    @Test
    @Order(5)
    void aWrongPinStopsTheDeploymentWithOneSentence() {
        server.close();
        ServerProcess refused = server("jwt.key.pkcs11.pin", "000000");
        assertEquals(1, refused.exitCode());
        assertTrue(
                refused.output()
                        .contains("Amplihack Auth cannot start: jwt.key.pkcs11.pin: the token does not accept it"),
                refused::output);
    }

    private void begin() {
        server = server("jwt.key.pkcs11.pin", SoftHsm.PIN).ready();
        client = new Client(server.port());
        admin = Session.of(server, "root", PASSWORD);
    }

    private ServerProcess server(String name, String value) {
        Map<String, String> properties = new HashMap<>(Map.ofEntries(
                Map.entry("mp.config.profile", "dev"),
                Map.entry("auth.home", home.toString()),
                Map.entry("auth.store", "memory"),
                Map.entry("auth.login.limit", "1000"),
                Map.entry("auth.bootstrap.username", "root"),
                Map.entry("auth.bootstrap.password", PASSWORD),
                Map.entry("jwt.key.size", "2048"),
                Map.entry("jwt.key.publish.seconds", "5"),
                Map.entry("jwt.binding.ip", "off"),
                Map.entry("jwt.key.store", "pkcs11"),
                Map.entry(
                        "jwt.key.pkcs11.library",
                        SoftHsm.library().orElseThrow().toString()),
                Map.entry("jwt.key.pkcs11.slot", Integer.toString(slot))));
        properties.put(name, value);
        return ServerProcess.start(ServerProcess.freePort(), properties, hsm.environment());
    }

    private String metric(String name, String provider) {
        return client.get("/metrics")
                .send()
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") && line.contains("provider=\"" + provider + "\""))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse("none");
    }

    private static String kid(String token) {
        return Session.part(token, 0).getString("kid");
    }

    private static void await(BooleanSupplier condition) {
        for (int i = 0; i < 600; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        throw new AssertionError("it never happened");
    }
}

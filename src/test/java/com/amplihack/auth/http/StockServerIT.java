package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.stock.StockApplication;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A resource server that knows nothing of us but {@code jwks.json} of the key directory, and keeps what it has read for
 * five minutes and more, as Payara's MicroProfile JWT does by default.
 */
@Tag("one-store")
@Tag("fault-33")
@Tag("full")
class StockServerIT {
    @Test
    void aServerThatReadTheKeySetBeforeARotationAcceptsWhatTheNewKeySigns() {
        Path home = ServerProcess.freshDirectory("stock");
        try (ServerProcess auth = ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.of(
                                "mp.config.profile", "dev",
                                "auth.home", home.toString(),
                                "auth.store", "memory",
                                "jwt.key.size", "2048",
                                "jwt.key.publish.seconds", "5"),
                        Map.of())
                .ready()) {
            Session admin = Session.of(auth, "admin", auth.firstPassword());
            try (ServerProcess stock =
                    ServerProcess.startOther(war(home.resolve("keys/jwks.json")), ServerProcess.freePort())) {
                Client client = new Client(stock.port());
                await(() -> who(client, admin) == 200); // it has read the key set now
                String first = kid(admin);

                await(() -> rotate(admin) == 201);
                admin.refresh();
                assertNotEquals(first, kid(admin));
                assertEquals(200, who(client, admin), "the new key was in what it read");

                await(() -> rotate(admin) == 201);
                admin.refresh();
                assertEquals(401, who(client, admin), "a key that came later it does not know: so 600 s by default");
            }
        }
    }

    private static Path war(Path jwks) {
        Path war = ServerProcess.freshDirectory("stock-war").resolve("stock.war");
        ShrinkWrap.create(WebArchive.class)
                .addPackage(StockApplication.class.getPackage())
                .addAsWebInfResource(
                        Path.of("src/main/webapp/WEB-INF/beans.xml").toFile(), "beans.xml")
                .addAsResource(
                        new StringAsset(String.join(
                                "\n",
                                "mp.jwt.verify.publickey.location=" + jwks.toUri(),
                                "mp.jwt.verify.issuer=https://api.amplihack.com",
                                "mp.jwt.verify.audiences=amplihack-api")),
                        "META-INF/microprofile-config.properties")
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        return war;
    }

    private static int who(Client client, Session session) {
        try {
            Answer answer = client.get("/who").bearer(session.accessToken).send();
            return answer.status();
        } catch (UncheckedIOException notYet) {
            return 0;
        }
    }

    private static int rotate(Session admin) {
        return admin.with(admin.client.post("/admin/api/keys/rotate")).send().status();
    }

    private static String kid(Session session) {
        return Session.part(session.accessToken, 0).getString("kid");
    }

    private static void await(BooleanSupplier condition) {
        for (int i = 0; i < 300; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        throw new AssertionError("it never happened");
    }
}

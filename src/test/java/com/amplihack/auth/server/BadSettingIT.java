package com.amplihack.auth.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an administrator mistypes, on a real Payara Server, over a restart. */
@Tag("one-store")
@Tag("full")
class BadSettingIT {
    private final PayaraServer server = PayaraServer.get();

    @AfterEach
    void repair() {
        set("auth.jwks.limit", "600");
        set("jwt.access.token.minutes", "15");
        await(() -> policyOfTheKeySet().startsWith("\"jwks\";q=600;"));
    }

    @Test
    void aBadLiveValueLeavesTheLastGoodOneInForceOverARestartAndEverythingSaysSo() throws IOException {
        set("auth.jwks.limit", "555");
        await(() -> policyOfTheKeySet().startsWith("\"jwks\";q=555;"));
        set("auth.jwks.limit", "many");
        set("auth.login.limitt", "3");
        String stranger = "auth.login.limitt is no setting of this service: did you mean auth.login.limit?";
        String logged = stranger + " (console (domain))";
        try {
            await(() -> count(server.log(), logged) == 1);
            server.asadmin("restart-domain", "amplihack");
            await(() -> ready().contains("\"settings\""));
            await(() -> !policyOfTheKeySet().isEmpty());
            assertFalse(server.log().contains("remain in this server's HTTP listeners"), "the stop left probes behind");

            assertTrue(policyOfTheKeySet().startsWith("\"jwks\";q=555;"), this::policyOfTheKeySet);
            String reason = "auth.jwks.limit must be a whole number of requests from 0 to 1000000, was 'many'";
            await(() -> ready().contains(stranger));
            assertTrue(ready().contains("a whole number of requests from 0 to 1000000"), this::ready);
            assertFalse(ready().contains("'many'"), "what was typed is for administrators");
            assertTrue(ready().startsWith("{\"status\":\"UP\""), this::ready);
            JsonObject policy = policy();
            String refused = policy.getJsonArray("refused").toString();
            assertTrue(refused.contains(reason) && refused.contains(stranger), refused);
            await(() -> audit().contains(stranger));
            assertTrue(audit().contains("\"event\":\"POLICY_REFUSED\"") && audit().contains(reason));
            assertEquals(2, count(server.log(), logged), "once in each process");
        } finally {
            server.asadmin("delete-config-property", "--source", "domain", "--propertyName", "auth.login.limitt");
        }
    }

    @Test
    void aBadValueThatIsNotLiveStopsTheStartAndNoScriptTakesTheServerForReady() {
        String size = "jwt.key.size";
        set(size, "1024");
        try {
            server.asadmin("restart-domain", "amplihack");
            // the server is there before its application
            await(() -> server.log().contains("Amplihack Auth cannot start: jwt.key.size must be"));
            openTheConsole();
            assertNotReady();
            assertEquals("not ready\n", server.functions("ready 2 || echo not ready"));
        } finally {
            set(size, "2048");
            server.asadmin("restart-domain", "amplihack");
            await(() -> ready().startsWith("{\"status\":\"UP\"") && ready().contains("\"keys\""));
        }
    }

    @Test
    void aServerWithoutTheServiceIsNotReadyThoughAnotherApplicationRuns() {
        openTheConsole();
        String version = server.functions("enabled_version").strip();
        server.asadmin("disable", version);
        try {
            assertNotReady();
        } finally {
            server.asadmin("enable", version);
        }
        await(() -> ready().startsWith("{\"status\":\"UP\"") && ready().contains("\"keys\""));
        assertTrue(ready().contains("{\"name\":\"deployed\",\"status\":\"UP\""), this::ready);
        assertEquals(404, server.operations().get("/readiness/").send().status());
    }

    /** Which counts as an application for Payara, once its first page is there. */
    private void openTheConsole() {
        await(() -> new Client(server.adminPort()).get("/").send().status() == 200);
    }

    private void assertNotReady() {
        Answer answer = server.operations().get("/health/ready").send();
        assertEquals(503, answer.status(), answer::body);
        assertTrue(
                answer.body().startsWith("{\"status\":\"DOWN\",\"checks\":[{\"name\":\"deployed\",\"status\":\"DOWN\""),
                answer::body);
        assertFalse(answer.body().contains("\"keys\""), answer::body);
    }

    private String ready() {
        try {
            return server.operations().get("/health/ready").send().body();
        } catch (UncheckedIOException notYet) {
            return "";
        }
    }

    private void set(String name, String value) {
        server.asadmin("set-config-property", "--source", "domain", "--propertyName", name, "--propertyValue", value);
    }

    private String policyOfTheKeySet() {
        try {
            return server.client()
                    .get("/auth/jwks")
                    .send()
                    .header("RateLimit-Policy")
                    .orElse("");
        } catch (UncheckedIOException notYet) {
            return "";
        }
    }

    private JsonObject policy() {
        var client = server.client();
        JsonObject tokens = server.login(client).json();
        Answer answer = client.get("/admin/api/policy")
                .bearer(tokens.getString("access_token"))
                .send();
        assertEquals(200, answer.status(), answer::body);
        return answer.json();
    }

    private String audit() {
        try {
            return Files.readString(server.home().resolve("audit.jsonl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    private static void await(BooleanSupplier condition) {
        for (int i = 0; i < 480 && !condition.getAsBoolean(); i++) {
            try {
                TimeUnit.MILLISECONDS.sleep(250);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        assertTrue(condition.getAsBoolean());
    }
}

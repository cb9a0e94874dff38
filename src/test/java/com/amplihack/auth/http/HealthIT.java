package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Tag("fault-44")
class HealthIT {
    @Test
    void readinessTellsOfEveryPart() {
        Answer answer = new Client().get("/health/ready").send();

        assertEquals(200, answer.status());
        Map<String, JsonObject> checks = checks(answer);
        assertTrue(checks.keySet().containsAll(Set.of("store", "database", "keys", "audit")), answer.body());
        assertEquals(
                SharedServer.STORE, checks.get("store").getJsonObject("data").getString("kind"));
        assertTrue(checks.get("database")
                .getJsonObject("data")
                .getString("product")
                .startsWith("H2"));
        assertTrue(checks.get("keys").getJsonObject("data").getString("warning").contains("jwt.key.passphrase"));
    }

    @Test
    void theConnectorIsGuarded() {
        JsonObject connector = checks(new Client().get("/health/ready").send()).get("connector");
        assertEquals("UP", connector.getString("status"));
        assertFalse(connector.toString().contains("warning"), connector.toString());
        assertFalse(connector.toString().contains("header_bytes"), connector.toString());
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void whereItRunsTheFastProviderSigns() {
        JsonObject keys = checks(new Client().get("/health/ready").send()).get("keys");
        assertEquals("AmazonCorrettoCryptoProvider", keys.getJsonObject("data").getString("provider"));
    }

    @Test
    @Tag("one-store")
    void anAbsentStoreIsToldAndLivenessDoesNotDependOnIt() {
        SharedServer.get().redisProxy().refuse();
        try {
            Answer ready = new Client().get("/health/ready").send();
            Answer live = new Client().get("/health/live").send();

            assertEquals(503, ready.status());
            assertEquals("DOWN", checks(ready).get("store").getString("status"));
            assertEquals("UP", checks(ready).get("database").getString("status"));
            assertEquals(200, live.status());
        } finally {
            SharedServer.get().mendRedis();
        }
    }

    private static Map<String, JsonObject> checks(Answer answer) {
        return answer.json().getJsonArray("checks").getValuesAs(JsonObject.class).stream()
                .collect(Collectors.toMap(check -> check.getString("name"), check -> check));
    }
}

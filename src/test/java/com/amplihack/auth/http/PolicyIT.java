package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code GET /admin/api/policy}; what changes at run time is tried on Payara Server ({@code LivePolicyIT}). */
class PolicyIT {
    @Test
    void everySettingIsListedWithItsSource() {
        Session admin = Session.admin();
        Answer answer = admin.with(admin.client.get("/admin/api/policy")).send();
        assertEquals(200, answer.status());
        assertEquals(Set.of("items", "refused", "next_cursor"), answer.json().keySet());
        assertEquals(JsonValue.NULL, answer.json().get("next_cursor"));
        List<JsonObject> items = answer.json().getJsonArray("items").getValuesAs(JsonObject.class);
        Set<String> members =
                Set.of("name", "value", "source", "live", "description", "default", "allowed", "example", "refused");
        items.stream()
                .filter(item -> !item.getString("name").equals("jwt.signing.provider"))
                .forEach(item -> assertEquals(members, item.keySet()));
        Map<String, JsonObject> policy =
                items.stream().collect(Collectors.toMap(item -> item.getString("name"), Function.identity()));

        assertItem(policy, "auth.trusted.proxies", SharedServer.TRUSTED_PROXIES, "pinned by system property", true);
        assertItem(policy, "jwt.access.token.minutes", "15", "default", true);
        assertItem(policy, "auth.cookie.prefix", "false", "profile default", false);
        assertEquals(
                "how long an access token is good",
                policy.get("jwt.access.token.minutes").getString("description"));
        assertEquals(
                "a whole number of minutes from 1 to 60",
                policy.get("jwt.access.token.minutes").getString("allowed"));
        assertEquals("15", policy.get("jwt.access.token.minutes").getString("default"));
        assertEquals("false", policy.get("auth.cookie.prefix").getString("default"), "in development");
        assertEquals(JsonValue.NULL, policy.get("redis.sentinel.nodes").get("value"));
        assertEquals("not set", policy.get("redis.sentinel.nodes").getString("source"));
        assertTrue(Set.of("AmazonCorrettoCryptoProvider", "JDK")
                .contains(policy.get("jwt.signing.provider").getString("value")));
    }

    @Test
    void secretsAreHidden() {
        Session admin = Session.admin();
        String body = admin.with(admin.client.get("/admin/api/policy")).send().body();
        assertTrue(body.contains("{\"name\":\"redis.password\",\"value\":\"***\""));
        assertTrue(body.contains("{\"name\":\"auth.proxy.upstream.authorization\",\"value\":\"***\""));
        assertFalse(body.contains(TestUpstream.AUTHORIZATION));
        assertFalse(body.contains("upstreams-own-key"));
    }

    @Test
    void itIsForAdministrators() {
        Session eva = Session.ofNewUser();
        assertEquals(
                "insufficient_permissions",
                eva.with(eva.client.get("/admin/api/policy")).send().error());
        assertEquals(
                "missing_token", new Client().get("/admin/api/policy").send().error());
    }

    private static void assertItem(
            Map<String, JsonObject> policy, String name, String value, String source, boolean live) {
        JsonObject item = policy.get(name);
        assertEquals(value, item.getString("value"));
        assertEquals(source, item.getString("source"));
        assertEquals(live, item.getBoolean("live"));
    }
}

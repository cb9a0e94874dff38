package com.amplihack.auth.apikey;

import com.amplihack.auth.store.KeyStore.KeyCopy;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** Spells what an API key may do for the store, which keeps it as it is. */
final class GrantJson {
    private GrantJson() {}

    static KeyCopy copy(KeyGrant grant) {
        var json = StrictJson.provider();
        JsonArrayBuilder budgets = json.createArrayBuilder();
        grant.budgets().forEach(budget -> budgets.add(of(budget)));
        String text = json.createObjectBuilder()
                .add("hash", grant.hash())
                .add("sub", grant.subject())
                .add("name", grant.username())
                .add("roles", json.createArrayBuilder(grant.roles()))
                .add("permissions", json.createArrayBuilder(grant.permissions()))
                .add("models", json.createArrayBuilder(grant.models()))
                .add("cidrs", json.createArrayBuilder(grant.cidrs()))
                .add("exp", grant.expiresAt().toEpochMilli())
                .add("budgets", budgets)
                .build()
                .toString();
        return new KeyCopy(grant.hash(), grant.expiresAt(), text);
    }

    private static JsonObjectBuilder of(Budget budget) {
        JsonObjectBuilder json = StrictJson.provider()
                .createObjectBuilder()
                .add("scope", budget.scope().name())
                .add("name", budget.name())
                .add("window", budget.window().name());
        budget.tokens().ifPresent(tokens -> json.add("tokens", tokens));
        budget.requests().ifPresent(requests -> json.add("requests", requests));
        return json;
    }

    /** Reads what {@link #copy} has spelled. */
    static KeyGrant read(String keyId, String text) {
        JsonObject json = StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
        return new KeyGrant(
                keyId,
                json.getString("hash"),
                json.getString("sub"),
                json.getString("name"),
                strings(json, "roles"),
                strings(json, "permissions"),
                strings(json, "models"),
                strings(json, "cidrs"),
                Instant.ofEpochMilli(json.getJsonNumber("exp").longValueExact()),
                json.getJsonArray("budgets").getValuesAs(GrantJson::budget));
    }

    private static Budget budget(JsonObject json) {
        return new Budget(
                Budget.Scope.valueOf(json.getString("scope")),
                json.getString("name"),
                number(json, "tokens"),
                number(json, "requests"),
                Budget.Window.valueOf(json.getString("window")));
    }

    private static OptionalLong number(JsonObject json, String name) {
        return json.containsKey(name)
                ? OptionalLong.of(json.getJsonNumber(name).longValueExact())
                : OptionalLong.empty();
    }

    private static List<String> strings(JsonObject json, String name) {
        JsonArray values = json.getJsonArray(name);
        return values.getValuesAs(JsonString::getString);
    }
}

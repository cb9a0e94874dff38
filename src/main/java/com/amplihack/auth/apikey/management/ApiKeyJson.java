package com.amplihack.auth.apikey.management;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.store.KeyStore.KeyUsed;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.util.Optional;

/** API keys as JSON for their owner and for administrators. */
public final class ApiKeyJson {
    private static final JsonProvider JSON = StrictJson.provider();

    /** Characters of the id in {@code prefix}, by which people recognize a key. */
    private static final int SHOWN = 4;

    private ApiKeyJson() {}

    /** A new key, with its secret. */
    public static JsonObjectBuilder of(NewKey made) {
        return of(made.record()).add("key", made.key().reveal());
    }

    /** A key without its secret. */
    public static JsonObjectBuilder of(KeyRecord key) {
        KeyTerms terms = key.terms();
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("key_id", key.id())
                .add("name", terms.name())
                .add("prefix", ApiKey.PREFIX + key.id().substring(0, SHOWN));
        terms.permissions()
                .ifPresentOrElse(
                        own -> json.add("permissions", JSON.createArrayBuilder(own)),
                        () -> json.addNull("permissions"));
        json.add("models", JSON.createArrayBuilder(terms.models()))
                .add("cidrs", JSON.createArrayBuilder(terms.cidrs()))
                .add("created_at", key.createdAt().toString())
                .add("expires_at", key.expiresAt().toString());
        terms.budget().ifPresentOrElse(budget -> json.add("budget", budget.json()), () -> json.addNull("budget"));
        return json;
    }

    /** A key in a list. */
    static JsonObjectBuilder of(KeyRecord key, Optional<KeyUsed> used) {
        JsonObjectBuilder json = of(key);
        used.ifPresentOrElse(
                last -> json.add("last_used_at", last.at().toString()).add("last_used_ip", last.address()),
                () -> json.addNull("last_used_at").addNull("last_used_ip"));
        return json;
    }
}

package com.amplihack.auth.admin;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Policy;
import com.amplihack.auth.config.source.Property;
import com.amplihack.auth.config.source.Refusal;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code GET /admin/api/policy}: this node's effective settings and their sources. */
@Path("/admin/api/policy")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class PolicyResource {
    @Inject
    private Configuration configuration;

    @Inject
    private KeyRing keys;

    @GET
    @AdminOrPermission("policy:read")
    public String list() {
        Policy policy = configuration.policy();
        List<JsonObjectBuilder> items = new ArrayList<>();
        Map<String, String> reasons = configuration.refusals().stream()
                .collect(Collectors.toMap(Refusal::name, Refusal::reason, (first, more) -> first));
        for (Property property : policy.properties()) {
            Setting<?> setting = policy.declared(property);
            items.add(item(property.name(), policy.shown(property), property.source(), setting.isLive())
                    .add("description", setting.description())
                    .add("default", orNull(setting.byDefault(policy.inForce().production())))
                    .add("allowed", setting.allowed())
                    .add("example", setting.example())
                    .add("refused", orNull(Optional.ofNullable(reasons.get(property.name())))));
        }
        items.add(item("jwt.signing.provider", keys.signingProvider(), "detected at startup", false)
                .add("description", "the crypto provider that signs"));
        JsonArrayBuilder refused = StrictJson.provider().createArrayBuilder();
        configuration
                .refusals()
                .forEach(refusal -> refused.add(StrictJson.provider()
                        .createObjectBuilder()
                        .add("name", refusal.name())
                        .add("source", refusal.wanted().source())
                        .add("reason", refusal.reason())));
        return AccountJson.list(items, item -> item)
                .add("refused", refused)
                .build()
                .toString();
    }

    private static JsonObjectBuilder item(String name, Optional<String> value, String source, boolean live) {
        return StrictJson.provider()
                .createObjectBuilder()
                .add("name", name)
                .add("value", orNull(value))
                .add("source", source)
                .add("live", live);
    }

    private static JsonValue orNull(Optional<String> text) {
        return text.<JsonValue>map(StrictJson.provider()::createValue).orElse(JsonValue.NULL);
    }
}

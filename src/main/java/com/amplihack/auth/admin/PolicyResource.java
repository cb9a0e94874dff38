package com.amplihack.auth.admin;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Policy;
import com.amplihack.auth.config.source.Property;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.web.StrictJson;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    @RolesAllowed("admin")
    public String list() {
        Policy policy = configuration.policy();
        List<JsonObjectBuilder> items = new ArrayList<>();
        for (Property property : policy.properties()) {
            items.add(item(property.name(), policy.shown(property), property.source(), policy.isLive(property)));
        }
        items.add(item("jwt.signing.provider", keys.signingProvider(), "detected at startup", false));
        return AccountJson.list(items, item -> item).build().toString();
    }

    private static JsonObjectBuilder item(String name, Optional<String> value, String source, boolean live) {
        JsonObjectBuilder json = StrictJson.provider().createObjectBuilder().add("name", name);
        value.ifPresentOrElse(shown -> json.add("value", shown), () -> json.addNull("value"));
        return json.add("source", source).add("live", live);
    }
}

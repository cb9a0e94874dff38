package com.amplihack.auth.endpoint;

import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;

/** {@code GET /api/user}: the caller by its access token or API key; {@link PlainReadFilter} answers it mostly. */
@Path("/api/user")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class UserResource {
    @Inject
    private Optional<Caller> admitted;

    @GET
    @Admitted
    public String user() {
        return json(admitted.orElseThrow());
    }

    static String json(Caller caller) {
        var json = StrictJson.provider();
        JsonObjectBuilder user = json.createObjectBuilder()
                .add("user_id", caller.subject())
                .add("username", caller.username())
                .add("roles", json.createArrayBuilder(caller.roles()))
                .add("permissions", json.createArrayBuilder(caller.permissions()));
        caller.session().ifPresent(sid -> user.add("session_id", sid));
        caller.apiKey().ifPresent(id -> user.add("key_id", id));
        return user.add("expires_at", caller.expiresAt().toString()).build().toString();
    }
}

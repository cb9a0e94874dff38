package com.amplihack.auth.endpoint;

import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** {@code GET /api/user}: the claims of the caller's access token. */
@Path("/api/user")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class UserResource {
    @Inject
    private AccessToken token;

    @GET
    @Admitted
    public String user() {
        var json = StrictJson.provider();
        return json.createObjectBuilder()
                .add("user_id", token.subject())
                .add("username", token.username())
                .add("roles", json.createArrayBuilder(token.roles()))
                .add("permissions", json.createArrayBuilder(token.permissions()))
                .add("session_id", token.sid())
                .add("expires_at", token.expiresAt().toString())
                .build()
                .toString();
    }
}

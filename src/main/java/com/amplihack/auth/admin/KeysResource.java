package com.amplihack.auth.admin;

import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.keys.KeyChangeCause;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.KeyRotation;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** {@code /admin/api/keys}: shows this node's key ring, rotates and compromises keys. */
@Path("/admin/api/keys")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class KeysResource {
    @Inject
    private KeyRing keys;

    @Inject
    private KeyRotation rotation;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    /** All keys, the newest first. */
    @GET
    @AdminOrPermission("keys:write")
    public String list() {
        return AccountJson.list(keys.keys(), this::json).build().toString();
    }

    /** Makes the {@code NEXT} key the active one; 409 with {@code earliest_at} if not published long enough. */
    @POST
    @Path("/rotate")
    @AdminOrPermission("keys:write")
    public Response rotate(@Context HttpServletRequest request) {
        JsonBody.read(request, Set.of());
        RingKey signing = rotation.rotate(change());
        return Response.status(201).entity(json(signing).build().toString()).build();
    }

    /** Invalidates a key and its tokens, perhaps the caller's too; returns once another key signs. */
    @POST
    @Path("/{kid}/compromise")
    @AdminOrPermission("keys:write")
    public String compromise(@PathParam("kid") String kid, @Context HttpServletRequest request) {
        boolean keepNext = JsonBody.read(request, Set.of("keep_next")).bool("keep_next", false);
        var dead = StrictJson.provider().createArrayBuilder(rotation.compromise(kid, keepNext, change()));
        return AccountJson.list(keys.keys(), this::json)
                .add("compromised", dead)
                .build()
                .toString();
    }

    private KeyChangeCause change() {
        return KeyChangeCause.by(caller.subject(), caller.username(), caller.sid(), client);
    }

    private JsonObjectBuilder json(RingKey key) {
        JsonObjectBuilder json = StrictJson.provider()
                .createObjectBuilder()
                .add("kid", key.kid())
                .add("state", key.state().name())
                .add("created_at", key.createdAt().toString());
        add(json, "signs_from", key.state() == KeyState.NEXT ? rotation.scheduled() : key.signsFrom());
        add(json, "retires_at", key.retiresAt());
        return json.add("size", key.size());
    }

    private static void add(JsonObjectBuilder json, String name, Optional<Instant> time) {
        time.ifPresentOrElse(value -> json.add(name, value.toString()), () -> json.addNull(name));
    }
}

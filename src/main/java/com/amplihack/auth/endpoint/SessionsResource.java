package com.amplihack.auth.endpoint;

import com.amplihack.auth.admission.Admitted;
import com.amplihack.auth.admission.SessionJson;
import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.json.StrictJson;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.SessionHandle;
import com.amplihack.auth.token.TokenService;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonArrayBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Comparator;

/** {@code /auth/sessions}: where the caller is signed in, and signing out there. */
@Path("/auth/sessions")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class SessionsResource {
    @Inject
    private TokenService tokens;

    @Inject
    private TokenResponse response;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    /** The one that was used last comes first. */
    @GET
    @Admitted
    public String list() {
        JsonArrayBuilder items = StrictJson.provider().createArrayBuilder();
        tokens.sessions(caller).stream()
                .sorted(Comparator.comparing(SessionRecord::lastSeenAt)
                        .thenComparing(SessionRecord::createdAt)
                        .reversed())
                .forEach(session -> items.add(
                        SessionJson.of(session).add("current", session.sid().equals(caller.sid()))));
        return StrictJson.provider()
                .createObjectBuilder()
                .add("items", items)
                .addNull("next_cursor")
                .build()
                .toString();
    }

    /** Ends one of the caller's sessions; the current one takes its cookies along. */
    @DELETE
    @Path("/{sid}")
    @Admitted
    public Response end(@PathParam("sid") String sid, @Context HttpServletRequest request) {
        if (!SessionHandle.hasShape(sid) || !tokens.end(caller, sid, client)) {
            throw new AuthException(ErrorCode.NOT_FOUND, "You have no session of this id.");
        }
        return sid.equals(caller.sid())
                ? response.clearing(Response.noContent(), request)
                : Response.noContent().build();
    }
}

package com.amplihack.auth.endpoint;

import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.Paging;
import com.amplihack.auth.session.SessionJson;
import com.amplihack.auth.session.TokenService;
import com.amplihack.auth.store.SessionPage;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.SessionHandle;
import com.amplihack.auth.web.ClientContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** {@code /auth/sessions}: lists and ends the caller's sessions. */
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

    /** A page of sessions, the most recently used first. */
    @GET
    @Admitted
    public String list(
            @QueryParam("limit") @DefaultValue(Paging.DEFAULT_LIMIT) String limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        SessionPage page = tokens.sessions(caller, Paging.place(cursor), Paging.limit(limit));
        return Paging.json(page, session -> SessionJson.of(session)
                .add("current", session.sid().equals(caller.sid())));
    }

    /** Ends one of the caller's sessions, and clears the cookies of the current one. */
    @DELETE
    @Path("/{sid}")
    @Admitted
    public Response end(@PathParam("sid") String sid, @Context HttpServletRequest request) {
        if (!SessionHandle.hasShape(sid) || !tokens.end(caller, sid, client)) {
            throw new AuthException(ErrorCode.NOT_FOUND, "You have no session with this id.");
        }
        return sid.equals(caller.sid())
                ? response.clearing(Response.noContent(), request)
                : Response.noContent().build();
    }
}

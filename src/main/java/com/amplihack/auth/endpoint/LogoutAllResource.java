package com.amplihack.auth.endpoint;

import com.amplihack.auth.factor.RememberedDevices;
import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.session.TokenService;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** {@code POST /auth/logout-all}: ends every session of the caller, on every device. */
@Path("/auth/logout-all")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class LogoutAllResource {
    @Inject
    private TokenService tokens;

    @Inject
    private RememberedDevices devices;

    @Inject
    private TokenResponse response;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    @POST
    @Admitted
    public Response logoutAll(@Context HttpServletRequest request) {
        JsonBody.read(request); // no members, but refuses a malformed body
        int ended = tokens.endAll(caller, client);
        devices.forgetAll(caller.subject());
        String body = StrictJson.provider()
                .createObjectBuilder()
                .add("sessions_ended", ended)
                .build()
                .toString();
        return response.clearing(body, request);
    }
}

package com.amplihack.auth.endpoint.account;

import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.users.selfservice.PasswordByLink;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;

/** {@code POST /auth/invitation}: the first password of an invited account. */
@Path("/auth/invitation")
@Produces(MediaType.APPLICATION_JSON)
@ApplicationScoped
public class InvitationResource {
    @Inject
    private PasswordByLink passwords;

    /** The token of the mail's link is the credential. */
    @POST
    @Public
    public String accept(@Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request);
        String username = passwords.accept(
                LinkRequest.token(body),
                LinkRequest.password(body, "password"),
                RequestAttributes.CLIENT.require(request));
        return StrictJson.provider()
                .createObjectBuilder()
                .add("username", username)
                .build()
                .toString();
    }
}

package com.amplihack.auth.endpoint.account;

import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.selfservice.ForgottenPasswords;
import com.amplihack.auth.users.selfservice.PasswordByLink;
import com.amplihack.auth.web.ClientContext;
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
import jakarta.ws.rs.core.Response;

/** {@code /auth/password/forgot} and {@code /auth/password/reset}: a new password without the old one, by mail. */
@Path("/auth/password")
@Produces(MediaType.APPLICATION_JSON)
@ApplicationScoped
public class ForgottenPasswordResource {
    private static final String ACCEPTED = StrictJson.provider()
            .createObjectBuilder()
            .add("message", "If there is such an account, a mail is on its way to its verified address.")
            .build()
            .toString();

    @Inject
    private ForgottenPasswords forgotten;

    @Inject
    private PasswordByLink passwords;

    /** The same answer for every name. */
    @POST
    @Path("/forgot")
    @Public
    public Response forgot(@Context HttpServletRequest request) {
        ClientContext client = RequestAttributes.CLIENT.require(request);
        String text = JsonBody.read(request).string("username", EmailAddress.MAX_LENGTH, Username::normalize);
        RateLimit left = forgotten.request(text, client);
        Response.ResponseBuilder answer = Response.accepted(ACCEPTED);
        left.headers().forEach(answer::header);
        return answer.build();
    }

    /** The token of the mail's link is the credential. */
    @POST
    @Path("/reset")
    @Public
    public Response reset(@Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request);
        passwords.reset(
                LinkRequest.token(body),
                LinkRequest.password(body, "new_password"),
                RequestAttributes.CLIENT.require(request));
        return Response.noContent().build();
    }
}

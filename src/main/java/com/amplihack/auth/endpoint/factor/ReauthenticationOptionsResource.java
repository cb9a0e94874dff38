package com.amplihack.auth.endpoint.factor;

import com.amplihack.auth.factor.passkey.PasskeyAnswers;
import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.RelyingParties;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;

/** {@code POST /auth/reauthenticate/options}: a challenge for a passkey by which the caller is authenticated once more. */
@Path("/auth/reauthenticate/options")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class ReauthenticationOptionsResource {
    @Inject
    private PasskeyAnswers answers;

    @Inject
    private RelyingParties parties;

    @Inject
    private AccessToken caller;

    @POST
    @Admitted
    public String options(@Context HttpServletRequest request) {
        JsonBody.read(request);
        return answers.options(parties.require(request), caller.subject(), caller.sid())
                .toString();
    }
}

package com.amplihack.auth.endpoint.account;

import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.session.RecentSignIn;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.selfservice.EmailChange;
import com.amplihack.auth.users.selfservice.LinkMails;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** {@code POST /auth/email}: asks for another address, which a mail to it verifies. */
@Path("/auth/email")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class EmailResource {
    private static final String EMAIL = "email";

    @Inject
    private EmailChange change;

    @Inject
    private LinkMails mails;

    @Inject
    private RecentSignIn recent;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    /** The same answer whether or not somebody else has the address. */
    @POST
    @Admitted
    public Response request(@Context HttpServletRequest request) {
        mails.requireMail();
        JsonBody body = JsonBody.read(request);
        EmailAddress address = EmailAddress.parse(body.string(EMAIL, EmailAddress.MAX_LENGTH))
                .orElseThrow(() -> body.invalid(EMAIL, "must be an email address"));
        recent.require(caller);
        change.request(caller.subject(), address, client);
        return Response.accepted(StrictJson.provider()
                        .createObjectBuilder()
                        .add(
                                "message",
                                "A mail is on its way to the new address; the old one stays until its link is used.")
                        .build()
                        .toString())
                .build();
    }

    /** {@code POST /auth/email/verify}: makes the address the account's. */
    @Path("/auth/email/verify")
    @Produces(MediaType.APPLICATION_JSON)
    @ApplicationScoped
    public static class Verification {
        @Inject
        private EmailChange change;

        /** The token of the mail's link is the credential, as it may be opened on another device. */
        @POST
        @Public
        public String verify(@Context HttpServletRequest request) {
            String email =
                    change.verify(LinkRequest.token(JsonBody.read(request)), RequestAttributes.CLIENT.require(request));
            return StrictJson.provider()
                    .createObjectBuilder()
                    .add(EMAIL, email)
                    .build()
                    .toString();
        }
    }
}

package com.amplihack.auth.endpoint.account;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.gate.Credentials;
import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.session.DeviceCookies;
import com.amplihack.auth.session.RecentSignIn;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.login.PresentedDevices;
import com.amplihack.auth.users.password.OpaqueString;
import com.amplihack.auth.users.selfservice.OwnAccount;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.Language;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** {@code /auth/account}: the caller's own account. */
@Path("/auth/account")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class OwnAccountResource {
    @Inject
    private OwnAccount own;

    @Inject
    private RecentSignIn recent;

    @Inject
    private Credentials credentials;

    @Inject
    private DeviceCookies devices;

    @Inject
    private Configuration configuration;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    @GET
    @Admitted
    public String get() {
        return json(own.get(caller.subject()));
    }

    /** Merge patch (RFC 7396); {@code null} is the installation's language. */
    @PATCH
    @Admitted
    public String change(@Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request, Set.of(Language.MEMBER));
        return json(
                body.mentions(Language.MEMBER)
                        ? own.setLanguage(caller.subject(), Language.of(body))
                        : own.get(caller.subject()));
    }

    /** Needs the password and a recent sign-in. A {@code DELETE} has no body for it (RFC 9110 section 9.3.5). */
    @POST
    @Path("/delete")
    @Admitted
    public Response delete(@Context HttpServletRequest request) {
        own.requireDeletion();
        Secret password = Secret.of(JsonBody.read(request)
                .string("password", configuration.settings().passwords().longest(), OpaqueString::of));
        recent.require(caller);
        PresentedDevices presented =
                devices.presented(credentials.deviceCookies(request)).with(List.of(caller.sid()));
        own.delete(caller.subject(), caller.username(), password, presented, client);
        return Response.noContent().build();
    }

    private static String json(Account account) {
        JsonObjectBuilder json = StrictJson.provider()
                .createObjectBuilder()
                .add("user_id", account.id())
                .add("username", account.username());
        account.email().ifPresentOrElse(email -> json.add("email", email), () -> json.addNull("email"));
        json.add("email_verified", account.emailVerified());
        account.language().ifPresentOrElse(tag -> json.add("language", tag), () -> json.addNull("language"));
        json.add("roles", StrictJson.provider().createArrayBuilder(account.roles()))
                .add("permissions", StrictJson.provider().createArrayBuilder(account.permissions()))
                .add("attributes", StrictJson.parse(account.attributes().getBytes(StandardCharsets.UTF_8)))
                .add("created_at", account.createdAt().toString())
                .add("password_set_at", account.passwordSetAt().toString());
        account.lastSignInAt()
                .ifPresentOrElse(
                        at -> json.add("last_sign_in_at", at.toString()), () -> json.addNull("last_sign_in_at"));
        return json.build().toString();
    }
}

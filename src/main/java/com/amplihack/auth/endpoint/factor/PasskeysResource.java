package com.amplihack.auth.endpoint.factor;

import com.amplihack.auth.config.webauthn.RelyingParty;
import com.amplihack.auth.factor.passkey.Credential;
import com.amplihack.auth.factor.passkey.PasskeyJson;
import com.amplihack.auth.factor.passkey.Passkeys;
import com.amplihack.auth.factor.passkey.Passkeys.Owner;
import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.RecentSignIn;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.RelyingParties;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;

/** {@code /auth/passkeys}: the caller's own passkeys. */
@Path("/auth/passkeys")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class PasskeysResource {
    @Inject
    private Passkeys passkeys;

    @Inject
    private RelyingParties parties;

    @Inject
    private RecentSignIn recent;

    @Inject
    private SessionStore sessions;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    /** What the page hands to {@code navigator.credentials.create}. */
    @POST
    @Path("/options")
    @Admitted
    public String options(@Context HttpServletRequest request) {
        JsonBody.read(request, Set.of());
        RelyingParty party = parties.require(request);
        recent.require(caller);
        return passkeys.options(party, owner()).toString();
    }

    /** Stores the passkey that the browser has made. */
    @POST
    @Admitted
    public Response add(@Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request, Set.of("credential", "name"));
        Credential credential = Credential.read(body, "credential");
        Optional<String> name = PasskeyName.find(body);
        RelyingParty party = parties.require(request);
        SignInFacts signedIn = recent.require(caller);
        String made = PasskeyJson.of(passkeys.add(party, owner(), credential, name))
                .build()
                .toString();
        if (!signedIn.isMfa()) { // the first factor: what was opened without one would stay without for weeks
            sessions.endOthers(caller.subject(), caller.sid());
        }
        return Response.status(Response.Status.CREATED).entity(made).build();
    }

    @GET
    @Admitted
    public String list(@Context HttpServletRequest request) {
        return passkeys.list(parties.find(request), caller.subject()).toString();
    }

    @GET
    @Path("/{id}")
    @Admitted
    public String get(@PathParam("id") String id) {
        return passkeys.find(caller.subject(), id)
                .map(passkey -> PasskeyJson.of(passkey).build().toString())
                .orElseThrow(PasskeysResource::noSuchPasskey);
    }

    /** Renames a passkey. */
    @PATCH
    @Path("/{id}")
    @Admitted
    public String rename(@PathParam("id") String id, @Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request, Set.of("name"));
        String name = PasskeyName.find(body).orElseThrow(() -> body.invalid("name", "must be a non-empty string"));
        return passkeys.rename(owner(), id, name)
                .map(passkey -> PasskeyJson.of(passkey).build().toString())
                .orElseThrow(PasskeysResource::noSuchPasskey);
    }

    @DELETE
    @Path("/{id}")
    @Admitted
    public Response remove(@PathParam("id") String id) {
        recent.require(caller);
        if (!passkeys.remove(owner(), id)) {
            throw noSuchPasskey();
        }
        return Response.noContent().build();
    }

    private Owner owner() {
        return new Owner(caller.subject(), caller.sid(), client);
    }

    private static AuthException noSuchPasskey() {
        return new AuthException(ErrorCode.NOT_FOUND, "You have no passkey with this id.");
    }
}

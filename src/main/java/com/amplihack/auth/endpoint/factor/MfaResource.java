package com.amplihack.auth.endpoint.factor;

import com.amplihack.auth.factor.FactorMethod;
import com.amplihack.auth.factor.OtpAuthUri;
import com.amplihack.auth.factor.RecoveryCodes;
import com.amplihack.auth.factor.RememberedDevices;
import com.amplihack.auth.factor.Totp;
import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.RecentSignIn;
import com.amplihack.auth.signin.FactorEnrollment;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Set;

/** {@code /auth/mfa}: the caller's authenticator app, recovery codes and remembered devices. */
@Path("/auth/mfa")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class MfaResource {
    private static final JsonProvider JSON = StrictJson.provider();

    @Inject
    private FactorEnrollment enrollment;

    @Inject
    private Totp totp;

    @Inject
    private RecoveryCodes recovery;

    @Inject
    private RememberedDevices devices;

    @Inject
    private RecentSignIn recent;

    @Inject
    private AccessToken caller;

    @Inject
    private ClientContext client;

    /** What the caller has. */
    @GET
    @Admitted
    public String get() {
        List<FactorMethod> methods = enrollment.methods(caller);
        JsonObjectBuilder answer = JSON.createObjectBuilder()
                .add(
                        "methods",
                        JSON.createArrayBuilder(
                                methods.stream().map(FactorMethod::id).toList()))
                .add("required", enrollment.isRequired(caller));
        totp.since(caller.subject())
                .ifPresentOrElse(
                        since -> answer.add("totp", JSON.createObjectBuilder().add("created_at", since.toString())),
                        () -> answer.addNull("totp"));
        return answer.add("recovery_codes_left", recovery.left(caller.subject()))
                .build()
                .toString();
    }

    /** A new secret, which counts once it is confirmed. */
    @POST
    @Path("/totp")
    @Admitted
    public String begin(@Context HttpServletRequest request) {
        JsonBody.read(request, Set.of());
        recent.require(caller);
        FactorEnrollment.Secret secret = enrollment.begin(caller);
        return JSON.createObjectBuilder()
                .add("secret", secret.base32())
                .add("otpauth_uri", secret.uri())
                .add("qr_svg", OtpAuthUri.svg(secret.uri()))
                .build()
                .toString();
    }

    /** Makes the secret a factor, and counts as a sign-in with it. */
    @POST
    @Path("/totp/confirm")
    @Admitted
    public String confirm(@Context HttpServletRequest request) {
        JsonBody body = JsonBody.read(request);
        String code = body.string("code", RecoveryCodes.LONGEST).strip();
        List<String> codes = enrollment
                .confirm(caller, code, recent.require(caller), client)
                .orElseThrow(() -> body.invalid("code", "is wrong; is your device's clock right?"));
        return codes(codes);
    }

    @DELETE
    @Path("/totp")
    @Admitted
    public Response remove() {
        recent.require(caller);
        if (!enrollment.remove(caller, client)) {
            throw new AuthException(ErrorCode.NOT_FOUND, "You have no authenticator app.");
        }
        return Response.noContent().build();
    }

    /** New recovery codes; the old ones are void. */
    @POST
    @Path("/recovery-codes")
    @Admitted
    public String replaceCodes(@Context HttpServletRequest request) {
        JsonBody.read(request, Set.of());
        recent.require(caller);
        return codes(enrollment.replaceCodes(caller, client));
    }

    /** The devices that stand for the second factor. */
    @GET
    @Path("/devices")
    @Admitted
    public String devices() {
        JsonArrayBuilder items = JSON.createArrayBuilder();
        devices.list(caller.subject())
                .forEach(device -> items.add(JSON.createObjectBuilder()
                        .add("device_id", device.id())
                        .add("device", device.name())
                        .add("ip_address", device.address())
                        .add("remembered_at", device.since().toString())
                        .add("remembered_until", device.until().toString())));
        return JSON.createObjectBuilder()
                .add("items", items)
                .addNull("next_cursor")
                .build()
                .toString();
    }

    @DELETE
    @Path("/devices/{device_id}")
    @Admitted
    public Response forget(@PathParam("device_id") String id) {
        if (!devices.forget(caller.subject(), id, client)) {
            throw new AuthException(ErrorCode.NOT_FOUND, "No such device is remembered.");
        }
        return Response.noContent().build();
    }

    private static String codes(List<String> codes) {
        return JSON.createObjectBuilder()
                .add("recovery_codes", JSON.createArrayBuilder(codes))
                .build()
                .toString();
    }
}

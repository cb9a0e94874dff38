package com.amplihack.auth.admin.access;

import com.amplihack.auth.admin.AdminAudit;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.login.LoginLimit;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;

/** {@code /admin/api/sign-in-limits/{address}}: the failed sign-ins of a network. */
@Path("/admin/api/sign-in-limits/{address}")
@RequestScoped
public class SignInLimitResource {
    @Inject
    private LoginLimit limit;

    @Inject
    private AdminAudit audit;

    /**
     * Forgets the failures of strangers at an address. It is for the role {@code admin} alone: the limit protects every
     * account, and whoever lifts it for themselves could guess at all of them.
     */
    @DELETE
    @RolesAllowed("admin")
    public Response lift(@PathParam("address") String address) {
        if (!AddressRanges.isAddress(address)) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "The path must end with an IP address.");
        }
        String network = RateLimiter.network(address);
        audit.attempt("lift_login_limit", network, null, () -> limit.lift(address));
        audit.record("lift_login_limit", network, null, null);
        return Response.noContent().build();
    }
}

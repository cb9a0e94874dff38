package com.amplihack.auth.admin;

import com.amplihack.auth.gate.permission.AdminOrPermission;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.AccountAdministration;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.Role;
import com.amplihack.auth.web.JsonBody;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;

/** {@code /admin/api/roles}: lists, changes and deletes roles. */
@Path("/admin/api/roles")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class RolesResource {
    private static final Set<String> MEMBERS = Set.of("permissions");

    @Inject
    private AccountDirectory accounts;

    @Inject
    private AccountAdministration administration;

    @Inject
    private TokenSizeCheck fit;

    @Inject
    private Delegation delegation;

    @Inject
    private AdminAudit audit;

    @GET
    @AdminOrPermission("users:read")
    public String list() {
        return AccountJson.list(accounts.roles(), AccountJson::of).build().toString();
    }

    /** Creates the role or replaces its permissions; its holders get new access tokens by a refresh. */
    @PUT
    @Path("/{name}")
    @RolesAllowed("admin")
    public String put(@PathParam("name") String name, @Context HttpServletRequest request) {
        if (!isName(name)) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST,
                    "name: must be 1 to 64 letters, digits and . _ : - and start with a letter or digit.");
        }
        Set<String> permissions = TokenSizeCheck.wellFormed(JsonBody.read(request, MEMBERS)
                .patchedStrings("permissions", UsersResource.MAX_PERMISSIONS, UsersResource.MAX_PERMISSION_LENGTH)
                .orElseThrow(() -> new AuthException(
                        ErrorCode.INVALID_REQUEST, "permissions: must be a list, which may be empty.")));
        RightsCheck allowed = delegation.ofAdmin(fit);
        var before = accounts.role(name).map(AccountJson::of).orElse(null);
        Role role = audit.attempt("put_role", name, before, () -> administration.putRole(name, permissions, allowed));
        audit.record("put_role", name, before, AccountJson.of(role));
        return AccountJson.of(role).build().toString();
    }

    @DELETE
    @Path("/{name}")
    @RolesAllowed("admin")
    public Response delete(@PathParam("name") String name) {
        if (name.equals("admin")) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "name: the role admin cannot be deleted.");
        }
        Role before = Optional.of(name)
                .filter(RolesResource::isName)
                .flatMap(accounts::role)
                .orElseThrow(() -> new AuthException(ErrorCode.NOT_FOUND, "There is no role with this name."));
        audit.attempt("delete_role", name, AccountJson.of(before), () -> {
            administration.deleteRole(name, delegation.ofAdmin(RightsCheck.NONE));
            return null;
        });
        audit.record("delete_role", name, AccountJson.of(before), null);
        return Response.noContent().build();
    }

    static boolean isName(String text) {
        return Role.isName(text);
    }
}

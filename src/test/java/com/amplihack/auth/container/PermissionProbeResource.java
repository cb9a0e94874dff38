package com.amplihack.auth.container;

import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.gate.permission.RequiresAuthentication;
import com.amplihack.auth.gate.permission.RequiresPermission;
import com.amplihack.auth.store.SignInFacts;
import jakarta.annotation.Resource;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.concurrent.ExecutionException;

/** {@code /api/permission/…}: the places where {@link RequiresPermission} may stand. */
@Path("/api/permission")
@RequestScoped
@RequiresPermission("probe:class")
public class PermissionProbeResource {
    @Inject
    private PermissionProbeService service;

    @Resource
    private ManagedExecutorService executor;

    @GET
    @Path("/class")
    public String ofTheClass() {
        return "class";
    }

    @GET
    @Path("/method")
    @RequiresPermission("probe:method")
    public String ofTheMethod() {
        return "method";
    }

    @GET
    @Path("/role")
    @RolesAllowed("admin")
    @RequiresPermission("probe:method")
    public String besideARole() {
        return "role";
    }

    @GET
    @Path("/recent")
    @Admitted
    @RequiresAuthentication(maxAge = 900)
    public String afterARecentSignIn() {
        return "recent";
    }

    @GET
    @Path("/strong")
    @Admitted
    @RequiresAuthentication(acr = SignInFacts.ACR_MFA)
    public String afterTwoFactors() {
        return "strong";
    }

    @GET
    @Path("/strong-ejb")
    @Admitted
    public String ofAnEjbForTwoFactors() {
        return service.strong();
    }

    /** The permission {@code probe:class} lets the caller in; the EJB asks for another one. */
    @GET
    @Path("/ejb")
    @Admitted
    public String ofAnEjb() {
        return service.guarded();
    }

    /** The same EJB, where no request is. */
    @GET
    @Path("/background")
    @Admitted
    public String inTheBackground() throws InterruptedException {
        try {
            return executor.submit(service::guarded).get();
        } catch (ExecutionException refused) {
            return "refused: " + refused.getCause().getMessage();
        }
    }
}

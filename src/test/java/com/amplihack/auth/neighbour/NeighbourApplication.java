package com.amplihack.auth.neighbour;

import jakarta.annotation.security.DeclareRoles;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;
import org.eclipse.microprofile.auth.LoginConfig;

/** Another team's WAR on the same server: MicroProfile JWT knows the caller, {@link AdmissionFilter} asks the gate. */
@ApplicationPath("/")
@LoginConfig(authMethod = "MP-JWT")
@DeclareRoles({"user", "admin"})
public class NeighbourApplication extends Application {
    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(OrdersResource.class);
    }
}

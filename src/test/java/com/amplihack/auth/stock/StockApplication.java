package com.amplihack.auth.stock;

import jakarta.annotation.security.DeclareRoles;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;
import org.eclipse.microprofile.auth.LoginConfig;

/** A resource server as anybody would write it: MicroProfile JWT with nothing but the server's defaults. */
@ApplicationPath("/")
@LoginConfig(authMethod = "MP-JWT")
@DeclareRoles("user")
public class StockApplication extends Application {
    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(StockResource.class);
    }
}

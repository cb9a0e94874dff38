package com.amplihack.auth.container;

import com.amplihack.auth.gate.permission.Admitted;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Set;
import org.eclipse.microprofile.jwt.Claim;
import org.eclipse.microprofile.jwt.Claims;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** {@code /api/probe}: tells what the container injects, and calls an EJB without asking for a role itself. */
@Path("/api/probe")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class ProbeResource {
    @Inject
    private JsonWebToken token;

    @Inject
    @Claim("sub")
    private String subject;

    @Inject
    @Claim(standard = Claims.groups)
    private Set<String> groups;

    @Inject
    private ProbeService service;

    @GET
    @Admitted
    public String injected() {
        var json = StrictJson.provider();
        return json.createObjectBuilder()
                .add("token", token.getSubject())
                .add("claim", subject)
                .add("groups", json.createArrayBuilder(groups))
                .add("ejb", service.caller())
                .build()
                .toString();
    }

    /** {@link Admitted}, so that the EJB alone refuses. */
    @GET
    @Path("/admin")
    @Admitted
    public String administered() {
        return StrictJson.provider()
                .createObjectBuilder()
                .add("ejb", service.administrator())
                .build()
                .toString();
    }
}

package com.amplihack.auth.endpoint.page;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.gate.permission.Public;
import com.amplihack.auth.mail.Outbox;
import com.amplihack.auth.web.RelyingParties;
import com.amplihack.auth.web.StrictJson;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;

/** {@code GET /auth/options}: what this service offers, so that pages show nothing else. */
@Path("/auth/options")
@Produces(MediaType.APPLICATION_JSON)
@ApplicationScoped
public class SignInOptionsResource {
    @Inject
    private RelyingParties parties;

    @Inject
    private Outbox outbox;

    @Inject
    private Configuration configuration;

    /** The same for everybody who asks at the same address. */
    @GET
    @Public
    public String options(@Context HttpServletRequest request) {
        Settings settings = configuration.settings();
        return StrictJson.provider()
                .createObjectBuilder()
                .add("passkeys", parties.find(request).isPresent())
                .add("mail", outbox.isAvailable())
                .add("remember_device_days", settings.factors().remember().toDays())
                .add("account_deletion", settings.accounts().deletion())
                .add("password_min_length", settings.passwords().shortest())
                .build()
                .toString();
    }
}

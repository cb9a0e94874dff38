package com.amplihack.auth.proxy;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: warns of proxied paths that are open to everybody; does not check the upstream. */
@Readiness
@ApplicationScoped
public class ProxyHealth implements HealthCheck {
    @Inject
    private Configuration configuration;

    @Override
    public HealthCheckResponse call() {
        Settings settings = configuration.settings();
        var answer = HealthCheckResponse.named("proxy").up();
        if (!settings.jwtAuth()) {
            answer.withData("warning", "enable.jwt.auth is false: proxied paths are open to anybody");
        }
        return answer.build();
    }
}

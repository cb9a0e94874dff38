package com.amplihack.auth.web;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: warns of ignored forwarding headers, as every client then has the proxy's address. */
@Readiness
@ApplicationScoped
public class ForwardingHealth implements HealthCheck {
    @Inject
    private ClientResolver clients;

    @Override
    public HealthCheckResponse call() {
        var answer = HealthCheckResponse.named("forwarding").up();
        if (clients.sawUntrustedProxy()) {
            answer.withData("warning", "forwarding headers came from a peer that is not in auth.trusted.proxies");
        }
        return answer.build();
    }
}

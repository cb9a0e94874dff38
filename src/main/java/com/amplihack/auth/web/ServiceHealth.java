package com.amplihack.auth.web;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: the start is complete and the server does not stop. Liveness: no other start is needed. */
@ApplicationScoped
public class ServiceHealth {
    @Produces
    @Readiness
    @ApplicationScoped
    HealthCheck ready(ServiceState state) {
        return () -> answer(state, state.fault().isEmpty());
    }

    @Produces
    @Liveness
    @ApplicationScoped
    HealthCheck live(ServiceState state) {
        return () -> answer(state, !state.hasFailed());
    }

    private static HealthCheckResponse answer(ServiceState state, boolean up) {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("service").status(up);
        state.fault().ifPresent(reason -> answer.withData("error", reason));
        return answer.build();
    }
}

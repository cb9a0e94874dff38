package com.amplihack.auth.gate.connector;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: warns if the server's HTTP connector is not guarded or not configured as this service needs it. */
@Readiness
@ApplicationScoped
public class ConnectorHealth implements HealthCheck {
    private static final String STRICT_VALUES = "org.glassfish.grizzly.http.STRICT_HEADER_VALUE_VALIDATION_RFC_9110";

    @Inject
    private ConnectorGuard guard;

    @Override
    public HealthCheckResponse call() {
        var answer = HealthCheckResponse.named("connector").up();
        if (!guard.isGuarding()) {
            answer.withData("warning", "the HTTP listeners are not guarded: a proxy must refuse ambiguous requests");
        }
        if (!"false".equals(System.getProperty(STRICT_VALUES))) {
            answer.withData(
                    "header_bytes",
                    "start the server with -D" + STRICT_VALUES + "=false, or bytes above 0x7F in a header"
                            + " are an empty 400");
        }
        return answer.build();
    }
}

package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditLog;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: the audit file takes entries. */
@Readiness
@ApplicationScoped
public class AuditHealth implements HealthCheck {
    @Inject
    private AuditLog audit;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("audit");
        if (audit.isWritable()) {
            return answer.up().build();
        }
        return answer.down()
                .withData("error", "The last entry could not be written to auth.audit.file; the server log has it.")
                .build();
    }
}

package com.amplihack.auth.ops;

import com.amplihack.auth.audit.AuditLog;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: the audit file is writable; never blocks on the file. */
@Readiness
@ApplicationScoped
public class AuditHealth implements HealthCheck {
    @Inject
    private AuditLog audit;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("audit");
        audit.fault()
                .ifPresentOrElse(
                        fault -> answer.down().withData("error", fault).withData("waiting", audit.waiting()),
                        answer::up);
        audit.firstKeys().forEach(file -> answer.withData("keep elsewhere: " + file.getFileName(), file.toString()));
        return answer.build();
    }
}

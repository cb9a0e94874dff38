package com.amplihack.auth.ops.audit;

import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.trail.TrailProjector;
import com.amplihack.auth.trail.TrailProjector.Lag;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Readiness: the audit file is writable; never blocks on the file. A database that is behind is told, and takes no node out of
 * rotation, since the file has every line.
 */
@Readiness
@ApplicationScoped
public class AuditHealth implements HealthCheck {
    @Inject
    private AuditLog audit;

    @Inject
    private TrailProjector projector;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("audit");
        audit.fault()
                .ifPresentOrElse(
                        fault -> answer.down().withData("error", fault).withData("waiting", audit.waiting()),
                        answer::up);
        audit.firstKeys().forEach(file -> answer.withData("keep elsewhere: " + file.getFileName(), file.toString()));
        projector
                .lag()
                .ifPresentOrElse(
                        lag -> tell(answer, lag),
                        () -> answer.withData(
                                "warning", "auth.audit.file is no file: its entries cannot be searched."));
        return answer.build();
    }

    private static void tell(HealthCheckResponseBuilder answer, Lag lag) {
        answer.withData("behind", lag.entries());
        if (lag.isLate()) {
            answer.withData("behind_seconds", lag.age().toSeconds())
                    .withData("warning", "The store of entries is behind; see docs/runbooks/audit-behind.md.");
        }
    }
}

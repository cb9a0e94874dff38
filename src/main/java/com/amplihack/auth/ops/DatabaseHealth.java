package com.amplihack.auth.ops;

import com.amplihack.auth.database.Database;
import com.amplihack.auth.problem.AuthException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: the account database answers within two seconds. */
@Readiness
@ApplicationScoped
public class DatabaseHealth implements HealthCheck {
    @Inject
    private Database database;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("database");
        try {
            return answer.up().withData("product", database.ping()).build();
        } catch (AuthException silent) {
            return answer.down()
                    .withData("error", "The database does not answer; logins and refreshes get 503.")
                    .build();
        }
    }
}

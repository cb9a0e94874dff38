package com.amplihack.auth.ops;

import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.StoreUnavailableException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: the store answers. */
@Readiness
@ApplicationScoped
public class StoreHealth implements HealthCheck {
    @Inject
    private SecurityStore store;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("store");
        answer.withData("kind", store.kind());
        try {
            store.ping();
            return answer.up().build();
        } catch (StoreUnavailableException silent) {
            return answer.down()
                    .withData("error", "Redis does not answer; the log says why. Requests with tokens are 503.")
                    .build();
        }
    }
}

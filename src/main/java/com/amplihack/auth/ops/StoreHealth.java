package com.amplihack.auth.ops;

import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.StoreInspection;
import com.amplihack.auth.store.StoreUnavailableException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.InstantSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: the store answers, and is configured to keep its data. */
@Readiness
@ApplicationScoped
public class StoreHealth implements HealthCheck {
    @Inject
    private SecurityStore store;

    @Inject
    private InstantSource clock;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("store");
        answer.withData("kind", store.kind());
        try {
            StoreInspection found = store.inspect(clock.instant());
            if (!found.warnings().isEmpty()) {
                answer.withData("warning", String.join("; ", found.warnings()));
            }
            found.refusal().ifPresent(reason -> answer.withData("error", reason));
            return answer.status(found.refusal().isEmpty()).build();
        } catch (StoreUnavailableException silent) {
            return answer.down()
                    .withData("error", "Redis does not answer; see the log. Requests with tokens get 503.")
                    .build();
        }
    }
}

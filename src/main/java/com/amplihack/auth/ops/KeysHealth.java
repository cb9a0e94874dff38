package com.amplihack.auth.ops;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.keys.KeyRing;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: there is a key that signs, and it is worth its name. */
@Readiness
@ApplicationScoped
public class KeysHealth implements HealthCheck {
    @Inject
    private KeyRing keys;

    @Inject
    private Configuration configuration;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("keys");
        answer.withData("kid", keys.active().kid())
                .withData("bits", keys.active().bits());
        if (configuration.settings().keys().passphrase().isEmpty()) {
            answer.withData("warning", "jwt.key.passphrase is not set: the private key is stored in clear");
        }
        return answer.up().build();
    }
}

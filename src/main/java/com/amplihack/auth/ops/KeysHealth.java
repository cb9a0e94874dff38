package com.amplihack.auth.ops;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.problem.AuthException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Readiness: there is an active key that signs, and the key directory is readable. */
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
        KeySettings settings = configuration.settings().keys();
        if (settings.passphrase().isEmpty() && settings.hsm().isEmpty()) {
            answer.withData("warning", "jwt.key.passphrase is not set: the private key is stored in clear");
        }
        try {
            SigningKey active = keys.active();
            answer.withData("kid", active.kid())
                    .withData("bits", active.bits())
                    .withData("provider", active.provider().orElse("JDK"));
        } catch (AuthException none) {
            return answer.down().withData("error", none.getMessage()).build();
        }
        Optional<String> fault = keys.hsmFault();
        if (fault.isPresent()) {
            return answer.down()
                    .withData("error", "The HSM does not sign: logins and refreshes are refused.")
                    .withData("cause", fault.get())
                    .build();
        }
        if (!keys.isReadable()) {
            return answer.down()
                    .withData("error", "The key directory cannot be read: rotations and compromises go unnoticed.")
                    .build();
        }
        return answer.up().build();
    }
}

package com.amplihack.auth.ops;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Policy;
import com.amplihack.auth.config.source.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Readiness: up, since good values stand in for bad ones, unless one of those opens something. The data name what is
 * refused and no value: the log and {@code GET /admin/api/policy} have them.
 */
@Readiness
@ApplicationScoped
public class SettingsHealth implements HealthCheck {
    @Inject
    private Configuration configuration;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("settings")
                .status(!configuration.policy().leavesOpen());
        refused(configuration).forEach(answer::withData);
        return answer.build();
    }

    /** What is allowed, by name. */
    static Map<String, String> refused(Configuration configuration) {
        Policy policy = configuration.policy();
        return configuration.refusals().stream()
                .filter(Predicate.not(Refusal::waits))
                .collect(Collectors.toMap(Refusal::name, refusal -> policy.find(refusal.name())
                        .map(inForce -> "refused, as the log says; allowed is "
                                + policy.declared(inForce).allowed()
                                + (policy.isOpen(inForce) ? "; in force is one that opens what should be closed" : ""))
                        .orElse(refusal.reason()))); // a name that no setting has
    }
}

package com.amplihack.auth.admin.overview;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.eclipse.microprofile.health.Readiness;

/** Asks the checks of readiness, and how long store and database take to answer theirs. */
@Singleton
class HealthProbe {
    private static final Set<String> TIMED = Set.of("store", "database");

    @Inject
    @Any
    private Instance<HealthCheck> checks;

    /**
     * What the checks have told.
     *
     * @param ready whether none is down
     * @param levels {@code store_ms} and {@code database_ms}, and {@code store_down} and {@code database_down} as 0 or 1
     */
    record Result(boolean ready, List<Warning> warnings, Map<String, Double> levels) {
        static final Result NOTHING = new Result(true, List.of(), Map.of());

        Result {
            warnings = List.copyOf(warnings);
            levels = Map.copyOf(levels);
        }
    }

    /** Takes as long as the checks do; not for requests. */
    Result ask() {
        boolean ready = true;
        List<Warning> warnings = new ArrayList<>();
        Map<String, Double> levels = new HashMap<>();
        for (HealthCheck check : checks.select(Readiness.Literal.INSTANCE)) {
            long start = System.nanoTime();
            HealthCheckResponse answer = check.call();
            boolean up = answer.getStatus() == Status.UP;
            ready &= up;
            warnings.addAll(Warning.of(answer));
            if (TIMED.contains(answer.getName())) {
                levels.put(answer.getName() + "_ms", (System.nanoTime() - start) / 1e6);
                levels.put(answer.getName() + "_down", up ? 0.0 : 1.0);
            }
        }
        return new Result(ready, warnings.stream().distinct().toList(), levels);
    }
}

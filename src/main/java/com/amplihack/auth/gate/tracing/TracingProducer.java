package com.amplihack.auth.gate.tracing;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.metrics.Tracing;
import io.opentelemetry.api.OpenTelemetry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;

/** Produces the tracing that {@code otel.sdk.disabled} selects, once at the start. */
@ApplicationScoped
public class TracingProducer {
    /**
     * Chooses.
     *
     * @param telemetry the server's; not asked for while tracing is off
     */
    @Produces
    @Singleton
    Tracing tracing(Configuration configuration, Provider<OpenTelemetry> telemetry) {
        return configuration.settings().traced()
                ? new OpenTelemetryTracing(telemetry.get().getTracer("amplihack-auth"))
                : Tracing.OFF;
    }
}

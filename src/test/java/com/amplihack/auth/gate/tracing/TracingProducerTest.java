package com.amplihack.auth.gate.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Tracing;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import jakarta.inject.Provider;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Without a server: what is made by whom is shown by {@code MonitoringIT}. */
class TracingProducerTest {
    private static final SpanContext REMOTE = SpanContext.createFromRemoteParent(
            "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", TraceFlags.getSampled(), TraceState.getDefault());

    private static Tracing tracing(Map<String, String> settings, Provider<OpenTelemetry> telemetry) {
        return new TracingProducer()
                .tracing(new Configuration(TestSettings.dev(Path.of("/nowhere"), settings)), telemetry);
    }

    @Test
    void tracingIsOffUnlessItIsAskedForAndThenTheServersIsNotTouched() {
        Provider<OpenTelemetry> untouchable = () -> {
            throw new AssertionError("the server's telemetry was asked for");
        };

        assertSame(Tracing.OFF, tracing(Map.of(), untouchable));
        assertSame(Tracing.OFF, tracing(Map.of("otel.sdk.disabled", "true"), untouchable));
    }

    /** Timers and pollers would otherwise begin a trace each second. */
    @Test
    void whatNoRequestAskedForHasNoSpan() {
        Tracing tracing = tracing(Map.of("otel.sdk.disabled", "false"), OpenTelemetry::noop);

        assertSame(Tracing.OFF.upstream(), tracing.upstream());
        assertEquals(SpanContext.getInvalid(), tracing.within(Tracing.Step.STORE, "admit", () -> Span.current()
                .getSpanContext()));
    }

    @Test
    void aRequestsTraceGoesOnInAnotherThreadAndToTheUpstream() throws InterruptedException {
        Tracing tracing = tracing(Map.of("otel.sdk.disabled", "false"), OpenTelemetry::noop);
        AtomicReference<SpanContext> elsewhere = new AtomicReference<>();
        Scope current = Context.root().with(Span.wrap(REMOTE)).makeCurrent();
        try {
            Tracing.Carrier carrier = tracing.carrier();
            Thread thread = new Thread(
                    () -> carrier.run(() -> elsewhere.set(Span.current().getSpanContext())));
            thread.start();
            thread.join();

            assertEquals(
                    Optional.of("00-" + REMOTE.getTraceId() + '-' + REMOTE.getSpanId() + "-01"),
                    tracing.upstream().traceparent());
            assertThrows(
                    IllegalStateException.class,
                    () -> tracing.within(Tracing.Step.DATABASE, "read", () -> {
                        throw new IllegalStateException("as it was");
                    }));
        } finally {
            current.close();
        }
        assertEquals(REMOTE, elsewhere.get());
    }
}

package com.amplihack.auth.gate.tracing;

import com.amplihack.auth.metrics.Tracing;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes the steps of a traced request children of its span; what no request asked for, such as polling, gets no span. */
final class OpenTelemetryTracing implements Tracing {
    private static final String STATUS = "http.response.status_code";

    private final Tracer tracer;

    OpenTelemetryTracing(Tracer tracer) {
        this.tracer = tracer;
    }

    /** Begins the span of a request that has arrived; the caller ends it. */
    Span serve(String name, Context parent) {
        return tracer.spanBuilder(name)
                .setParent(parent)
                .setSpanKind(SpanKind.SERVER)
                .startSpan();
    }

    /** Ends a request's span. */
    static void end(Span span, int status) {
        span.setAttribute(STATUS, status);
        if (status >= 500) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
    }

    /** A span's {@code traceparent} (W3C Trace Context section 3.2). */
    static String traceparent(Span span) {
        SpanContext context = span.getSpanContext();
        return "00-" + context.getTraceId() + '-' + context.getSpanId() + '-'
                + context.getTraceFlags().asHex();
    }

    @Override
    public <T> T within(Step step, String detail, Supplier<T> work) {
        if (!Span.current().getSpanContext().isValid()) {
            return work.get();
        }
        Span span = tracer.spanBuilder(step.span())
                .setSpanKind(step == Step.STORE || step == Step.DATABASE ? SpanKind.CLIENT : SpanKind.INTERNAL)
                .setAttribute("auth.operation", detail)
                .startSpan();
        try {
            return span.storeInContext(Context.current()).wrapSupplier(work).get();
        } catch (RuntimeException failed) {
            span.setStatus(
                    StatusCode.ERROR, failed.getClass().getSimpleName()); // a message may hold what a client sent
            throw failed;
        } finally {
            span.end();
        }
    }

    @Override
    public Carrier carrier() {
        Context context = Context.current();
        return task -> context.wrap(task).run();
    }

    @Override
    public Leg upstream() {
        if (!Span.current().getSpanContext().isValid()) {
            return OFF.upstream();
        }
        Span span = tracer.spanBuilder(Step.UPSTREAM.span())
                .setSpanKind(SpanKind.CLIENT)
                .startSpan();
        return new Leg() {
            @Override
            public Optional<String> traceparent() {
                return Optional.of(OpenTelemetryTracing.traceparent(span));
            }

            @Override
            public void answered(int status) {
                end(span, status);
            }

            @Override
            public void failed() {
                if (span.isRecording()) {
                    span.setStatus(StatusCode.ERROR);
                    span.end();
                }
            }
        };
    }
}

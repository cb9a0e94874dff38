package com.amplihack.auth.gate.tracing;

import com.amplihack.auth.gate.PathKind;
import com.amplihack.auth.gate.RequestAttributes;
import com.amplihack.auth.metrics.Tracing;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.ClientResolver;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the span of each request, except those to {@code /health}, {@code /metrics} and {@code /openapi}; continues the
 * trace of a trusted proxy, and nobody else's (W3C Trace Context section 4.2).
 */
public class TracingFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    /** Any other is client input, which must not become a span's name. */
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private static final TextMapGetter<HttpServletRequest> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(HttpServletRequest carrier) {
            return List.of();
        }

        @Override
        public @Nullable String get(@Nullable HttpServletRequest carrier, String key) {
            return carrier == null ? null : carrier.getHeader(key);
        }
    };

    @Inject
    private transient Tracing tracing;

    @Inject
    private transient ClientResolver clients;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        PathKind kind = RequestAttributes.PATH_KIND.get(request).orElse(PathKind.OPERATIONS);
        if (kind == PathKind.OPERATIONS || !(tracing instanceof OpenTelemetryTracing spans)) {
            chain.doFilter(request, response);
            return;
        }
        boolean trusted = clients.isFromTrustedProxy(request);
        Context parent = trusted
                ? W3CTraceContextPropagator.getInstance().extract(Context.root(), request, HEADERS)
                : Context.root();
        Span span = spans.serve(name(request, kind), parent);
        span.setAttribute(
                "auth.correlation_id",
                RequestAttributes.CLIENT
                        .get(request)
                        .map(ClientContext::correlationId)
                        .orElse(""));
        Scope current = parent.with(span).makeCurrent();
        try {
            chain.doFilter(new TracedRequest(request, OpenTelemetryTracing.traceparent(span), trusted), response);
        } finally {
            current.close();
            endAfter(request, response, span);
        }
    }

    private static String name(HttpServletRequest request, PathKind kind) {
        String method = METHODS.contains(request.getMethod()) ? request.getMethod() : "_OTHER";
        return method + ' ' + kind.name().toLowerCase(Locale.ROOT);
    }

    /** Ends the span with the response, which may come later and from another thread. */
    private static void endAfter(HttpServletRequest request, HttpServletResponse response, Span span) {
        if (request.isAsyncStarted()) {
            try {
                request.getAsyncContext().addListener(new EndOfSpan(span, response));
                return;
            } catch (IllegalStateException over) {
                // it was answered meanwhile
            }
        }
        OpenTelemetryTracing.end(span, response.getStatus());
    }

    /** Ends a span when an asynchronous response is complete. */
    private record EndOfSpan(Span span, HttpServletResponse response) implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {
            OpenTelemetryTracing.end(span, response.getStatus());
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // onComplete follows
        }

        @Override
        public void onError(AsyncEvent event) {
            // onComplete follows
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}

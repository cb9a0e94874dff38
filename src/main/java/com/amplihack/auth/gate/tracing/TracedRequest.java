package com.amplihack.auth.gate.tracing;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request whose {@code traceparent} names the span that this service has made for it: the server's own tracing of
 * resources continues it, and what an untrusted client sent is not seen by anybody.
 */
final class TracedRequest extends HttpServletRequestWrapper {
    private static final String TRACEPARENT = "traceparent";

    /** W3C Trace Context section 3.3, and W3C Baggage. */
    private static final Set<String> COMPANIONS = Set.of("tracestate", "baggage");

    private final String traceparent;
    private final boolean trusted;

    /** @param trusted whether {@code tracestate} and {@code baggage} are passed on */
    TracedRequest(HttpServletRequest request, String traceparent, boolean trusted) {
        super(request);
        this.traceparent = traceparent;
        this.trusted = trusted;
    }

    private boolean isHidden(String name) {
        return !trusted && COMPANIONS.contains(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public @Nullable String getHeader(String name) {
        if (TRACEPARENT.equalsIgnoreCase(name)) {
            return traceparent;
        }
        return isHidden(name) ? null : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        if (TRACEPARENT.equalsIgnoreCase(name)) {
            return Collections.enumeration(List.of(traceparent));
        }
        return isHidden(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        Set<String> names = new LinkedHashSet<>();
        names.add(TRACEPARENT);
        for (String name : Collections.list(super.getHeaderNames())) {
            if (!TRACEPARENT.equalsIgnoreCase(name) && !isHidden(name)) {
                names.add(name);
            }
        }
        return Collections.enumeration(names);
    }
}

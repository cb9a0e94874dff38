package com.amplihack.auth.gate.connector;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Restores the body framing of a request whose {@code Upgrade} header is ignored (RFC 9110 section 7.8, RFC 9112
 * section 6.3): Payara passes on all bytes of the connection until it times out.
 */
public class UpgradeFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean raw = request.getHeader("Upgrade") != null && isRaw(request);
        chain.doFilter(raw ? new Framed(request) : request, response);
    }

    /** Whether the container does not decode the body's framing, read from its own objects by reflection (ADR 0049). */
    private static boolean isRaw(HttpServletRequest request) {
        ServletRequest innermost = request;
        while (innermost instanceof ServletRequestWrapper wrapper) {
            innermost = wrapper.getRequest();
        }
        try {
            Object at = innermost;
            for (String step : new String[] {
                "getUnwrappedCoyoteRequest", "getCoyoteRequest", "getRequest", "isIgnoreContentModifiers"
            }) {
                at = at.getClass().getMethod(step).invoke(at);
            }
            return Boolean.TRUE.equals(at);
        } catch (ReflectiveOperationException | RuntimeException otherServer) {
            return false;
        }
    }

    private static final class Framed extends HttpServletRequestWrapper {
        private @Nullable ServletInputStream body;

        Framed(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            if (body == null) {
                long length = getContentLengthLong();
                boolean chunked = getHeader("Transfer-Encoding") != null;
                body = new FramedBody(super.getInputStream(), chunked ? -1 : Math.max(0, length));
            }
            return body;
        }
    }
}

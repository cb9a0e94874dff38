package com.amplihack.auth.gate.connector;

import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.web.ServiceState;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Counts each request until its thread returns, since a server that stops waits for it, and each response. */
public class DrainFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    @Inject
    private transient ServiceState state;

    @Inject
    private transient Meters meters;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        state.accepted();
        try {
            chain.doFilter(request, response);
        } finally {
            state.answered();
            countAfter(request, response);
        }
    }

    private void countAfter(HttpServletRequest request, HttpServletResponse response) {
        if (request.isAsyncStarted()) {
            try {
                request.getAsyncContext().addListener(new ResponseCounter(meters, response));
                return;
            } catch (IllegalStateException over) {
                // it was answered meanwhile
            }
        }
        meters.responded(response.getStatus());
    }
}

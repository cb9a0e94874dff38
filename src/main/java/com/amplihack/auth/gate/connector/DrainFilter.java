package com.amplihack.auth.gate.connector;

import com.amplihack.auth.web.ServiceState;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Counts each request until its thread returns: a server that stops waits for it. */
public class DrainFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    @Inject
    private transient ServiceState state;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        state.accepted();
        try {
            chain.doFilter(request, response);
        } finally {
            state.answered();
        }
    }
}

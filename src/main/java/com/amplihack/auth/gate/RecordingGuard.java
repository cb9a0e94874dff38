package com.amplihack.auth.gate;

import com.amplihack.auth.audit.AuditLog;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.util.Set;

/**
 * Refuses whatever changes state while the audit log cannot record it. Requests that are admitted elsewhere (the proxy, a
 * reverse proxy's question at {@code /auth/verify}) and those that only read go on.
 */
@Priority(Priorities.AUTHORIZATION) // who may not call is told so first
public class RecordingGuard implements ContainerRequestFilter {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");

    @Inject
    private AuditLog audit;

    @Override
    public void filter(ContainerRequestContext context) {
        if (!READING.contains(context.getMethod())) {
            audit.requireRecording();
        }
    }
}

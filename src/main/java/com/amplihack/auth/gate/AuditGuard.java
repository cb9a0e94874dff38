package com.amplihack.auth.gate;

import com.amplihack.auth.audit.AuditLog;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import java.util.Set;

/**
 * Refuses state-changing requests to resources while the audit log cannot record; reads, proxied requests and {@code
 * /auth/verify} go on.
 */
@Priority(Priorities.AUTHORIZATION) // after authentication, so that unauthorized callers are refused first
public class AuditGuard implements ContainerRequestFilter {
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

package com.amplihack.auth.gate.permission;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import java.util.List;
import java.util.Set;

/**
 * Refuses conditional changes ({@code If-Match}, {@code If-None-Match}; RFC 9110 sections 13.1.1 and 13.1.2), that the
 * resource does not support, instead of ignoring the condition.
 */
public class PreconditionGuard implements ContainerRequestFilter {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final String IF_MATCH = "If-Match";
    private static final List<String> CONDITIONS = List.of(IF_MATCH, "If-None-Match");

    @Context
    private ResourceInfo resource;

    @Override
    public void filter(ContainerRequestContext request) {
        if (SAFE.contains(request.getMethod())) {
            return;
        }
        for (String condition : CONDITIONS) {
            boolean honoured = condition.equals(IF_MATCH)
                    && resource.getResourceMethod().isAnnotationPresent(HonoursIfMatch.class);
            if (request.getHeaderString(condition) != null && !honoured) {
                throw new AuthException(
                        ErrorCode.INVALID_REQUEST,
                        condition + ": conditional changes are not supported; send the change without it.");
            }
        }
    }
}

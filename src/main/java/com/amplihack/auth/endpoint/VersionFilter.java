package com.amplihack.auth.endpoint;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.UriInfo;

/** Makes {@code /v1/auth/…} and {@code /v1/api/…} aliases of the unversioned paths. */
@PreMatching
public class VersionFilter implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext context) {
        UriInfo uri = context.getUriInfo();
        String path = uri.getPath(false);
        String relative = path.startsWith("/") ? path.substring(1) : path;
        if (relative.startsWith("v1/auth/") || relative.startsWith("v1/api/")) {
            context.setRequestUri(uri.getRequestUriBuilder()
                    .replacePath(uri.getBaseUri().getRawPath() + relative.substring("v1/".length()))
                    .build());
        }
    }
}

package com.amplihack.auth.endpoint;

import com.amplihack.auth.web.RequestPath;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.UriInfo;

/**
 * Makes {@code /v1/auth/…}, {@code /v1/api/…} and {@code /api/v1/…} aliases of the unversioned paths, and gives back the colons that the HTTP
 * connector hides from the container ({@link RequestPath#SPELLED}).
 */
@PreMatching
public class VersionFilter implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext context) {
        UriInfo uri = context.getUriInfo();
        String path = uri.getPath(false);
        String relative = path.startsWith("/") ? path.substring(1) : path;
        String spelled = context.getProperty(RequestPath.SPELLED) == null
                ? relative
                : relative.replace(RequestPath.HIDDEN_COLON, "%3A");
        boolean versioned = spelled.startsWith("v1/auth/") || spelled.startsWith("v1/api/");
        String unversioned = versioned ? spelled.substring("v1/".length()) : spelled;
        String plain =
                unversioned.startsWith("api/v1/") ? "api/" + unversioned.substring("api/v1/".length()) : unversioned;
        if (!plain.equals(relative)) {
            context.setRequestUri(uri.getRequestUriBuilder()
                    .replacePath(uri.getBaseUri().getRawPath() + plain)
                    .build());
        }
    }
}

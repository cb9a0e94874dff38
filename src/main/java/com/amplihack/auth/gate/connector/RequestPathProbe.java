package com.amplihack.auth.gate.connector;

import com.amplihack.auth.web.RequestPath;
import java.util.regex.Pattern;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.http.server.HttpServerFilter;
import org.glassfish.grizzly.http.server.HttpServerProbe;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.util.RequestURIRef;

/**
 * Keeps Payara from answering 200 to a request that its web container fails to parse before any filter runs: it logs
 * the failure and sends the response's initial status, an empty 200, over HTTP/1.1 and HTTP/2 alike.
 */
final class RequestPathProbe extends HttpServerProbe.Adapter {
    /** The web container refuses a null byte with 400. */
    static final String REFUSED = "/%00";

    private static final Pattern FORWARD_AUTH = Pattern.compile("(?:/v1)?/auth/verify(?:[/;].*)?", Pattern.DOTALL);

    private static final Pattern COLON = Pattern.compile(":|%3[Aa]");

    /**
     * A server of Jakarta EE 11, as Payara 7 is, makes a permission of the path before any filter runs and does not encode
     * colons, which separate paths in a permission (Jakarta Authorization 3.0, {@code WebResourcePermission}): it answers 500
     * and logs a stack trace. There colons are hidden from the container; {@link RequestPath} has them back.
     */
    private final boolean failsOnColons = isThere("jakarta.security.jacc.PolicyFactory");

    @Override
    @SuppressWarnings("rawtypes")
    public void onRequestReceiveEvent(HttpServerFilter filter, Connection connection, Request request) {
        RequestURIRef uri = request.getRequest().getRequestURIRef();
        String path = uri.getURI();
        if (!RequestSyntax.isReadablePath(path) || !hasReadableHost(request)) {
            uri.setURI(REFUSED);
            return;
        }
        if (FORWARD_AUTH.matcher(path).matches()) {
            // fail closed: a failure must not look like admission to the reverse proxy; ForwardAuthFilter sets 200
            request.getResponse().setStatus(500);
        }
        if (failsOnColons && COLON.matcher(path).find()) {
            request.setAttribute(RequestPath.SPELLED, path);
            uri.setURI(COLON.matcher(path).replaceAll(RequestPath.HIDDEN_COLON));
        }
    }

    /** By the web container's own parser, which supplies a name if HTTP/1.0 sends none. */
    private static boolean hasReadableHost(Request request) {
        try {
            String name = request.getServerName();
            return name != null && !name.isEmpty();
        } catch (RuntimeException malformedPort) {
            return false;
        }
    }

    private static boolean isThere(String className) {
        try {
            Class.forName(className);
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }
}

package com.amplihack.auth.gate.connector;

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
    private static final String REFUSED = "/%00";

    private static final Pattern FORWARD_AUTH = Pattern.compile("(?:/v1)?/auth/verify(?:[/;].*)?", Pattern.DOTALL);

    @Override
    @SuppressWarnings("rawtypes")
    public void onRequestReceiveEvent(HttpServerFilter filter, Connection connection, Request request) {
        RequestURIRef uri = request.getRequest().getRequestURIRef();
        String path = uri.getURI();
        if (!RequestSyntax.isReadablePath(path) || !hasReadableHost(request)) {
            uri.setURI(REFUSED);
        } else if (FORWARD_AUTH.matcher(path).matches()) {
            // fail closed: a failure must not look like admission to the reverse proxy; ForwardAuthFilter sets 200
            request.getResponse().setStatus(500);
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
}

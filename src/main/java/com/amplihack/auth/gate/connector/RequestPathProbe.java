package com.amplihack.auth.gate.connector;

import java.util.regex.Pattern;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.http.server.HttpServerFilter;
import org.glassfish.grizzly.http.server.HttpServerProbe;
import org.glassfish.grizzly.http.server.Request;
import org.glassfish.grizzly.http.util.RequestURIRef;

/**
 * Keeps Payara from answering 200 to what it could not read: when its web container fails before any filter of an
 * application, it logs the failure and sends the empty 200 that nobody has changed, in HTTP/1.1 and HTTP/2 alike.
 */
final class RequestPathProbe extends HttpServerProbe.Adapter {
    /** A null byte is what the web container refuses by itself, with 400. */
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
            // whatever else may fail: no proxy must take silence for consent. VerifyFilter says 200.
            request.getResponse().setStatus(500);
        }
    }

    /** By the parser that the web container uses, which makes up a name when HTTP/1.0 sends none. */
    private static boolean hasReadableHost(Request request) {
        try {
            String name = request.getServerName();
            return name != null && !name.isEmpty();
        } catch (RuntimeException portIsNoNumber) {
            return false;
        }
    }
}

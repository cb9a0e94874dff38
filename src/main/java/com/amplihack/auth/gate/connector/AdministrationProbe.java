package com.amplihack.auth.gate.connector;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.http.server.HttpServerFilter;
import org.glassfish.grizzly.http.server.HttpServerProbe;
import org.glassfish.grizzly.http.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Keeps browsers out of the REST management of Payara's administration listener, whose pages run what stands in a URL
 * (CVE-2025-14340). Programs pass, and so do the calls that the console makes from within the server.
 */
final class AdministrationProbe extends HttpServerProbe.Adapter {
    private static final List<String> ONLY_OF_BROWSERS =
            List.of("Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Origin", "Referer");
    private static final Pattern REST =
            Pattern.compile("[/.\\\\]*(?:management|monitoring)(?:[/;.\\\\].*)?", Pattern.DOTALL);

    @Override
    @SuppressWarnings("rawtypes")
    public void onRequestReceiveEvent(HttpServerFilter filter, Connection connection, Request request) {
        if (isRefused(request.getRequest().getRequestURIRef().getURI(), request::getHeader)) {
            request.getRequest().getRequestURIRef().setURI(RequestPathProbe.REFUSED);
        }
    }

    /** @param header the value of the header of that name, or null */
    static boolean isRefused(String path, UnaryOperator<@Nullable String> header) {
        String accepted = header.apply("Accept");
        boolean browser = ONLY_OF_BROWSERS.stream().anyMatch(name -> header.apply(name) != null)
                || (accepted != null && accepted.contains("html"));
        return browser && leadsToRest(path);
    }

    private static boolean leadsToRest(String path) {
        try {
            String decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
            return REST.matcher(decoded).matches() || decoded.contains("/../") || decoded.contains("%");
        } catch (IllegalArgumentException undecodable) {
            return true;
        }
    }
}

package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.web.ClientContext;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Tells the upstream which way a request came: {@code Forwarded} (RFC 7239), {@code Via} and the request's id. */
public final class Via {
    /** RFC 3986 section 3.2.2, without what a careless reader of the header might take for its punctuation. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._~%:\\[\\]-]{1,255}");

    private Via() {}

    /**
     * The headers that tell the upstream where the request came from (RFC 7239 and its predecessors).
     *
     * @param https whether the client speaks TLS, with us or with a proxy in front
     */
    public static List<Map.Entry<String, String>> headers(
            HttpServletRequest request, ClientContext client, boolean https) {
        String host = request.getHeader("Host");
        return List.of(
                Map.entry(
                        "Forwarded",
                        "for=" + node(client.address())
                                + (host != null && HOST.matcher(host).matches() ? ";host=\"" + host + '"' : "")
                                + ";proto=" + (https ? "https" : "http")),
                Map.entry("Via", "1.1 amplihack-auth"),
                Map.entry("X-Request-Id", client.correlationId()));
    }

    /** RFC 7239 section 6: an IPv6 address stands in brackets, and so in quotes. */
    private static String node(String address) {
        return address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
    }
}

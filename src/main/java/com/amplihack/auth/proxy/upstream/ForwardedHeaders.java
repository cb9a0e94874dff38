package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.web.ClientContext;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The proxy's own request headers: {@code Forwarded} (RFC 7239), {@code Via} and {@code X-Request-Id}. */
public final class ForwardedHeaders {
    /** RFC 3986 section 3.2.2, without the header's own delimiters. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._~%:\\[\\]-]{1,255}");

    private ForwardedHeaders() {}

    /**
     * Builds the headers for one request.
     *
     * @param https whether the client uses TLS, to us or to a proxy in front
     */
    public static List<Map.Entry<String, String>> of(HttpServletRequest request, ClientContext client, boolean https) {
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

    /** RFC 7239 section 6: an IPv6 address is in brackets and quoted. */
    private static String node(String address) {
        return address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
    }
}

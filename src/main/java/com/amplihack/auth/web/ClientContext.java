package com.amplihack.auth.web;

/**
 * The sender of a request, according to the connection and headers.
 *
 * @param address the client's canonical IP address; IPv4-mapped addresses as IPv4
 * @param userAgent the {@code User-Agent} header; may be empty
 * @param correlationId the {@code X-Request-Id} of the response and audit entries
 */
public record ClientContext(String address, String userAgent, String correlationId) {
    /** The server itself, for events without a request. */
    public static final ClientContext NONE = new ClientContext("", "", "");
}

package com.amplihack.auth.web;

/**
 * Who sent a request, as far as the connection and its headers tell.
 *
 * @param address the client's IP address in canonical text form; an IPv4-mapped IPv6 address is given as IPv4
 * @param userAgent the {@code User-Agent} header, or the empty string when there is none
 * @param correlationId the {@code X-Request-Id} that the answer and every audit line carry
 */
public record ClientContext(String address, String userAgent, String correlationId) {
    /** The server itself, for what nobody's request caused. */
    public static final ClientContext NONE = new ClientContext("", "", "");
}

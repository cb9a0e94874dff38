package com.amplihack.auth.web;

import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * Finds the client's own certificate as the TLS layer of this server has verified it; what a header says of one is
 * believed from nobody.
 */
public final class ClientCertificate {
    /** Jakarta Servlet 6.0 section 3.10. Payara reads it from the TLS session and asks the client for nothing. */
    private static final String ATTRIBUTE = "jakarta.servlet.request.X509Certificate";

    /**
     * With {@code auth-pass-through-enabled} Payara takes this header for the certificate, and {@code Proxy-keysize} for
     * TLS, whoever sent them.
     */
    private static final String PASSED_THROUGH = "Proxy-auth-cert";

    private ClientCertificate() {}

    /** The leaf of the chain; empty over plain HTTP, or when the client has shown none. */
    public static Optional<X509Certificate> of(HttpServletRequest request) {
        return request.isSecure()
                        && request.getHeader(PASSED_THROUGH) == null
                        && request.getAttribute(ATTRIBUTE) instanceof X509Certificate[] chain
                        && chain.length > 0
                ? Optional.of(chain[0])
                : Optional.empty();
    }
}

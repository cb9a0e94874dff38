package com.amplihack.auth.web;

import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.util.Optional;

/** Finds the client certificate that this server's TLS layer has verified; never trusts a certificate in a header. */
public final class ClientCertificate {
    /** Jakarta Servlet 6.0 section 3.10; Payara takes it from the TLS session without renegotiation. */
    private static final String ATTRIBUTE = "jakarta.servlet.request.X509Certificate";

    /**
     * With {@code auth-pass-through-enabled}, Payara takes the certificate from this header, and TLS from
     * {@code Proxy-keysize}, of any sender.
     */
    private static final String PASSED_THROUGH = "Proxy-auth-cert";

    private ClientCertificate() {}

    /** The chain's leaf; empty over plain HTTP or without a client certificate. */
    public static Optional<X509Certificate> of(HttpServletRequest request) {
        return request.isSecure()
                        && request.getHeader(PASSED_THROUGH) == null
                        && request.getAttribute(ATTRIBUTE) instanceof X509Certificate[] chain
                        && chain.length > 0
                ? Optional.of(chain[0])
                : Optional.empty();
    }
}

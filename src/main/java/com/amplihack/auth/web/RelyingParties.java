package com.amplihack.auth.web;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.type.Origin;
import com.amplihack.auth.config.webauthn.RelyingParty;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** Finds out for whom a request's passkeys are. */
@Singleton
public class RelyingParties {
    private final Configuration configuration;

    @Inject
    public RelyingParties(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Empty if passkeys are not available at the address that the request came to. */
    public Optional<RelyingParty> find(HttpServletRequest request) {
        String host = request.getHeader("Host");
        String scheme = request.isSecure() ? "https://" : "http://";
        return configuration
                .settings()
                .webauthn()
                .relyingParty(Optional.ofNullable(host).flatMap(name -> Origin.canonical(scheme + name)));
    }

    /**
     * For whom the request's passkeys are.
     *
     * @throws AuthException {@code not_available}
     */
    public RelyingParty require(HttpServletRequest request) {
        return find(request)
                .orElseThrow(
                        () -> new AuthException(
                                ErrorCode.NOT_AVAILABLE,
                                "Passkeys are not available here: they need auth.public.url with https, or auth.webauthn.origins."));
    }
}

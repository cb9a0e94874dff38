package com.amplihack.auth.gate;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.SessionProof;
import com.amplihack.auth.web.CookieName;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Extracts a request's credentials: bearer token, session proof, refresh and device cookies. */
@Singleton
public class Credentials {
    private static final String SCHEME = "bearer ";

    private static final List<String> HEADERS = List.of("Authorization", "Session-Handle", "x-api-key");

    private final Configuration configuration;

    @Inject
    public Credentials(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * The bearer token (RFC 6750 section 2.1); the scheme's case does not matter (RFC 9110 section 11.1). Other schemes
     * count as no token.
     *
     * @throws AuthException {@code invalid_request} when there is more than one {@code Authorization} header
     */
    public static Optional<String> bearer(HttpServletRequest request) {
        List<String> headers = Collections.list(request.getHeaders("Authorization"));
        if (headers.size() > 1) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "More than one Authorization header.");
        }
        if (headers.isEmpty() || !headers.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        String token = headers.get(0).substring(SCHEME.length()).strip();
        return token.isEmpty() ? Optional.empty() : Optional.of(token);
    }

    /**
     * The API key, as the bearer token or in {@code x-api-key}, as it was spelled.
     *
     * @throws AuthException {@code invalid_request} when there are two different credentials
     */
    static Optional<String> apiKey(HttpServletRequest request) {
        Optional<String> bearer = bearer(request);
        if (request.getHeader("x-api-key") == null) {
            return bearer.filter(ApiKey::isOne);
        }
        List<String> keys = Collections.list(request.getHeaders("x-api-key")).stream()
                .map(String::strip)
                .filter(key ->
                        ApiKey.isOne(key) || bearer.isEmpty()) // beside a token, another service's key is ignored
                .distinct()
                .toList();
        if (keys.size() > 1 || (!keys.isEmpty() && bearer.isPresent() && !keys.contains(bearer.get()))) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "Two different credentials in one request.");
        }
        return keys.isEmpty() ? bearer.filter(ApiKey::isOne) : Optional.of(keys.get(0));
    }

    /** Whether a header or cookie of the request carries a credential of any kind, well-formed or not. */
    boolean isPresent(HttpServletRequest request) {
        return HEADERS.stream().anyMatch(name -> request.getHeader(name) != null)
                || Stream.of(CookieName.values())
                        .anyMatch(name -> !name.valuesIn(request, prefixed()).isEmpty());
    }

    /** The well-formed session cookies and {@code Session-Handle} headers. */
    public SessionProof proof(HttpServletRequest request) {
        List<String> values = new ArrayList<>(CookieName.SESSION_ID.valuesIn(request, prefixed()));
        values.addAll(Collections.list(request.getHeaders("Session-Handle")));
        return SessionProof.of(values);
    }

    public List<String> refreshCookies(HttpServletRequest request) {
        return CookieName.REFRESH_TOKEN.valuesIn(request, prefixed());
    }

    public List<String> deviceCookies(HttpServletRequest request) {
        return CookieName.DEVICE.valuesIn(request, prefixed());
    }

    /** Whether cookie names have their {@code __Host-} or {@code __Secure-} prefix. */
    public boolean prefixed() {
        return configuration.settings().web().cookiePrefix();
    }
}

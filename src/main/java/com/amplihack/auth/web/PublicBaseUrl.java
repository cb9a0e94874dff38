package com.amplihack.auth.web;

import com.amplihack.auth.config.WebSettings;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.config.type.Origin;
import com.amplihack.auth.config.type.PublicUrl;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/**
 * The base URL under which the client reaches this service: {@code auth.public.url}, or a trusted proxy's
 * {@code X-Forwarded-Proto}, {@code -Host} and {@code -Prefix}, or the request's own.
 *
 * @param https whether the client uses TLS, to this server or to the proxy
 * @param origin a canonical {@link Origin}; empty if only the request's {@code Host} is known
 * @param prefix of this service's paths, such as {@code /sso}; may be empty
 */
public record PublicBaseUrl(boolean https, Optional<String> origin, String prefix) {
    public static PublicBaseUrl of(HttpServletRequest request, WebSettings settings) {
        Optional<PublicUrl> configured = settings.publicUrl();
        if (configured.isPresent()) {
            PublicUrl url = configured.get();
            return new PublicBaseUrl(
                    request.isSecure() || url.origin().startsWith("https:"), Optional.of(url.origin()), url.path());
        }
        boolean https = isTls(request, settings);
        if (!isForwarded(request, settings)) {
            return new PublicBaseUrl(https, Optional.empty(), request.getContextPath());
        }
        String host = request.getHeader("X-Forwarded-Host");
        String prefix = request.getHeader("X-Forwarded-Prefix");
        return new PublicBaseUrl(
                https,
                host == null ? Optional.empty() : Origin.canonical((https ? "https://" : "http://") + host),
                PublicUrl.withoutTrailingSlash(prefix == null ? "" : prefix).orElse("") + request.getContextPath());
    }

    /**
     * Whether TLS protected the request on its way: to this server, or to a trusted proxy, which then says {@code https}.
     * {@code auth.public.url} does not count, as it says nothing of this request; nor does the header by which Payara
     * takes TLS from any sender if {@code auth-pass-through-enabled}.
     */
    public static boolean isTls(HttpServletRequest request, WebSettings settings) {
        return (request.isSecure() && request.getHeader("Proxy-keysize") == null)
                || (isForwarded(request, settings) && ForwardedClient.isHttps(request));
    }

    private static boolean isForwarded(HttpServletRequest request, WebSettings settings) {
        String peer = request.getRemoteAddr();
        return peer != null && settings.trustedProxies().contains(AddressRanges.canonical(peer));
    }

    /** The URI of one of this service's paths: absolute, or without scheme and host (RFC 9110 section 10.2.2). */
    public String locate(String path) {
        return origin.orElse("") + prefix + path;
    }

    /** Whether an origin is this service's own: it matches this address or the request's {@code Host}. */
    public boolean isOrigin(String canonical, HttpServletRequest request) {
        if (origin.filter(canonical::equals).isPresent()) {
            return true;
        }
        String host = request.getHeader("Host");
        String scheme = canonical.substring(0, canonical.indexOf("://") + 3); // a balancer may end TLS
        return host != null
                && (scheme.equals("https://") || scheme.equals("http://"))
                && Origin.canonical(scheme + host).filter(canonical::equals).isPresent();
    }
}

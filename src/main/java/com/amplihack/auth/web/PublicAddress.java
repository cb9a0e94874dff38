package com.amplihack.auth.web;

import com.amplihack.auth.config.WebSettings;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.config.type.Origin;
import com.amplihack.auth.config.type.PublicUrl;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/**
 * The address by which the client reaches this service: {@code auth.public.url}, else what a trusted proxy says in
 * {@code X-Forwarded-Proto}, {@code -Host} and {@code -Prefix}, else what the request itself shows. Says nothing about how
 * the connection to us is protected.
 *
 * @param https whether the client speaks TLS, with us or with the proxy in front
 * @param origin scheme, host and port as {@link Origin} writes them; empty when only the request's {@code Host} tells
 * @param prefix what stands in front of our own paths, such as {@code /sso}, or the empty string
 */
public record PublicAddress(boolean https, Optional<String> origin, String prefix) {
    public static PublicAddress of(HttpServletRequest request, WebSettings settings) {
        Optional<PublicUrl> configured = settings.publicUrl();
        if (configured.isPresent()) {
            PublicUrl url = configured.get();
            return new PublicAddress(
                    request.isSecure() || url.origin().startsWith("https:"), Optional.of(url.origin()), url.path());
        }
        String peer = request.getRemoteAddr();
        if (peer == null || !settings.trustedProxies().contains(AddressRanges.canonical(peer))) {
            return new PublicAddress(request.isSecure(), Optional.empty(), request.getContextPath());
        }
        return forwarded(request);
    }

    private static PublicAddress forwarded(HttpServletRequest request) {
        boolean https = request.isSecure() || "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
        String host = request.getHeader("X-Forwarded-Host");
        String prefix = request.getHeader("X-Forwarded-Prefix");
        return new PublicAddress(
                https,
                host == null ? Optional.empty() : Origin.canonical((https ? "https://" : "http://") + host),
                PublicUrl.withoutSlash(prefix == null ? "" : prefix).orElse("") + request.getContextPath());
    }

    /** How the client reaches a path of ours: an absolute URI, or one without scheme and host (RFC 9110 section 10.2.2). */
    public String locate(String path) {
        return origin.orElse("") + prefix + path;
    }

    /** Whether a page of that origin is ours: it has this address, or the host that the request names. */
    public boolean isOrigin(String canonical, HttpServletRequest request) {
        if (origin.filter(canonical::equals).isPresent()) {
            return true;
        }
        String host = request.getHeader("Host");
        String scheme = canonical.substring(0, canonical.indexOf("://") + 3); // the balancer's affair, http or https
        return host != null
                && (scheme.equals("https://") || scheme.equals("http://"))
                && Origin.canonical(scheme + host).filter(canonical::equals).isPresent();
    }
}

package com.amplihack.auth.config;

import java.util.Set;

/**
 * What the HTTP side lets in.
 *
 * @param cookiePrefix whether cookies carry {@code __Host-} and {@code __Secure-}
 * @param adminAllowlist from where {@code /admin/api} may be called
 * @param trustedProxies whose {@code Forwarded} and {@code X-Forwarded-For} are believed
 * @param corsOrigins foreign origins whose pages may read our answers
 * @param csrfOrigins foreign origins that may send changing requests, as in the {@code Origin} header
 */
public record WebSettings(
        boolean cookiePrefix,
        AddressRanges adminAllowlist,
        AddressRanges trustedProxies,
        Set<String> corsOrigins,
        Set<String> csrfOrigins) {
    public WebSettings {
        corsOrigins = Set.copyOf(corsOrigins);
        csrfOrigins = Set.copyOf(csrfOrigins);
    }

    static WebSettings read(SettingsReader from) {
        return new WebSettings(
                from.bool("auth.cookie.prefix"),
                AddressRanges.read("auth.admin.allowlist", from),
                AddressRanges.read("auth.trusted.proxies", from),
                origins("auth.cors.origins", from),
                origins("auth.csrf.origins", from));
    }

    /** Exact origins as in RFC 6454 section 6.2: no path, no wildcard. */
    private static Set<String> origins(String name, SettingsReader from) {
        for (String origin : from.list(name)) {
            if (!origin.matches("https?://[A-Za-z0-9.:\\[\\]-]+")) {
                throw SettingsReader.refuse(name, "exact origins such as https://app.example", origin);
            }
        }
        return Set.copyOf(from.list(name));
    }
}

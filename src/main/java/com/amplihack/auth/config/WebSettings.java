package com.amplihack.auth.config;

import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.config.type.Origin;
import com.amplihack.auth.config.type.PublicUrl;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Cookies, addresses and origins of the HTTP endpoints.
 *
 * @param cookiePrefix whether cookie names start with {@code __Host-} or {@code __Secure-}
 * @param adminAllowlist addresses that may call {@code /admin/api}
 * @param trustedProxies proxies whose {@code Forwarded} and {@code X-Forwarded-For} are trusted
 * @param publicUrl the URL under which clients reach this service
 * @param corsOrigins canonical {@link Origin}s that may read responses
 * @param csrfOrigins canonical {@link Origin}s that may send state-changing requests
 */
public record WebSettings(
        boolean cookiePrefix,
        AddressRanges adminAllowlist,
        AddressRanges trustedProxies,
        Optional<PublicUrl> publicUrl,
        Set<String> corsOrigins,
        Set<String> csrfOrigins) {
    public WebSettings {
        corsOrigins = Set.copyOf(corsOrigins);
        csrfOrigins = Set.copyOf(csrfOrigins);
    }

    static WebSettings read(SettingsReader from) {
        SettingsReader live = from.live();
        return new WebSettings(
                from.bool("auth.cookie.prefix"),
                AddressRanges.read("auth.admin.allowlist", live),
                AddressRanges.read("auth.trusted.proxies", live),
                PublicUrl.read(from),
                origins("auth.cors.origins", live),
                origins("auth.csrf.origins", live));
    }

    /** Exact origins, without path or wildcard. */
    private static Set<String> origins(String name, SettingsReader from) {
        return from.list(name).stream()
                .map(value -> Origin.canonical(value)
                        .orElseThrow(
                                () -> SettingsReader.refuse(name, "exact origins such as https://app.example", value)))
                .collect(Collectors.toUnmodifiableSet());
    }
}

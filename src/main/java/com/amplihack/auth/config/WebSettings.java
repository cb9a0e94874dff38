package com.amplihack.auth.config;

import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.config.type.Origin;
import com.amplihack.auth.config.type.PublicUrl;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the HTTP side lets in.
 *
 * @param cookiePrefix whether cookies carry {@code __Host-} and {@code __Secure-}
 * @param adminAllowlist from where {@code /admin/api} may be called
 * @param trustedProxies whose {@code Forwarded} and {@code X-Forwarded-For} are believed
 * @param publicUrl the address that people use
 * @param corsOrigins foreign origins whose pages may read our answers, as {@link Origin} writes them
 * @param csrfOrigins foreign origins that may send changing requests, as {@link Origin} writes them
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

    /** Exact ones: no path, no wildcard. */
    private static Set<String> origins(String name, SettingsReader from) {
        return from.list(name).stream()
                .map(value -> Origin.canonical(value)
                        .orElseThrow(
                                () -> SettingsReader.refuse(name, "exact origins such as https://app.example", value)))
                .collect(Collectors.toUnmodifiableSet());
    }
}

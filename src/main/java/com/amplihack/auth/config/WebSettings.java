package com.amplihack.auth.config;

import java.util.List;
import java.util.Set;

/**
 * What the HTTP side lets in.
 *
 * @param cookiePrefix whether cookies carry {@code __Host-} and {@code __Secure-}
 * @param adminAllowlist from where {@code /admin/api} may be called
 * @param csrfOrigins foreign origins that may send changing requests, as in the {@code Origin} header
 */
public record WebSettings(boolean cookiePrefix, AddressRanges adminAllowlist, Set<String> csrfOrigins) {
    static WebSettings read(SettingsReader from) {
        List<String> origins = from.list("auth.csrf.origins");
        for (String origin : origins) {
            if (!origin.matches("https?://[A-Za-z0-9.:\\[\\]-]+")) {
                throw SettingsReader.refuse("auth.csrf.origins", "exact origins such as https://app.example", origin);
            }
        }
        return new WebSettings(
                from.bool("auth.cookie.prefix"), AddressRanges.read("auth.admin.allowlist", from), Set.copyOf(origins));
    }
}

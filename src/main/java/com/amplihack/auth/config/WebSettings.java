package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.config.type.Origin;
import com.amplihack.auth.config.type.PublicUrl;
import inet.ipaddr.IPAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Cookies, addresses and origins of the HTTP endpoints.
 *
 * @param cookiePrefix whether cookie names start with {@code __Host-} or {@code __Secure-}
 * @param requireTls whether credentials that come over plain HTTP are refused
 * @param adminAllowlist addresses that may call {@code /admin/api}
 * @param trustedProxies proxies whose {@code Forwarded} and {@code X-Forwarded-For} are trusted
 * @param publicUrl the URL under which clients reach this service
 * @param corsOrigins canonical {@link Origin}s that may read responses
 * @param csrfOrigins canonical {@link Origin}s that may send state-changing requests
 * @param shutdownGrace how long a server that stops waits for requests and streams
 */
public record WebSettings(
        boolean cookiePrefix,
        boolean requireTls,
        AddressRanges adminAllowlist,
        AddressRanges trustedProxies,
        Optional<PublicUrl> publicUrl,
        Set<String> corsOrigins,
        Set<String> csrfOrigins,
        Duration shutdownGrace) {
    public WebSettings {
        corsOrigins = Set.copyOf(corsOrigins);
        csrfOrigins = Set.copyOf(csrfOrigins);
    }

    private static final Setting<List<IPAddress>> ALLOWLIST = ranges("auth.admin.allowlist")
            .byDefault("127.0.0.0/8,::1")
            .says("from which addresses `/admin/api` may be called");
    private static final Setting<List<IPAddress>> PROXIES = ranges("auth.trusted.proxies")
            .example("10.0.0.0/8")
            .says(
                    "the proxies whose `Forwarded` or `X-Forwarded-For` is trusted, read from the right. From any other address"
                            + " these headers are ignored, noted once in the log and in readiness, and close administration for that"
                            + " request. When the two headers name different clients, or `Forwarded` does not follow its grammar"
                            + " (RFC 7239), neither is trusted; empty elements of `X-Forwarded-For` are ignored");
    static final Setting<PublicUrl> PUBLIC_URL = Setting.of(
                    "auth.public.url",
                    "an http or https URL such as https://example.com/sso, without query or fragment",
                    PublicUrl::parse)
            .example("https://example.com/sso")
            .says("the address that people use: its path becomes the prefix of the cookies' paths and of `Location`"
                    + " (docs/public-address.md)");
    private static final Setting<List<String>> CORS_ORIGINS = origins("auth.cors.origins")
            .example("https://app.example,capacitor://localhost")
            .says("origins whose pages may read answers, in any case, with or without the default port");
    private static final Setting<List<String>> CSRF_ORIGINS = origins("auth.csrf.origins")
            .example("https://app.example,capacitor://localhost")
            .says("origins whose pages may send state-changing requests");
    private static final Setting<Boolean> COOKIE_PREFIX = Setting.bool("auth.cookie.prefix")
            .byDefault("true")
            .inDevelopment("false")
            .says("whether cookie names begin with `__Host-` and `__Secure-`");
    private static final Setting<Integer> SHUTDOWN_GRACE = Setting.integer(
                    "auth.shutdown.grace.seconds", "seconds", 0, 600)
            .byDefault("20")
            .live()
            .says("how long a server that stops waits for accepted requests and streams (docs/adr/0066-drain.md)");
    private static final Setting<Boolean> REQUIRE_TLS = Setting.bool("auth.require.tls")
            .byDefault("true")
            .inDevelopment("false")
            .says(
                    "whether credentials that come over plain HTTP are refused, 403 `tls_required` (docs/public-address.md)");

    static WebSettings read(SettingsReader from) {
        return new WebSettings(
                from.read(COOKIE_PREFIX),
                from.read(REQUIRE_TLS),
                AddressRanges.of(from.find(ALLOWLIST).orElse(List.of())),
                AddressRanges.of(from.find(PROXIES).orElse(List.of())),
                from.find(PUBLIC_URL),
                Set.copyOf(from.find(CORS_ORIGINS).orElse(List.of())),
                Set.copyOf(from.find(CSRF_ORIGINS).orElse(List.of())),
                Duration.ofSeconds(from.read(SHUTDOWN_GRACE)));
    }

    static Setting<List<IPAddress>> ranges(String name) {
        return Setting.list(name, "a list of CIDR blocks such as 10.0.0.0/8", AddressRanges::block)
                .live();
    }

    /** Exact origins, without path or wildcard. */
    private static Setting<List<String>> origins(String name) {
        return Setting.list(name, "exact origins such as https://app.example", Origin::canonical)
                .live();
    }
}

package com.amplihack.auth.config;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.ProxyRoutes;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The proxy of {@code /api/**}.
 *
 * @param upstream an HTTP or HTTPS URL without a trailing slash, to which the path after {@code /api} is appended
 * @param demo whether the built-in echo answers instead of an upstream
 * @param authorization the {@code Authorization} header sent to the upstream
 * @param timeout maximum silence before and within the upstream's answer
 * @param maxBody maximum size of a request body in bytes
 * @param maxExchanges maximum number of concurrent exchanges on this node
 * @param maxExchangesPerSubject the same per account
 * @param routes the forwarded paths and the permission that each needs
 */
public record ProxySettings(
        Optional<URI> upstream,
        boolean demo,
        Optional<Secret> authorization,
        Duration timeout,
        long maxBody,
        int maxExchanges,
        int maxExchangesPerSubject,
        ProxyRoutes routes) {
    private static final String UPSTREAM = "auth.proxy.upstream";
    private static final String DEMO = "demo";

    static ProxySettings read(SettingsReader from, boolean production) {
        SettingsReader live = from.live();
        Optional<String> upstream = live.find(UPSTREAM);
        boolean demo = upstream.filter(DEMO::equals).isPresent();
        if (demo && production) {
            throw SettingsReader.refuse(UPSTREAM, "a URL in production", DEMO);
        }
        return new ProxySettings(
                upstream.filter(value -> !demo).map(ProxySettings::url),
                demo,
                live.secret("auth.proxy.upstream.authorization").map(ProxySettings::headerValue),
                Duration.ofSeconds(live.integer("auth.proxy.timeout.seconds", 1, 3_600)),
                live.integer("auth.proxy.max.body.mib", 1, 1_024) * 1_048_576L,
                live.integer("auth.proxy.max.exchanges", 1, 100_000),
                live.integer("auth.proxy.max.exchanges.per.subject", 1, 100_000),
                ProxyRoutes.read(live.list("auth.proxy.paths")));
    }

    private static URI url(String value) {
        try {
            URI uri = URI.create(value.replaceFirst("/+$", ""));
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (IllegalArgumentException invalid) {
            // refused below
        }
        // without the value, which may contain a password
        throw new InvalidSettingException(
                UPSTREAM + " must be http://host:port/path or https://host:port/path, without user, query or fragment");
    }

    /** Rules out header injection (RFC 9110 section 5.5). */
    private static Secret headerValue(Secret value) {
        if (!value.reveal().chars().allMatch(c -> c >= 0x20 && c < 0x7F)) {
            throw new InvalidSettingException(
                    "auth.proxy.upstream.authorization must be one line of visible ASCII characters and spaces");
        }
        return value;
    }
}

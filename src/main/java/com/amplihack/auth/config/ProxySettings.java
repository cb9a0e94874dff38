package com.amplihack.auth.config;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.ProxyRoutes;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where {@code /api/**} is forwarded to.
 *
 * @param upstream an HTTP or HTTPS URL without a slash at its end; the path after {@code /api} is put behind it
 * @param demo the built-in echo answers, and there is no upstream
 * @param authorization the {@code Authorization} header that the upstream gets from us
 * @param timeout the longest silence of an exchange, before and within the upstream's answer
 * @param maxBody bytes of a request's body
 * @param maxExchanges exchanges at a time on this node
 * @param maxExchangesPerSubject the same for one account
 * @param routes which paths are forwarded, and what each needs
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
            // told below, with the same words
        }
        // the value may hold a password: it is not repeated
        throw new InvalidSettingException(
                UPSTREAM + " must be http://host:port/path or https://host:port/path, without user, query or fragment");
    }

    /** RFC 9110 section 5.5: what could end the header early is refused at the start, not at a request. */
    private static Secret headerValue(Secret value) {
        if (!value.reveal().chars().allMatch(c -> c >= 0x20 && c < 0x7F)) {
            throw new InvalidSettingException(
                    "auth.proxy.upstream.authorization must be one line of visible ASCII characters and spaces");
        }
        return value;
    }
}

package com.amplihack.auth.config;

import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.ProxyRoutes;
import com.amplihack.auth.config.type.ProxyRoutes.Route;
import com.amplihack.auth.config.type.UpstreamTarget;
import com.amplihack.auth.config.type.UpstreamTarget.Credential;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The proxy of {@code /api/**}.
 *
 * @param upstream where paths without an upstream of their own are forwarded; empty if nowhere
 * @param upstreams those that routes name
 * @param timeout maximum silence before and within the upstream's answer
 * @param maxBody maximum size of a request body in bytes
 * @param maxExchanges maximum number of concurrent exchanges on this node
 * @param maxExchangesPerSubject the same per account
 * @param routes the forwarded paths and the permission that each needs
 * @param answerTokens the most tokens of an answer that a budget pays for
 */
public record ProxySettings(
        Optional<UpstreamTarget> upstream,
        Map<String, UpstreamTarget> upstreams,
        Duration timeout,
        long maxBody,
        int maxExchanges,
        int maxExchangesPerSubject,
        ProxyRoutes routes,
        int answerTokens) {
    private static final String DEMO = "demo";
    /** RFC 9110 section 5.1, with a value that is not blank. */
    private static final Pattern HEADER =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}):[ \\t]*(\\S.*?)[ \\t]*", Pattern.DOTALL);
    /** What the HTTP client sets itself. */
    private static final Set<String> FRAMING =
            Set.of("connection", "content-length", "expect", "host", "transfer-encoding", "upgrade");

    private static final Setting<String> UPSTREAM = Setting.text("auth.proxy.upstream")
            .inDevelopment(DEMO)
            .example("https://models.example/v1")
            .live()
            .says(
                    "the URL that replaces `/api` (docs/proxy.md): http://host:port/path or https://host:port/path, without"
                            + " user, query or fragment. `demo`, a built-in echo, is refused in production. An upstream that"
                            + " a path names has its own, `auth.proxy.upstream.<name>`");
    private static final Setting<Secret> AUTHORIZATION = Setting.secret("auth.proxy.upstream.authorization")
            .example("Bearer ${ALIAS=upstream-key}")
            .live()
            .says(
                    "the `Authorization` header that this service sends to the upstream; one line of ASCII. An upstream that"
                            + " a path names has `auth.proxy.upstream.<name>.header` instead, such as `x-api-key: ${ALIAS=key}`");
    private static final Setting<Integer> TIMEOUT = Setting.integer("auth.proxy.timeout.seconds", "seconds", 1, 3_600)
            .byDefault("120")
            .live()
            .says("how long an exchange may be silent, before the upstream's headers and after them. Raise"
                    + " `timeout-seconds` in server-config/payara-micro/preboot.asadmin with it");
    private static final Setting<Integer> MAX_BODY = Setting.integer("auth.proxy.max.body.mib", "MiB", 1, 1_024)
            .byDefault("10")
            .live()
            .says("the size of a proxied request's body");
    private static final Setting<Integer> MAX_EXCHANGES = Setting.integer(
                    "auth.proxy.max.exchanges", "requests", 1, 100_000)
            .byDefault("1000")
            .live()
            .says("proxied requests that may be open on this node at a time; more get 503 `overloaded`");
    private static final Setting<Integer> MAX_PER_SUBJECT = Setting.integer(
                    "auth.proxy.max.exchanges.per.subject", "requests", 1, 100_000)
            .byDefault("32")
            .live()
            .says("the same per account (per address while `enable.jwt.auth=false`); more get 429 `rate_limited`");
    private static final Setting<List<ProxyRoutes.Route>> PATHS = Setting.list(
                    ProxyRoutes.NAME,
                    "a list of /path=permission or /path/**=permission, such as /models/**=model:read, or of"
                            + " /path=permission@name for an upstream of its own",
                    ProxyRoutes::parse)
            .example("/models/**=model:read,/messages=chat:write@anthropic")
            .live()
            .says(
                    "more paths below `/api` that are forwarded, each with the permission that it needs; the longest match"
                            + " applies. `@name` at the end sends them to `auth.proxy.upstream.<name>` (docs/proxy.md)."
                            + " By default `/chat/completions`, `/responses`, `/embeddings`, `/messages`,"
                            + " `/messages/count_tokens` (`POST`) and `/models/**` (`GET`) are forwarded and need `chat:write`;"
                            + " an entry with such a path, or with one above, replaces it");

    public ProxySettings {
        upstreams = Map.copyOf(upstreams);
    }

    /** Where a route leads; empty if no upstream is set. */
    public Optional<UpstreamTarget> target(Route route) {
        return route.upstream().map(upstreams::get).or(() -> upstream);
    }

    private static final Setting<Integer> ANSWER_TOKENS = Setting.integer(
                    "auth.budget.answer.tokens", "tokens", 1, 10_000_000)
            .byDefault("4096")
            .live()
            .says(
                    "the most tokens of an answer that a budget pays for: the limit that a request sets itself is lowered to it,"
                            + " and set if it has none; requests without a budget of tokens pass as they are");

    static ProxySettings read(SettingsReader from, boolean production) {
        Optional<Credential> authorization = from.find(AUTHORIZATION)
                .map(value -> new Credential("Authorization", headerValue(AUTHORIZATION, value)));
        Optional<UpstreamTarget> upstream =
                from.find(UPSTREAM).map(value -> new UpstreamTarget(url(UPSTREAM, value, production), authorization));
        ProxyRoutes routes = ProxyRoutes.of(from.find(PATHS).orElse(List.of()));
        Map<String, UpstreamTarget> named = new HashMap<>();
        routes.upstreams().forEach(name -> named.put(name, named(from, name, production)));
        return new ProxySettings(
                upstream,
                named,
                Duration.ofSeconds(from.read(TIMEOUT)),
                from.read(MAX_BODY) * 1_048_576L,
                from.read(MAX_EXCHANGES),
                from.read(MAX_PER_SUBJECT),
                routes,
                from.read(ANSWER_TOKENS));
    }

    /** How long a reservation can be corrected: longer than an answer may be silent. */
    public Duration reservationLife() {
        return timeout.plusSeconds(60);
    }

    private static UpstreamTarget named(SettingsReader from, String name, boolean production) {
        String prefix = UPSTREAM.name() + '.' + name;
        Setting<String> url = Setting.text(prefix).live();
        Setting<Secret> header = Setting.secret(prefix + ".header").live();
        return new UpstreamTarget(
                url(url, from.read(url), production), from.find(header).map(value -> credential(header, value)));
    }

    /** Empty for the demo. */
    private static Optional<URI> url(Setting<String> setting, String value, boolean production) {
        if (value.equals(DEMO)) {
            if (production) {
                throw setting.refused("a URL in production", DEMO);
            }
            return Optional.empty();
        }
        try {
            URI uri = URI.create(value.replaceFirst("/+$", ""));
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return Optional.of(uri);
            }
        } catch (IllegalArgumentException invalid) {
            // refused below
        }
        // without the value, which may contain a password
        throw new InvalidSettingException(setting.name()
                + " must be http://host:port/path or https://host:port/path, without user, query or fragment");
    }

    private static Credential credential(Setting<Secret> setting, Secret line) {
        Matcher parts = HEADER.matcher(line.reveal());
        if (!parts.matches() || FRAMING.contains(parts.group(1).toLowerCase(Locale.ROOT))) {
            throw setting.refused("a header such as x-api-key: and its value", "");
        }
        return new Credential(parts.group(1), headerValue(setting, Secret.of(parts.group(2))));
    }

    /** Rules out header injection (RFC 9110 section 5.5). */
    private static Secret headerValue(Setting<Secret> setting, Secret value) {
        if (!value.reveal().chars().allMatch(c -> c >= 0x20 && c < 0x7F)) {
            throw new InvalidSettingException(
                    setting.name() + " must be one line of visible ASCII characters and spaces");
        }
        return value;
    }
}

package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.AddressBinding;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.config.type.UserAgentBinding;
import java.net.URI;
import java.time.Duration;

/**
 * Claims, lifetimes and bindings of tokens and sessions.
 *
 * @param accessLifetime of an access token, 1 to 60 minutes
 * @param refreshLifetime of a refresh token, at most the session's
 * @param sessionLifetime from the login on; rotation does not extend it
 * @param sessionsPerUser maximum number of sessions of a user, 1 to 1000; the next login ends the oldest
 * @param clockSkew tolerated clock difference, 0 to 60 seconds
 * @param refreshGrace how long a rotated refresh token still returns its successor, 0 to 60 seconds
 * @param apiKeyMaxDays how long an API key is good at most, 1 to 3660 days
 * @param cacheSize maximum number of cached verified access tokens, 0 to 100000; 0 disables the cache
 */
public record TokenSettings(
        URI issuer,
        String audience,
        Duration accessLifetime,
        Duration refreshLifetime,
        Duration sessionLifetime,
        int sessionsPerUser,
        Duration clockSkew,
        Duration refreshGrace,
        ReplayMode replay,
        AddressBinding addressBinding,
        UserAgentBinding userAgentBinding,
        int apiKeyMaxDays,
        int cacheSize) {
    /** The maximum of {@code jwt.clock.skew.seconds}. */
    public static final Duration MAX_SKEW = Duration.ofSeconds(60);

    private static final Setting<URI> ISSUER = Setting.absoluteUri("jwt.issuer")
            .byDefault("https://api.amplihack.com")
            .example("https://auth.example.com")
            .says("`iss` of every token");
    private static final Setting<String> AUDIENCE =
            Setting.text("jwt.audience").byDefault("amplihack-api").says("`aud` of every token");
    private static final Setting<Integer> ACCESS = Setting.integer("jwt.access.token.minutes", "minutes", 1, 60)
            .byDefault("15")
            .live()
            .says("how long an access token is good");
    private static final Setting<Integer> REFRESH = Setting.integer("jwt.refresh.token.days", "days", 1, 365)
            .byDefault("7")
            .live()
            .says("how long a refresh token is good; at most `jwt.session.max.days`");
    private static final Setting<Integer> SESSION = Setting.integer("jwt.session.max.days", "days", 1, 365)
            .byDefault("30")
            .live()
            .says("how long a session lasts, counted from the login");
    private static final Setting<Integer> SESSIONS = Setting.integer("auth.session.max.per.user", "sessions", 1, 1000)
            .byDefault("100")
            .live()
            .says(
                    "sessions of a user: beyond it the next sign-in ends the oldest, and the audit log says `TOKEN_REVOKED`"
                            + " with `reason` `too_many_sessions`. Services that share an account need one session each");
    private static final Setting<Integer> SKEW = Setting.integer("jwt.clock.skew.seconds", "seconds", 0, 60)
            .byDefault("5")
            .live()
            .says("the difference of clocks that a token's times forgive");
    private static final Setting<Integer> GRACE = Setting.integer("jwt.refresh.grace.seconds", "seconds", 0, 60)
            .byDefault("2")
            .live()
            .says("how long after a rotation the old refresh token still gets the same answer as its successor"
                    + " (docs/refresh-protocol.md); 0 turns that off");
    private static final Setting<ReplayMode> REPLAY = Setting.choice("jwt.replay", ReplayMode.class)
            .byDefault("auto")
            .opensWith("off"::equals)
            .live()
            .says(
                    "how often a token is accepted: `auto`, repeatedly with proof of its session and once without; `strict`,"
                            + " once; `off`, repeatedly (docs/adr/0011-replay-rule.md)");
    private static final Setting<AddressBinding> ADDRESS = Setting.choice("jwt.binding.ip", AddressBinding.class)
            .byDefault("exact")
            .opensWith("off"::equals)
            .live()
            .says(
                    "how strictly an access token is bound to the address that it was issued to; `subnet` is /24 of IPv4 and"
                            + " /64 of IPv6");
    private static final Setting<UserAgentBinding> AGENT = Setting.choice(
                    "jwt.binding.user.agent", UserAgentBinding.class)
            .byDefault("exact")
            .opensWith("off"::equals)
            .live()
            .says("how strictly an access token is bound to the user agent that it was issued to; `family` is without"
                    + " version numbers");
    private static final Setting<Integer> API_KEY = Setting.integer("auth.apikey.max.days", "days", 1, 3660)
            .byDefault("366")
            .live()
            .says("how long an API key is good at most (docs/api-keys.md); keys that there are keep their end");
    private static final Setting<Integer> CACHE = Setting.integer("auth.token.cache.size", "access tokens", 0, 100_000)
            .byDefault("10000")
            .says("access tokens whose signature check is cached until the token expires, a key is removed or a setting"
                    + " changes; 0 verifies at every use. Session, replay, binding, quota and times are checked at every"
                    + " request in any case");

    static TokenSettings read(SettingsReader from) {
        int refreshDays = from.read(REFRESH);
        int sessionDays = from.read(SESSION);
        if (refreshDays > sessionDays) {
            throw REFRESH.refused("at most jwt.session.max.days (" + sessionDays + ")", Integer.toString(refreshDays));
        }
        return new TokenSettings(
                from.read(ISSUER),
                from.read(AUDIENCE),
                Duration.ofMinutes(from.read(ACCESS)),
                Duration.ofDays(refreshDays),
                Duration.ofDays(sessionDays),
                from.read(SESSIONS),
                Duration.ofSeconds(from.read(SKEW)),
                Duration.ofSeconds(from.read(GRACE)),
                from.read(REPLAY),
                from.read(ADDRESS),
                from.read(AGENT),
                from.read(API_KEY),
                from.read(CACHE));
    }
}

package com.amplihack.auth.config;

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
        int cacheSize) {
    /** The maximum of {@code jwt.clock.skew.seconds}. */
    public static final Duration MAX_SKEW = Duration.ofSeconds(60);

    static TokenSettings read(SettingsReader from) {
        SettingsReader live = from.live();
        int refreshDays = live.integer("jwt.refresh.token.days", 1, 365);
        int sessionDays = live.integer("jwt.session.max.days", 1, 365);
        if (refreshDays > sessionDays) {
            throw SettingsReader.refuse(
                    "jwt.refresh.token.days",
                    "at most jwt.session.max.days (" + sessionDays + ")",
                    Integer.toString(refreshDays));
        }
        return new TokenSettings(
                from.absoluteUri("jwt.issuer"),
                from.text("jwt.audience"),
                Duration.ofMinutes(live.integer("jwt.access.token.minutes", 1, 60)),
                Duration.ofDays(refreshDays),
                Duration.ofDays(sessionDays),
                live.integer("auth.session.max.per.user", 1, 1000),
                Duration.ofSeconds(live.integer("jwt.clock.skew.seconds", 0, (int) MAX_SKEW.toSeconds())),
                Duration.ofSeconds(live.integer("jwt.refresh.grace.seconds", 0, 60)),
                live.choice("jwt.replay", ReplayMode.class),
                live.choice("jwt.binding.ip", AddressBinding.class),
                live.choice("jwt.binding.user.agent", UserAgentBinding.class),
                from.integer("auth.token.cache.size", 0, 100_000));
    }
}

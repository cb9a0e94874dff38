package com.amplihack.auth.config.source;

import java.util.Optional;
import java.util.Set;

/**
 * One property as it was found.
 *
 * @param name in MicroProfile Config
 * @param value empty when it is not set; may be a secret
 * @param source who set it, in words that an operator knows
 * @param fault why it cannot be used though it is set, as a sentence that shows nothing of the value
 */
public record Property(String name, Optional<String> value, String source, Optional<String> fault) {
    /** Who has set what is not set. */
    public static final String NOBODY = "not set";

    private static final Set<String> LIVE = Set.of(
            "enable.jwt.auth",
            "jwt.access.token.minutes",
            "jwt.refresh.token.days",
            "jwt.session.max.days",
            "auth.session.max.per.user",
            "jwt.clock.skew.seconds",
            "jwt.refresh.grace.seconds",
            "jwt.replay",
            "jwt.binding.ip",
            "jwt.binding.user.agent",
            "auth.login.limit",
            "auth.login.window.seconds",
            "auth.refresh.limit",
            "auth.refresh.window.seconds",
            "auth.jwks.limit",
            "auth.jwks.window.seconds",
            "auth.api.limit",
            "auth.api.window.seconds",
            "auth.lockout.threshold",
            "auth.lockout.minutes",
            "auth.trusted.proxies",
            "auth.admin.allowlist",
            "auth.certificate.accounts",
            "auth.certificate.issuers",
            "auth.cors.origins",
            "auth.csrf.origins",
            "auth.proxy.upstream",
            "auth.proxy.upstream.authorization",
            "auth.proxy.timeout.seconds",
            "auth.proxy.max.body.mib",
            "auth.proxy.max.exchanges",
            "auth.proxy.max.exchanges.per.subject",
            "auth.proxy.paths");

    public Property {
        value = value.filter(text -> !text.isEmpty());
    }

    /** One that is not set, or set to what can be used. */
    public Property(String name, Optional<String> value, String source) {
        this(name, value, source, Optional.empty());
    }

    /** One that is set to what cannot be used. */
    public static Property unusable(String name, String source, String why) {
        return new Property(name, Optional.empty(), source, Optional.of(name + " " + why));
    }

    /**
     * Empty when it is not set, and never when it cannot be used.
     *
     * @throws InvalidSettingException when it cannot
     */
    @Override
    public Optional<String> value() {
        if (fault.isPresent()) {
            throw new InvalidSettingException(fault.get());
        }
        return value;
    }

    /** Whether a change is in force within seconds (CONTRACT.md section 3); else it waits for a restart. */
    public boolean isLive() {
        return LIVE.contains(name);
    }

    /** Never shows the value, which may be a secret. */
    @Override
    public String toString() {
        return name + " (" + source + ")";
    }
}

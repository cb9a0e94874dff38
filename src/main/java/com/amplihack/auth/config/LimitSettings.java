package com.amplihack.auth.config;

import com.amplihack.auth.config.source.SettingsReader;
import com.amplihack.auth.config.type.Quota;

/**
 * The rate limits' quotas.
 *
 * @param login per client address (IPv6: per /64), never unlimited
 * @param refresh per session
 * @param jwks per client address
 * @param api per subject
 * @param lockout per account
 */
public record LimitSettings(Quota login, Quota refresh, Quota jwks, Quota api, LockoutSettings lockout) {
    static LimitSettings read(SettingsReader from) {
        SettingsReader live = from.live();
        return new LimitSettings(
                Quota.read("login", 1, live),
                Quota.read("refresh", 0, live),
                Quota.read("jwks", 0, live),
                Quota.read("api", 0, live),
                LockoutSettings.read(from));
    }
}

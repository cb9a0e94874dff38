package com.amplihack.auth.config.factor;

import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.time.Duration;

/**
 * Second factors.
 *
 * @param mode who must have one
 * @param remember how long a device may stand for it; zero: never
 * @param administration how long after a sign-in, at most, whoever must have one may change something as an administrator
 */
public record FactorSettings(MfaMode mode, Duration remember, Duration administration) {
    private static final Setting<MfaMode> MODE = Setting.choice("auth.mfa", MfaMode.class)
            .byDefault("admins")
            .inDevelopment("optional")
            .opensWith("optional"::equals)
            .live()
            .says(
                    "who must have a second factor: nobody, administrators, or everybody; whoever has none may do nothing but"
                            + " get one (docs/sign-in.md)");
    private static final Setting<Integer> REMEMBER = Setting.integer("auth.mfa.remember.days", "days", 0, 90)
            .byDefault("0")
            .opensWith(value -> !value.equals("0"))
            .live()
            .says("how long a device that its user lets be remembered needs no second factor to sign in; 0 = never");

    private static final Setting<Integer> ADMINISTRATION = Setting.integer("auth.mfa.admin.minutes", "minutes", 1, 1440)
            .byDefault("60")
            .live()
            .says(
                    "how long after the sign-in, or the last POST /auth/reauthenticate, administrators who must have a second"
                            + " factor may change something");

    public static FactorSettings read(SettingsReader from) {
        return new FactorSettings(
                from.read(MODE), Duration.ofDays(from.read(REMEMBER)), Duration.ofMinutes(from.read(ADMINISTRATION)));
    }
}

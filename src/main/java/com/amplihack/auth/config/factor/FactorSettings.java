package com.amplihack.auth.config.factor;

import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.time.Duration;

/**
 * Second factors.
 *
 * @param mode who must have one
 * @param remember how long a device may stand for it; zero: never
 */
public record FactorSettings(MfaMode mode, Duration remember) {
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

    public static FactorSettings read(SettingsReader from) {
        return new FactorSettings(from.read(MODE), Duration.ofDays(from.read(REMEMBER)));
    }
}

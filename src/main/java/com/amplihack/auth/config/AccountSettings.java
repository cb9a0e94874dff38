package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.Optional;

/**
 * The first account, created if there is none.
 *
 * @param password if empty, a random one is generated and printed once
 */
public record AccountSettings(String username, Optional<Secret> password) {
    private static final Setting<String> USERNAME = Setting.text("auth.bootstrap.username")
            .byDefault("admin")
            .says("the name of the first account, which is made only when there is no account; 1 to 64 characters,"
                    + " without white space at the ends");
    private static final Setting<Secret> PASSWORD = Setting.secret("auth.bootstrap.password")
            .example("${ALIAS=auth-first-account}")
            .says("the password of the first account; if not set, a random one is made and printed once");

    static AccountSettings read(SettingsReader from) {
        return new AccountSettings(from.read(USERNAME), from.find(PASSWORD));
    }
}

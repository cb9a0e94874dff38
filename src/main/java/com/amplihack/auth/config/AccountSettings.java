package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.Optional;

/**
 * The first account, created if there is none.
 *
 * @param password if empty, a random one is generated and printed once
 */
public record AccountSettings(String username, Optional<Secret> password) {
    static AccountSettings read(SettingsReader from) {
        return new AccountSettings(from.text("auth.bootstrap.username"), from.secret("auth.bootstrap.password"));
    }
}

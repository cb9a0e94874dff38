package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.Optional;

/**
 * The first account, made only when there is none.
 *
 * @param username its name
 * @param password its password; a random one is made and printed once when none is given
 */
public record AccountSettings(String username, Optional<Secret> password) {
    static AccountSettings read(SettingsReader from) {
        return new AccountSettings(from.text("auth.bootstrap.username"), from.secret("auth.bootstrap.password"));
    }
}

package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.Optional;

/**
 * Rules about accounts, and the first account, which is created if there is none.
 *
 * @param password of the first account; if empty, a random one is generated and printed once
 * @param uniqueEmail whether an address belongs to one account at most
 * @param loginByEmail whether people may sign in by their verified address
 * @param deletion whether people may delete their own accounts
 */
public record AccountSettings(
        String username, Optional<Secret> password, boolean uniqueEmail, boolean loginByEmail, boolean deletion) {
    private static final Setting<String> USERNAME = Setting.text("auth.bootstrap.username")
            .byDefault("admin")
            .says("the name of the first account, which is made only when there is no account; 1 to 64 characters,"
                    + " without white space at the ends");
    private static final Setting<Secret> PASSWORD = Setting.secret("auth.bootstrap.password")
            .example("${ALIAS=auth-first-account}")
            .says("the password of the first account; if not set, a random one is made and printed once");

    private static final Setting<Boolean> UNIQUE_EMAIL = Setting.bool("auth.email.unique")
            .byDefault("true")
            .live()
            .says(
                    "whether an email address belongs to one account at most (docs/self-service.md); accounts that share one"
                            + " already keep it");
    private static final Setting<Boolean> LOGIN_BY_EMAIL = Setting.bool("auth.login.by.email")
            .byDefault("false")
            .live()
            .says("whether people may sign in by their verified email address as well, if no other account has it");
    private static final Setting<Boolean> DELETION = Setting.bool("auth.account.deletion")
            .byDefault("false")
            .live()
            .says("whether people may delete their own accounts");

    static AccountSettings read(SettingsReader from) {
        return new AccountSettings(
                from.read(USERNAME),
                from.find(PASSWORD),
                from.read(UNIQUE_EMAIL),
                from.read(LOGIN_BY_EMAIL),
                from.read(DELETION));
    }
}

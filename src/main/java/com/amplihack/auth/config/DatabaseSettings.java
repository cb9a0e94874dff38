package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.Optional;

/**
 * The account database.
 *
 * @param driver the driver's {@link javax.sql.DataSource} class
 * @param url may hold a password
 */
public record DatabaseSettings(String driver, Secret url, Optional<String> user, Optional<Secret> password) {
    static DatabaseSettings read(SettingsReader from) {
        return new DatabaseSettings(
                from.text("auth.db.class"),
                from.requiredSecret("auth.db.url"),
                from.find("auth.db.user"),
                from.secret("auth.db.password"));
    }

    /** The URL without its parameters, which may contain a password; for messages. */
    public String address() {
        return url.reveal().split("[?;]", 2)[0];
    }

    /** Whether it is the embedded database, which only one process at a time can open. */
    public boolean isEmbedded() {
        return url.reveal().startsWith("jdbc:h2:");
    }
}

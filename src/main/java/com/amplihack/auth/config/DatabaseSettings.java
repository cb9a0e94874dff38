package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.util.Optional;

/**
 * The account database.
 *
 * @param driver the driver's {@link javax.sql.DataSource} class
 * @param url may hold a password
 */
public record DatabaseSettings(String driver, Secret url, Optional<String> user, Optional<Secret> password) {
    private static final Setting<String> DRIVER = Setting.text("auth.db.class")
            .byDefault("org.h2.jdbcx.JdbcDataSource")
            .example("org.postgresql.ds.PGSimpleDataSource")
            .says("the class of the database's data source; for PostgreSQL `org.postgresql.ds.PGSimpleDataSource`");
    private static final Setting<Secret> URL = Setting.secret("auth.db.url")
            .byDefault("jdbc:h2:file:${auth.home}/accounts")
            .example("jdbc:postgresql://localhost:5432/auth")
            .says(
                    "the database's address; the log warns about H2 in production, and time-outs in the URL have no effect"
                            + " (docs/outage-policy.md)");
    private static final Setting<String> USER =
            Setting.text("auth.db.user").example("auth").says("the database's user");
    private static final Setting<Secret> PASSWORD = Setting.secret("auth.db.password")
            .example("${ALIAS=auth-database}")
            .says("the password of the database's user");

    static DatabaseSettings read(SettingsReader from) {
        return new DatabaseSettings(from.read(DRIVER), from.read(URL), from.find(USER), from.find(PASSWORD));
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

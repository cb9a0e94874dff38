package com.amplihack.auth.users;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the database to the schema of this version: forward only, one node at a time. */
public final class Migrations {
    private Migrations() {}

    public static void apply(DataSource database) {
        Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(database)
                .locations("classpath:db/migration")
                .cleanDisabled(true)
                .loggers("slf4j")
                .load()
                .migrate();
    }
}

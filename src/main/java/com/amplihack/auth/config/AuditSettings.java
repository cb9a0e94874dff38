package com.amplihack.auth.config;

import com.amplihack.auth.config.source.SettingsReader;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The audit log.
 *
 * @param file in JSON Lines format
 * @param grace how long an entry may wait for the file before requests that change state are refused
 */
public record AuditSettings(Path file, Duration grace) {
    private static final int MAX_GRACE_SECONDS = 300;

    static AuditSettings read(SettingsReader from) {
        return new AuditSettings(
                from.path("auth.audit.file"),
                Duration.ofSeconds(from.integer("auth.audit.grace.seconds", 1, MAX_GRACE_SECONDS)));
    }
}

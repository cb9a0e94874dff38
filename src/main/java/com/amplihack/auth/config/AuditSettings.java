package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Setting;
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
    private static final Setting<Path> FILE = Setting.path("auth.audit.file")
            .byDefault("${auth.home}/audit.jsonl")
            .says("a file for this node alone, created with mode 0600; a FIFO works if its reader keeps up");
    private static final Setting<Integer> GRACE = Setting.integer("auth.audit.grace.seconds", "seconds", 1, 300)
            .byDefault("5")
            .says("how long an entry may wait for the file before state-changing requests get 503"
                    + " (docs/outage-policy.md#when-the-audit-file-fails)");

    static AuditSettings read(SettingsReader from) {
        return new AuditSettings(from.read(FILE), Duration.ofSeconds(from.read(GRACE)));
    }
}

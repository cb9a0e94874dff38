package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The audit log.
 *
 * @param file in JSON Lines format
 * @param key where the first key of a new chain is written; if empty, in the key directory
 * @param grace how long an entry may wait for the file before requests that change state are refused
 * @param rotateMib the size in MiB at which the file is closed and another one begun, 1 to 10,240
 * @param keepDays how many days closed files, and entries in the database, are kept, 1 to 3,650
 */
public record AuditSettings(Path file, Optional<Path> key, Duration grace, int rotateMib, int keepDays) {
    private static final Setting<Path> FILE = Setting.path("auth.audit.file")
            .byDefault("${auth.home}/audit.jsonl")
            .says("a file for this node alone, created with mode 0600; a FIFO works if its reader keeps up");
    private static final Setting<Path> KEY = Setting.path("auth.audit.key")
            .example("/run/amplihack-auth/audit-first.key")
            .says(
                    "the file to which the first key of a new audit chain is written once, mode 0400, for the administrator to"
                            + " take away (docs/audit.md); if not set, `audit-chain-<name>.key` in the key directory");
    private static final Setting<Integer> GRACE = Setting.integer("auth.audit.grace.seconds", "seconds", 1, 300)
            .byDefault("5")
            .says("how long an entry may wait for the file before state-changing requests get 503"
                    + " (docs/outage-policy.md#when-the-audit-file-fails)");
    private static final Setting<Integer> ROTATE = Setting.integer("auth.audit.rotate.mib", "MiB", 1, 10_240)
            .byDefault("100")
            .says("the size at which the audit file is closed and another one begun, as it is each day (UTC)");
    private static final Setting<Integer> KEEP = Setting.integer("auth.audit.keep.days", "days", 1, 3_650)
            .byDefault("400")
            .says("how many days closed audit files, and the entries in the database, are kept (docs/audit.md)");

    static AuditSettings read(SettingsReader from) {
        return new AuditSettings(
                from.read(FILE),
                from.find(KEY),
                Duration.ofSeconds(from.read(GRACE)),
                from.read(ROTATE),
                from.read(KEEP));
    }
}

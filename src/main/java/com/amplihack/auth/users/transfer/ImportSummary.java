package com.amplihack.auth.users.transfer;

import com.amplihack.auth.problem.AuthException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What became of the lines so far.
 *
 * @param counts of every status, zero included
 * @param stopped why the import ended before its last line
 * @param sha256 in hex, of what was read; empty before the end
 */
public record ImportSummary(
        Map<ImportAnswer.Status, Long> counts, Optional<AuthException> stopped, Optional<String> sha256) {
    public ImportSummary {
        Map<ImportAnswer.Status, Long> all = new EnumMap<>(ImportAnswer.Status.class);
        for (ImportAnswer.Status status : ImportAnswer.Status.values()) {
            all.put(status, counts.getOrDefault(status, 0L));
        }
        counts = Collections.unmodifiableMap(all);
    }

    /** The number of lines that were answered. */
    public long lines() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}

package com.amplihack.auth.audit;

import com.amplihack.auth.client.ClientContext;
import com.amplihack.auth.config.AddressRanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps who is refused all the time from filling the disk: counts refusals by kind and network (an IPv4 address, an IPv6
 * /64), and lets so many of each be written. Its caller locks.
 */
final class Refusals {
    static final int WRITTEN_PER_MINUTE = 60;
    private static final int MOST_SOURCES = 10_000;
    private static final String ELSEWHERE = "";

    private record Source(AuditEvent event, String network) {}

    private final Map<Source, Integer> seen = new HashMap<>();

    /** Counts an entry, and says whether it is to be written. */
    boolean mayWrite(AuditEntry entry) {
        if (!entry.event.isRefusal()) {
            return true;
        }
        Source source = new Source(entry.event, network(entry.client));
        if (seen.size() >= MOST_SOURCES && !seen.containsKey(source)) {
            source = new Source(entry.event, ELSEWHERE);
        }
        return seen.merge(source, 1, Integer::sum) <= WRITTEN_PER_MINUTE;
    }

    /** One entry for each source of which not all was written, and a fresh start for everybody. */
    List<AuditEntry> drain() {
        List<AuditEntry> told = new ArrayList<>();
        seen.forEach((source, count) -> {
            if (count > WRITTEN_PER_MINUTE) {
                told.add(AuditEntry.of(source.event(), new ClientContext(source.network(), "", ""))
                        .detail("not_written_one_by_one", count - WRITTEN_PER_MINUTE));
            }
        });
        seen.clear();
        return told;
    }

    private static String network(ClientContext client) {
        return client.address().isEmpty()
                ? ELSEWHERE
                : AddressRanges.network(client.address(), 32).replace("/32", "");
    }
}

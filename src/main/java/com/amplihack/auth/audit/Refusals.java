package com.amplihack.auth.audit;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.web.ClientContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps a client that is refused all the time from filling the disk: of each kind and network (an IPv4 address, an IPv6
 * /64) {@value #WRITTEN_PER_MINUTE} refusals a minute are written, the rest is counted. The first critical event of a
 * session is always written, whatever its address did before. Its caller locks.
 */
final class Refusals {
    static final int WRITTEN_PER_MINUTE = 60;
    private static final int MOST_SOURCES = 10_000;
    private static final int MOST_SESSIONS = 10_000;
    private static final String ELSEWHERE = "";

    private record Source(AuditEvent event, String network) {}

    private record Told(AuditEvent event, Severity severity, String session) {}

    /** What became of the refusals of one source. */
    private static final class Count {
        private int written;
        private int counted;
    }

    private final Map<Source, Count> seen = new HashMap<>();
    private final Set<Told> told = new HashSet<>();

    /** Counts an entry, and says whether it is to be written. */
    boolean mayWrite(AuditEntry entry) {
        if (!entry.event.isRefusal()) {
            return true;
        }
        Source source = new Source(entry.event, network(entry.client));
        if (seen.size() >= MOST_SOURCES && !seen.containsKey(source)) {
            source = new Source(entry.event, ELSEWHERE);
        }
        Count count = seen.computeIfAbsent(source, unseen -> new Count());
        if (isFirstOfItsSession(entry) || count.written < WRITTEN_PER_MINUTE) {
            count.written++;
            return true;
        }
        count.counted++;
        return false;
    }

    /** One entry for each source of which not all was written, and a fresh start for everybody. */
    List<AuditEntry> drain() {
        List<AuditEntry> entries = new ArrayList<>();
        seen.forEach((source, count) -> {
            if (count.counted > 0) {
                entries.add(AuditEntry.of(source.event(), new ClientContext(source.network(), "", ""))
                        .detail("not_written_one_by_one", count.counted));
            }
        });
        seen.clear();
        told.clear();
        return entries;
    }

    /**
     * Whether it is the first of a critical kind in its session this minute. A replay needs a token that we signed, so
     * there are no more sessions here than somebody signed in; beyond the bound on memory each counts as a first one.
     */
    private boolean isFirstOfItsSession(AuditEntry entry) {
        boolean critical = entry.severity == Severity.CRITICAL || entry.event.severity() == Severity.CRITICAL;
        if (!critical || entry.sessionId == null) {
            return false;
        }
        Told first = new Told(entry.event, entry.severity, entry.sessionId);
        if (told.size() >= MOST_SESSIONS) {
            return !told.contains(first);
        }
        return told.add(first);
    }

    private static String network(ClientContext client) {
        return client.address().isEmpty()
                ? ELSEWHERE
                : AddressRanges.network(client.address(), 32).replace("/32", "");
    }
}

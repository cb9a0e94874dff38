package com.amplihack.auth.audit;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.web.ClientContext;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Admits {@value #WRITTEN_PER_MINUTE} refusals a minute per event and network (IPv4 address, IPv6 /64) to the audit log and
 * counts the rest; of attacks on algorithms, which need no token of ours, {@value #ATTACKS_PER_MINUTE}. A reused refresh token and
 * a session's first critical event are always admitted, and of a token that a program keeps using in the wrong way {@value
 * #WRITTEN_PER_SESSION}. Callers synchronize.
 */
final class RefusalThrottle {
    static final int WRITTEN_PER_MINUTE = 60;
    static final int WRITTEN_PER_SESSION = 3;
    /** The rest is counted by a critical line of its own, once a minute (docs/adr/0098). */
    static final int ATTACKS_PER_MINUTE = 600;

    /** What a program causes that uses an access token as if it were an API key. */
    private static final Set<AuditEvent> MISUSE = EnumSet.of(AuditEvent.REPLAY_DETECTED, AuditEvent.BINDING_MISMATCH);

    private static final int MAX_SOURCES = 10_000;
    private static final int MAX_SESSIONS = 10_000;
    private static final String ELSEWHERE = "";

    private record Source(AuditEvent event, String network) {}

    private record Misuse(Source source, String session) {}

    private record Critical(AuditEvent event, Severity severity, String session) {}

    private static final class Count {
        private int written;
        private int suppressed;
    }

    private final Map<Source, Count> seen = new HashMap<>();
    private final Set<Critical> criticals = new HashSet<>();
    private final Map<Misuse, Integer> misuses = new HashMap<>();

    /** Counts an entry and returns whether to write it. */
    boolean mayWrite(AuditEntry entry) {
        if (!entry.event.isRefusal() || entry.isRefreshReuse()) {
            return true;
        }
        Source source = new Source(entry.event, network(entry.client));
        if (seen.size() >= MAX_SOURCES && !seen.containsKey(source)) {
            source = new Source(entry.event, ELSEWHERE);
        }
        Count count = seen.computeIfAbsent(source, unseen -> new Count());
        boolean isKnown = isKnownMisuse(entry, source);
        if (isFirstOfItsSession(entry) || (count.written < most(entry) && !isKnown)) {
            count.written++;
            return true;
        }
        count.suppressed++;
        return false;
    }

    private static int most(AuditEntry entry) {
        return entry.event == AuditEvent.ALGORITHM_CONFUSION ? ATTACKS_PER_MINUTE : WRITTEN_PER_MINUTE;
    }

    /** Returns one summary for each source with suppressed refusals, and resets all counts. */
    List<AuditEntry> drain() {
        List<AuditEntry> entries = new ArrayList<>();
        seen.forEach((source, count) -> {
            if (count.suppressed > 0) {
                entries.add(AuditEntry.of(source.event(), new ClientContext(source.network(), "", ""))
                        .detail("not_written_one_by_one", count.suppressed));
            }
        });
        seen.clear();
        criticals.clear();
        misuses.clear();
        return entries;
    }

    /**
     * Whether it is this session's first critical event of its kind this minute. Only tokens that we signed name a session,
     * so a client cannot invent sessions; once the set is full, an event that is not in it counts as first.
     */
    private boolean isFirstOfItsSession(AuditEntry entry) {
        boolean isCritical = entry.severity == Severity.CRITICAL || entry.event.severity() == Severity.CRITICAL;
        if (!isCritical || entry.sessionId.isEmpty()) {
            return false;
        }
        Critical critical = new Critical(entry.event, entry.severity, entry.sessionId);
        return criticals.size() >= MAX_SESSIONS ? !criticals.contains(critical) : criticals.add(critical);
    }

    /** Whether this session's misuse from there was written often enough this minute. */
    private boolean isKnownMisuse(AuditEntry entry, Source source) {
        boolean counts =
                MISUSE.contains(entry.event) && entry.severity != Severity.CRITICAL && !entry.sessionId.isEmpty();
        Misuse misuse = new Misuse(source, entry.sessionId);
        if (!counts || (misuses.size() >= MAX_SESSIONS && !misuses.containsKey(misuse))) {
            return false;
        }
        return misuses.merge(misuse, 1, Integer::sum) > WRITTEN_PER_SESSION;
    }

    private static String network(ClientContext client) {
        return client.address().isEmpty()
                ? ELSEWHERE
                : AddressRanges.network(client.address(), 32).replace("/32", "");
    }
}

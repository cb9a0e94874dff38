package com.amplihack.auth.audit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** An audit log that writes nothing and remembers what it was told: the event, and the reason if it has one. */
public final class RecordedAudit extends AuditLog {
    private final List<String> events = new ArrayList<>();

    @Override
    public void record(AuditEntry entry) {
        events.add((entry.event.name() + ' ' + entry.details.getOrDefault("reason", "")).strip());
    }

    @Override
    public String pseudonym(String attemptedName) {
        return "";
    }

    public List<String> events() {
        return Collections.unmodifiableList(events);
    }

    public String last() {
        return events.get(events.size() - 1);
    }

    public long count(String event) {
        return events.stream().filter(event::equals).count();
    }
}

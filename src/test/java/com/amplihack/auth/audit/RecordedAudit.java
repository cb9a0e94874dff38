package com.amplihack.auth.audit;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.metrics.Meters;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An audit log that writes nothing and remembers what it was told: the event, and reason and state if it has them. */
public final class RecordedAudit extends AuditLog {
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    public RecordedAudit() {
        super(new Configuration(TestSettings.dev(Path.of("/nowhere"), Map.of())), InstantSource.system(), new Meters());
    }

    @Override
    public void requireRecording() {
        // it always can
    }

    @Override
    public void record(AuditEntry entry) {
        events.add(Stream.of(entry.event.name(), entry.details.get("reason"), entry.details.get("state"))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" ")));
    }

    @Override
    public String pseudonym(String attemptedName) {
        return attemptedName;
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

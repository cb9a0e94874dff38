package com.amplihack.auth.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.web.ClientContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditMetricsTest {
    private int rotations;
    private final List<String> registered = new ArrayList<>();
    private final List<String> critical = new ArrayList<>();
    private final List<String> audited = new ArrayList<>();

    private final AuditMetrics meter = new AuditMetrics(new Meters() {
        @Override
        public void keyRotated() {
            rotations++;
        }

        @Override
        public void registerAuditEvents(List<String> events) {
            registered.addAll(events);
        }

        @Override
        public void audited(String event) {
            audited.add(event);
        }

        @Override
        public void auditCritical(String event) {
            critical.add(event);
        }
    });

    @Test
    void onlyAKeyThatFollowsAnotherCountsAsARotation() {
        tell("start", "ACTIVE");
        tell("schedule", "NEXT");
        tell("schedule", "RETIRED");
        tell("start", "WITHDRAWN");
        assertEquals(0, rotations);
        tell("administrator", "ACTIVE");
        tell("compromise", "ACTIVE");
        assertEquals(2, rotations);
    }

    @Test
    void everyEntryIsCountedByItsEvent() {
        meter.count(AuditEntry.of(AuditEvent.FACTOR_ENROLLED, ClientContext.NONE));
        meter.count(AuditEntry.of(AuditEvent.PASSKEY_REFUSED, ClientContext.NONE));
        assertEquals(List.of("FACTOR_ENROLLED", "PASSKEY_REFUSED"), audited);
    }

    @Test
    void criticalLinesAreCountedByTheirEventWhichIsOneOfFew() {
        assertEquals(Arrays.stream(AuditEvent.values()).map(AuditEvent::name).toList(), registered);
        assertTrue(registered.size() < 100, "see Instruments.MOST_SERIES");
        meter.countLine(AuditEntry.of(AuditEvent.AUDIT_GAP, ClientContext.NONE));
        meter.countLine(AuditEntry.of(AuditEvent.ADMIN_ACTION, ClientContext.NONE));
        meter.countLine(
                AuditEntry.of(AuditEvent.ADMIN_ACTION, ClientContext.NONE).severity(Severity.CRITICAL));
        meter.countLine(AuditEntry.of(AuditEvent.AUDIT_GAP, ClientContext.NONE).severity(Severity.WARNING));
        assertEquals(List.of("AUDIT_GAP", "ADMIN_ACTION"), critical);
    }

    private void tell(String reason, String state) {
        meter.count(AuditEntry.of(AuditEvent.KEY_ROTATED, ClientContext.NONE)
                .detail("reason", reason)
                .detail("state", state));
    }
}

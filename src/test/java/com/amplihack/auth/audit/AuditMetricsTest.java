package com.amplihack.auth.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.web.ClientContext;
import org.junit.jupiter.api.Test;

class AuditMetricsTest {
    private int rotations;
    private int forgeries;

    private final AuditMetrics meter = new AuditMetrics(new Meters() {
        @Override
        public void keyRotated() {
            rotations++;
        }

        @Override
        public void algorithmConfused() {
            forgeries++;
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
    void aTokenOfAnotherAlgorithmIsCounted() {
        meter.count(AuditEntry.of(AuditEvent.ALGORITHM_CONFUSION, ClientContext.NONE));
        assertEquals(1, forgeries);
    }

    private void tell(String reason, String state) {
        meter.count(AuditEntry.of(AuditEvent.KEY_ROTATED, ClientContext.NONE)
                .detail("reason", reason)
                .detail("state", state));
    }
}

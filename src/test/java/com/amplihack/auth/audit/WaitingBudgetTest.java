package com.amplihack.auth.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.WaitingBudget.Waiting;
import com.amplihack.auth.web.ClientContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WaitingBudgetTest {
    private static final Set<AuditEvent> ADMISSIONS = EnumSet.of(
            AuditEvent.TOKEN_INVALID,
            AuditEvent.REPLAY_DETECTED,
            AuditEvent.ALGORITHM_CONFUSION,
            AuditEvent.RATE_LIMIT_EXCEEDED,
            AuditEvent.ACCESS_DENIED,
            AuditEvent.BINDING_MISMATCH,
            AuditEvent.API_KEY_REFUSED);

    private long now;
    private final WaitingBudget budget = new WaitingBudget(() -> now);
    private final List<Long> asked = new ArrayList<>();

    /** As the second step of a sign-in by recovery code that remembers the device, and then some. */
    @Test
    void aRequestThatRecordsMuchWaitsFiftyMillisecondsAtMost() throws InterruptedException {
        ClientContext request = request();
        for (int i = 0; i < 20; i++) {
            assertTrue(budget.isInTime(request, taking(12)), "the file is not late");
        }
        assertTrue(now <= TimeUnit.MILLISECONDS.toNanos(50), Duration.ofNanos(now) + " in all");
        assertEquals(4, asked.size(), "then it waited no more");
    }

    @Test
    void eachRequestHasABudgetOfItsOwnWhateverItCallsItself() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            budget.isInTime(request(), taking(12));
        }
        assertEquals(20, asked.size());
        assertEquals(Duration.ofMillis(20 * 12), Duration.ofNanos(now));
    }

    @Test
    void aLineThatIsNotWrittenInItsTimeIsLate() throws InterruptedException {
        assertFalse(budget.isInTime(request(), taking(200)));
        assertEquals(Duration.ofMillis(15), Duration.ofNanos(now));
    }

    @Test
    void ofALineForWhichLittleTimeWasLeftNothingIsConcluded() throws InterruptedException {
        ClientContext request = request();
        for (int i = 0; i < 3; i++) {
            budget.isInTime(request, taking(12));
        }
        assertTrue(budget.isInTime(request, taking(200)), "it had four milliseconds");
        assertEquals(Duration.ofMillis(40), Duration.ofNanos(now));
    }

    @Test
    void whatNoRequestHasCausedIsWaitedForIfSomebodyElseHas() throws InterruptedException {
        AuditEntry timers = AuditEntry.of(AuditEvent.KEY_ROTATED, ClientContext.NONE);
        assertFalse(timers.isWaitedFor());
        assertTrue(timers.actor("jmx:eva").isWaitedFor());
        for (int i = 0; i < 20; i++) {
            budget.isInTime(ClientContext.NONE, taking(12));
        }
        assertEquals(20, asked.size(), "which holds no request");
    }

    /** A refused admission changes nothing; a reused refresh token ends its session. */
    @Test
    void refusedAdmissionsWaitForNothing() {
        for (AuditEvent event : AuditEvent.values()) {
            assertEquals(
                    !ADMISSIONS.contains(event), AuditEntry.of(event, request()).isWaitedFor(), event.name());
        }
        AuditEntry reuse = AuditEntry.of(AuditEvent.REPLAY_DETECTED, request()).detail("kind", "refresh_reuse");
        assertTrue(reuse.isWaitedFor());
    }

    /** Always the same, as somebody may send it with each request. */
    private static ClientContext request() {
        return new ClientContext("192.0.2.7", "curl/8", "request-1");
    }

    /** A line that the file takes after so many milliseconds. */
    private Waiting taking(long millis) {
        return nanos -> {
            asked.add(nanos);
            long takes = TimeUnit.MILLISECONDS.toNanos(millis);
            now += Math.min(nanos, takes);
            return takes <= nanos;
        };
    }
}

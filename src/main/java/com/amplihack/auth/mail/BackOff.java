package com.amplihack.auth.mail;

import com.amplihack.auth.mail.transport.DeliveryException.Fault;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long a mail waits after an attempt that failed: twice as long each time, and not all at once. */
final class BackOff {
    private static final Duration FIRST = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** A server that comes back finds every mail due soon. */
    private static final Duration LONGEST_FOR_SERVER = Duration.ofMinutes(5);

    private BackOff() {}

    /** @param attempts that have failed, at least 1 */
    static Duration after(int attempts, Fault fault) {
        Duration longest = fault == Fault.SERVER ? LONGEST_FOR_SERVER : LONGEST;
        long doubled = FIRST.toMillis() << Math.min(attempts - 1, 20);
        long wait = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(wait - wait / 4, wait + wait / 4));
    }
}

package com.amplihack.auth.metering;

import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.store.SecurityStore;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.store.budget.TokenUsage;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Settles what proxied calls have reserved. While the store does not answer, settlements wait; one that is lost leaves its
 * reservation as it is, which is never too little but for the prompt's estimation error.
 */
@Singleton
public class Settlement {
    private static final RateLimitedLogger LOG = new RateLimitedLogger(Logger.getLogger(Settlement.class.getName()), 1);
    private static final int MOST_WAITING = 10_000;

    private final SecurityStore store;
    private final Meters meters;
    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>(MOST_WAITING);

    @Inject
    public Settlement(SecurityStore store, Meters meters) {
        this.store = store;
        this.meters = meters;
    }

    /**
     * Settles a call that the upstream has received.
     *
     * @param used empty if it did not say, or lied: the reservation stands
     */
    public void settle(Reserved reserved, Optional<TokenUsage> used) {
        used.ifPresent(usage -> {
            meters.tokensUsed(usage.input(), usage.output());
            run(() -> store.settle(reserved, usage));
        });
    }

    /** Gives everything back to a call that never reached the upstream. */
    public void giveBack(Reserved reserved) {
        run(() -> store.giveBack(reserved));
    }

    /** Keeps a reservation correctable for that long from now. */
    public void extend(Reserved reserved, Duration life) {
        try {
            store.extend(reserved, life);
        } catch (StoreUnavailableException later) {
            // the next piece of the answer extends it, or it stands as it is
        }
    }

    private void run(Runnable settlement) {
        try {
            settlement.run();
        } catch (StoreUnavailableException later) {
            if (!waiting.offer(settlement)) {
                LOG.log(
                        Level.WARNING,
                        "lost",
                        "More than " + MOST_WAITING + " settlements wait for the store: this one is lost.");
            }
        }
    }

    /** Repeats what the store did not answer. */
    void retry() {
        try {
            for (Runnable next = waiting.peek(); next != null; next = waiting.peek()) {
                next.run();
                waiting.remove(next);
            }
        } catch (StoreUnavailableException still) {
            // the next time
        }
    }
}

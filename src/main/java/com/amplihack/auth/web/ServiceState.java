package com.amplihack.auth.web;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Whether this node serves requests: not before store and database are there, nor once it has drained; and what it has
 * accepted and not answered yet (docs/adr/0065, docs/adr/0066).
 */
@Singleton
public class ServiceState {
    private static final long POLL_MILLIS = 20;
    private static final String STOPS = "draining: the server stops";

    private enum Phase {
        /** Waits for store or database. */
        WAITING,
        /** What is missing will not come: a change by the operator and another start are needed. */
        FAILED,
        OPEN,
        /** Serves what comes, and asks clients to go elsewhere. */
        DRAINING,
        /** Refuses what comes, as the server stops. */
        STOPPING
    }

    private record Now(Phase phase, String reason) {}

    private volatile Now now = new Now(Phase.WAITING, "the service is starting");
    private final LongAdder requests = new LongAdder();
    private final Map<Object, Runnable> streams = new ConcurrentHashMap<>();

    /** Refuses requests until {@link #open}; the reason is one sentence for the operator. */
    public void waitFor(String reason) {
        become(Phase.WAITING, reason);
    }

    /** Refuses requests for good. */
    public void fail(String reason) {
        become(Phase.FAILED, reason);
    }

    /** Serves requests, unless the server stops already. */
    public void open() {
        become(Phase.OPEN, "");
    }

    private synchronized void become(Phase phase, String reason) {
        if (!isStopping() || phase == Phase.STOPPING) {
            now = new Now(phase, reason);
        }
    }

    /** Why this node is not ready; empty if it is. */
    public Optional<String> fault() {
        Now seen = now;
        return seen.phase == Phase.OPEN ? Optional.empty() : Optional.of(seen.reason);
    }

    /** Whether only another start can help. */
    public boolean hasFailed() {
        return now.phase == Phase.FAILED;
    }

    /** Whether clients are asked to close their connections. */
    public boolean isStopping() {
        Phase phase = now.phase;
        return phase == Phase.DRAINING || phase == Phase.STOPPING;
    }

    /** The 503 for every request, with {@code Retry-After}; empty while requests are served. */
    public Optional<AuthException> refusal() {
        return switch (now.phase) {
            case OPEN, DRAINING -> Optional.empty();
            case STOPPING -> Optional.of(new AuthException(ErrorCode.OVERLOADED, "This node is stopping."));
            case WAITING, FAILED ->
                Optional.of(new AuthException(ErrorCode.STORE_UNAVAILABLE, "The service is not ready yet."));
        };
    }

    /** Counts a request until {@link #answered}. */
    public void accepted() {
        requests.increment();
    }

    public void answered() {
        requests.decrement();
    }

    /**
     * Counts an answer that goes on after its request's thread has returned.
     *
     * @param end ends it when the server can wait no longer
     * @return to be run when it is over
     */
    public Runnable stream(Runnable end) {
        Object stream = new Object();
        streams.put(stream, end);
        if (now.phase == Phase.STOPPING) {
            end.run(); // it was admitted just before
        }
        return () -> streams.remove(stream);
    }

    /**
     * Serves until everything accepted is answered, or the time is over; then refuses what comes, ends the streams that
     * are left and gives the rest half a second.
     *
     * @return how many streams had to be ended
     */
    public int drain(Duration grace) throws InterruptedException {
        synchronized (this) {
            // what was never open must not open now
            become(now.phase == Phase.OPEN ? Phase.DRAINING : Phase.STOPPING, STOPS);
        }
        awaitIdle(grace);
        become(Phase.STOPPING, STOPS);
        int ended = streams.size();
        streams.values().forEach(Runnable::run);
        awaitIdle(Duration.ofMillis(500));
        return ended;
    }

    private void awaitIdle(Duration longest) throws InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        // in this order: a request registers its stream before its thread returns
        while ((requests.sum() > 0 || !streams.isEmpty()) && System.nanoTime() - end < 0) {
            Thread.sleep(POLL_MILLIS);
        }
    }
}

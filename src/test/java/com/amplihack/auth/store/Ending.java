package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Predicate;

/**
 * Ends one session after the other while Redis is being moved about; what was not confirmed is tried again until it is.
 */
public final class Ending extends Thread implements AutoCloseable {
    private final Set<String> left;
    private final Predicate<String> end;
    private final Set<String> confirmed = new ConcurrentSkipListSet<>();
    private volatile int refused;
    private volatile boolean enough;

    /**
     * Begins.
     *
     * @param sessions what to end
     * @param end ends one of them and tells whether that was confirmed
     */
    public static Ending of(Collection<String> sessions, Predicate<String> end) {
        Ending ending = new Ending(sessions, end);
        ending.start();
        return ending;
    }

    private Ending(Collection<String> sessions, Predicate<String> end) {
        left = new TreeSet<>(sessions);
        this.end = end;
    }

    @Override
    public void run() {
        while (!enough && !left.isEmpty()) {
            String session = left.iterator().next();
            if (end.test(session)) {
                confirmed.add(session);
                left.remove(session);
            } else {
                refused++;
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException stop) {
                return;
            }
        }
    }

    /** The replica hangs for a moment before the primary dies: what only the primary had is gone. */
    public void outlivesAFailover(TestRedis primary, TestRedis replica) throws IOException {
        awaitMore(20);
        replica.pause();
        int sure = confirmed.size();
        Until.holds("an end is refused", () -> refused > 0 || confirmed.size() > sure + 5);
        assertTrue(confirmed.size() <= sure + 1, "confirmed by nobody: " + confirmed.size());
        primary.kill();
        replica.goOn();
        awaitMore(20);
    }

    /** A slot with the sessions goes to another primary of the cluster. */
    public void outlivesAMove(TestCluster redis, int slot) {
        awaitMore(20);
        int owner = redis.primaryOf(slot);
        redis.move(slot, owner, (owner + 1) % 3);
        awaitMore(20);
    }

    private void awaitMore(int number) {
        int before = confirmed.size();
        Until.holds("ends are confirmed", () -> confirmed.size() >= before + number);
    }

    /** Stops; what was confirmed. */
    public Set<String> confirmed() throws InterruptedException {
        enough = true;
        join();
        return confirmed;
    }

    @Override
    public void close() throws InterruptedException {
        confirmed();
    }
}

package com.amplihack.auth.store.script;

import com.amplihack.auth.store.FleetStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What holds for every user, as this node knows it: asked for again every half second by whichever request comes first,
 * so that the others pay nothing. A node that could not ask for two seconds is refused, for it may be that everybody was
 * signed out meanwhile. What a node knows and the store has lost is written back, so that every node knows it again.
 */
public final class ScriptedFleet implements FleetStore {
    public static final String KEY = ScriptedStore.PREFIX + "wide";
    private static final String DEAD = "dead:";
    private static final int BATCH = 64; // of kids in one script
    private static final long FRESH = Duration.ofMillis(500).toNanos();
    private static final long STALE = Duration.ofSeconds(2).toNanos();

    private final StoreBackend backend;
    private final AtomicLong nextAsk = new AtomicLong(System.nanoTime());
    private volatile long askedAt = System.nanoTime() - 2 * STALE;
    private volatile long ended;
    private volatile Set<String> dead = Set.of();

    ScriptedFleet(StoreBackend backend) {
        this.backend = backend;
    }

    /** How often everybody's sessions were ended. */
    long ended() {
        keepFresh();
        return ended;
    }

    @Override
    public Set<String> deadKeys() {
        keepFresh();
        return dead;
    }

    private void keepFresh() {
        long now = System.nanoTime();
        long due = nextAsk.get();
        boolean mine = now - due >= 0 && nextAsk.compareAndSet(due, now + FRESH);
        if (mine || now - askedAt > STALE) {
            ask(now);
        }
    }

    @Override
    public void endEverybody() {
        raise(backend.run(
                StoreOperation.END_EVERYBODY,
                List.of(KEY),
                List.of(ScriptedStore.EPOCH_LIFE, Long.toString(ended())),
                Long.class::cast));
    }

    @Override
    public void killKeys(Set<String> kids) {
        tell(StoreOperation.KILL_KEYS, kids);
        bury(kids);
    }

    private void ask(long now) {
        Known stored = backend.run(
                StoreOperation.WIDE,
                List.of(KEY),
                List.of(ScriptedStore.EPOCH_LIFE),
                answer -> Known.of((List<?>) answer));
        raise(stored.ended());
        bury(stored.dead());
        if (stored.ended() < ended || !stored.dead().containsAll(dead)) {
            Set<String> lost = new HashSet<>(dead);
            lost.removeAll(stored.dead());
            tell(StoreOperation.WRITE_BACK, lost);
        }
        askedAt = now;
    }

    /** Tells the store of dead keys, and of the counter if it knows a lower one; the script decides. */
    private void tell(StoreOperation operation, Set<String> kids) {
        Iterator<String> rest = kids.iterator();
        do {
            List<String> arguments = new ArrayList<>();
            arguments.add(ScriptedStore.EPOCH_LIFE);
            arguments.add(Long.toString(ended));
            for (int i = 0; i < BATCH && rest.hasNext(); i++) {
                arguments.add(rest.next());
            }
            raise(backend.run(operation, List.of(KEY), arguments, Long.class::cast));
        } while (rest.hasNext());
    }

    /** Two answers may overtake each other: the counter never falls. */
    private synchronized void raise(long value) {
        ended = Math.max(ended, value);
    }

    /** A key does not come back, also when the store that knew of it was lost. */
    private synchronized void bury(Set<String> kids) {
        if (!dead.containsAll(kids)) {
            Set<String> more = new HashSet<>(dead);
            more.addAll(kids);
            dead = Set.copyOf(more);
        }
    }

    /** What the store holds; fields that are no numbers are a store that cannot answer. */
    private record Known(long ended, Set<String> dead) {
        static Known of(List<?> fields) {
            long ended = 0;
            Set<String> dead = new HashSet<>();
            for (int i = 0; i < fields.size(); i += 2) {
                String field = (String) fields.get(i);
                if (field.equals("ended")) {
                    ended = Long.parseLong((String) fields.get(i + 1));
                } else if (field.startsWith(DEAD)) {
                    dead.add(field.substring(DEAD.length()));
                }
            }
            return new Known(ended, dead);
        }
    }
}

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
 * Caches the store-wide state on this node. The first request after half a second refreshes it; when it could not be
 * refreshed for two seconds, every request fails, since all sessions may have been ended meanwhile. State that the node
 * knows and the store has lost is written back.
 */
public final class ScriptedFleet implements FleetStore {
    public static final String KEY = ScriptedStore.PREFIX + "wide";
    private static final String NODES = ScriptedStore.PREFIX + "nodes";
    private static final Duration NODE_LIFE = Duration.ofMinutes(10);
    private static final String COMPROMISED = "dead:";
    private static final int BATCH = 64; // kids per call
    private static final long REFRESH_INTERVAL = Duration.ofMillis(500).toNanos();
    private static final long MAX_AGE = Duration.ofSeconds(2).toNanos();

    private final StoreBackend backend;
    private final AtomicLong nextRefresh = new AtomicLong(System.nanoTime());
    private volatile long refreshedAt = System.nanoTime() - 2 * MAX_AGE;
    private volatile long ended;
    private volatile Set<String> compromised = Set.of();

    ScriptedFleet(StoreBackend backend) {
        this.backend = backend;
    }

    /** The store-wide counter, which grows when all sessions of all users are ended. */
    long ended() {
        refreshIfStale();
        return ended;
    }

    @Override
    public Set<String> compromisedKeys() {
        refreshIfStale();
        return compromised;
    }

    private void refreshIfStale() {
        long now = System.nanoTime();
        long due = nextRefresh.get();
        boolean isDue = now - due >= 0 && nextRefresh.compareAndSet(due, now + REFRESH_INTERVAL);
        if (isDue || now - refreshedAt > MAX_AGE) {
            refresh(now);
        }
    }

    @Override
    public void endEverybody() {
        raiseEnded(backend.run(
                StoreOperation.END_EVERYBODY,
                List.of(KEY),
                List.of(ScriptedStore.EPOCH_LIFE, Long.toString(ended())),
                Long.class::cast));
    }

    @Override
    public void markCompromised(Set<String> kids) {
        writeBack(StoreOperation.KILL_KEYS, kids);
        addCompromised(kids);
    }

    @Override
    public List<Node> beat(String id, String record) {
        return backend.run(
                StoreOperation.BEAT,
                List.of(NODES),
                List.of(id, record, Long.toString(NODE_LIFE.toMillis()), Integer.toString(MOST_NODES)),
                answer -> nodes((List<?>) answer));
    }

    private static List<Node> nodes(List<?> answer) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i + 2 < answer.size(); i += 3) {
            nodes.add(new Node(
                    (String) answer.get(i), Duration.ofMillis((Long) answer.get(i + 1)), (String) answer.get(i + 2)));
        }
        return nodes;
    }

    private void refresh(long now) {
        Known stored = backend.run(
                StoreOperation.WIDE,
                List.of(KEY),
                List.of(ScriptedStore.EPOCH_LIFE),
                answer -> Known.of((List<?>) answer));
        raiseEnded(stored.ended());
        addCompromised(stored.compromised());
        if (stored.ended() < ended || !stored.compromised().containsAll(compromised)) {
            Set<String> lost = new HashSet<>(compromised);
            lost.removeAll(stored.compromised());
            writeBack(StoreOperation.WRITE_BACK, lost);
        }
        refreshedAt = now;
    }

    /** Writes compromised keys to the store, and the counter if the script finds a lower one there. */
    private void writeBack(StoreOperation operation, Set<String> kids) {
        Iterator<String> rest = kids.iterator();
        do {
            List<String> arguments = new ArrayList<>();
            arguments.add(ScriptedStore.EPOCH_LIFE);
            arguments.add(Long.toString(ended));
            for (int i = 0; i < BATCH && rest.hasNext(); i++) {
                arguments.add(rest.next());
            }
            raiseEnded(backend.run(operation, List.of(KEY), arguments, Long.class::cast));
        } while (rest.hasNext());
    }

    /** Answers may arrive out of order: the counter never decreases. */
    private synchronized void raiseEnded(long value) {
        ended = Math.max(ended, value);
    }

    /** A key stays compromised on this node even if the store loses it. */
    private synchronized void addCompromised(Set<String> kids) {
        if (!compromised.containsAll(kids)) {
            Set<String> more = new HashSet<>(compromised);
            more.addAll(kids);
            compromised = Set.copyOf(more);
        }
    }

    /** What the store holds; a counter that is not a number counts as a failure of the store. */
    private record Known(long ended, Set<String> compromised) {
        static Known of(List<?> fields) {
            long ended = 0;
            Set<String> compromised = new HashSet<>();
            for (int i = 0; i < fields.size(); i += 2) {
                String field = (String) fields.get(i);
                if (field.equals("ended")) {
                    ended = Long.parseLong((String) fields.get(i + 1));
                } else if (field.startsWith(COMPROMISED)) {
                    compromised.add(field.substring(COMPROMISED.length()));
                }
            }
            return new Known(ended, compromised);
        }
    }
}

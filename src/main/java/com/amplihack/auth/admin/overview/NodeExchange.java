package com.amplihack.auth.admin.overview;

import com.amplihack.auth.store.FleetStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Tells the other nodes what happened here, and adds what happened there: each step of each node once. One thread calls it. */
final class NodeExchange {
    /** How many samples a node tells with each beat, so that a lost beat loses none. */
    private static final int TOLD = 6;

    private final FleetStore store;
    private final SampleSeries series;
    private final String id = UUID.randomUUID().toString();
    private final TreeMap<Long, Sample> own = new TreeMap<>();
    private final Map<String, Long> added = new HashMap<>();

    /**
     * A node as it is known here.
     *
     * @param seenAt when it told the last time
     */
    record Node(NodeRecord record, Instant seenAt, boolean self) {}

    NodeExchange(FleetStore store, SampleSeries series) {
        this.store = store;
        this.series = series;
    }

    /** Adds what happened on this node within a step that is over. */
    void happened(long step, Sample sample, long now) {
        series.add(step, sample, now);
        own.merge(step, sample, Sample::plus);
        while (own.size() > TOLD) {
            own.pollFirstEntry();
        }
    }

    /** The newest samples of this node. */
    Map<Long, Sample> newest() {
        return Map.copyOf(own);
    }

    /**
     * Tells and listens.
     *
     * @return the other nodes
     * @throws com.amplihack.auth.store.StoreUnavailableException when nobody can be told
     */
    List<Node> exchange(NodeRecord self, Instant now) {
        long step = SampleSeries.stepOf(now.getEpochSecond());
        List<Node> others = new ArrayList<>();
        Map<String, Long> newest = new HashMap<>();
        for (FleetStore.Node node : store.beat(id, self.json())) {
            NodeRecord.parse(node.record()).ifPresent(told -> {
                long after = added.getOrDefault(node.id(), -1L);
                told.steps().forEach((at, sample) -> {
                    if (at > after) {
                        series.add(at, sample, step);
                    }
                });
                newest.put(node.id(), told.steps().keySet().stream().reduce(after, Long::max));
                others.add(new Node(told, now.minus(node.age()), false));
            });
        }
        added.clear();
        added.putAll(newest);
        return others;
    }

    /** Says goodbye to the other nodes. */
    void stop() {
        store.beat(id, "");
    }
}

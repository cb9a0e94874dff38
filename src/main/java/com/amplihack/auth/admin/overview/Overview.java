package com.amplihack.auth.admin.overview;

import com.amplihack.auth.keys.KeyRotation;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.FleetStore;
import com.amplihack.auth.store.StoreUnavailableException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What this node knows of itself and of the others: samples of the last hour summed over the nodes, the checks' answers, and
 * who is there. A timer brings it up to date; a request reads memory alone.
 */
@Singleton
public class Overview {
    private final HealthProbe probe;
    private final Sampler sampler;
    private final KeyRotation rotation;
    private final InstantSource clock;
    private final String host = hostName();
    private final Release release;
    private final Instant startedAt;
    private final SampleSeries series = new SampleSeries();
    private final NodeExchange exchange;
    private volatile Seen seen = new Seen(HealthProbe.Result.NOTHING, List.of(), Optional.empty());

    /** What the last look has found. */
    record Seen(HealthProbe.Result health, List<NodeExchange.Node> nodes, Optional<Instant> nextRotation) {
        Seen {
            nodes = List.copyOf(nodes);
        }
    }

    @Inject
    Overview(
            HealthProbe probe,
            Sampler sampler,
            FleetStore store,
            KeyRotation rotation,
            InstantSource clock,
            Release release) {
        this.probe = probe;
        this.sampler = sampler;
        exchange = new NodeExchange(store, series);
        this.rotation = rotation;
        this.clock = clock;
        this.release = release;
        this.startedAt = clock.instant();
    }

    /** Samples the step that has just ended, asks the checks, and exchanges samples with the other nodes. */
    synchronized void look() {
        HealthProbe.Result health = probe.ask();
        Instant now = clock.instant();
        long step = SampleSeries.stepOf(now.getEpochSecond());
        Sample sample = sampler.take(health.levels());
        exchange.happened(step - 1, sample, step);
        NodeRecord self = new NodeRecord(host, release.version(), startedAt, health.ready(), exchange.newest());
        List<NodeExchange.Node> nodes = new ArrayList<>(List.of(new NodeExchange.Node(self, now, true)));
        try {
            nodes.addAll(exchange.exchange(self, now));
        } catch (StoreUnavailableException silent) {
            // the check of the store tells; the other nodes are unknown until it answers
        }
        seen = new Seen(health, nodes, nextRotation());
    }

    private Optional<Instant> nextRotation() {
        try {
            return rotation.scheduled();
        } catch (AuthException unreadable) {
            return Optional.empty(); // the check of the keys tells
        }
    }

    /** Says goodbye to the other nodes. */
    void stop() {
        exchange.stop();
    }

    String host() {
        return host;
    }

    Seen seen() {
        return seen;
    }

    SampleSeries series() {
        return series;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }
}

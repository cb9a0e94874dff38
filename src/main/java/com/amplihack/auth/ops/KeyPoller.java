package com.amplihack.auth.ops;

import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.KeyRotation;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.store.FleetStore;
import com.amplihack.auth.store.StoreUnavailableException;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Polls the key directory every 250 ms, the store's compromised keys every 500 ms and the HSM every second, and runs due
 * rotations every minute.
 */
@Singleton
@Startup
@DependsOn("Boot")
@TransactionManagement(TransactionManagementType.BEAN) // generating a key may exceed a transaction's timeout
public class KeyPoller {
    private static final RateLimitedLogger LOG = new RateLimitedLogger(Logger.getLogger(KeyPoller.class.getName()), 1);
    private static final long RING_MILLIS = 250;
    private static final long STORE_MILLIS = 500;
    private static final long HSM_MILLIS = 1000;
    private static final long ROTATION_MILLIS = 60_000;

    @Inject
    private KeyRing keys;

    @Inject
    private KeyRotation rotation;

    @Inject
    private FleetStore store;

    @Resource
    private ManagedScheduledExecutorService executor;

    private List<ScheduledFuture<?>> watches = List.of();

    @PostConstruct
    void start() {
        KeyRing ring = keys;
        FleetStore known = store;
        KeyRotation due = rotation;
        pollStore(ring, known); // before the first request
        watches = List.of(
                executor.scheduleWithFixedDelay(() -> pollRing(ring), RING_MILLIS, RING_MILLIS, TimeUnit.MILLISECONDS),
                executor.scheduleWithFixedDelay(
                        () -> pollStore(ring, known), STORE_MILLIS, STORE_MILLIS, TimeUnit.MILLISECONDS),
                executor.scheduleWithFixedDelay(() -> probe(ring), HSM_MILLIS, HSM_MILLIS, TimeUnit.MILLISECONDS),
                // no @Schedule: its timer runs while a failed start is undone, and would begin the start anew
                executor.scheduleWithFixedDelay(
                        () -> rotate(due), ROTATION_MILLIS, ROTATION_MILLIS, TimeUnit.MILLISECONDS));
    }

    @PreDestroy
    void stop() {
        watches.forEach(watch -> watch.cancel(true));
    }

    private static void rotate(KeyRotation rotation) {
        try {
            rotation.tick();
        } catch (RuntimeException failed) { // retried in a minute
            LOG.log(Level.SEVERE, "due", "A due key rotation failed", failed);
        }
    }

    /** Catches failures, which would cancel the schedule. */
    private static void pollRing(KeyRing ring) {
        try {
            ring.refresh();
        } catch (RuntimeException failed) {
            LOG.log(Level.SEVERE, "ring", "The key ring could not be read", failed);
        }
    }

    private static void probe(KeyRing ring) {
        try {
            ring.probe();
        } catch (RuntimeException failed) {
            LOG.log(Level.SEVERE, "hsm", "The HSM could not be probed", failed);
        }
    }

    private static void pollStore(KeyRing ring, FleetStore store) {
        try {
            ring.distrust(store.compromisedKeys());
        } catch (StoreUnavailableException away) {
            // meanwhile every request with a token is refused
        } catch (RuntimeException failed) {
            LOG.log(Level.SEVERE, "store", "The compromised keys could not be read from the store", failed);
        }
    }
}

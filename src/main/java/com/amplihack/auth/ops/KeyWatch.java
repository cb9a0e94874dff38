package com.amplihack.auth.ops;

import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.KeyRotation;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Looks four times a second whether another node has changed the key ring, and once a minute what is due. */
@Singleton
@Startup
@DependsOn("Boot")
@TransactionManagement(TransactionManagementType.BEAN) // there is none, and a key may take longer than one may
public class KeyWatch {
    private static final Logger LOG = Logger.getLogger(KeyWatch.class.getName());
    private static final long EVERY_MILLIS = 250;

    @Inject
    private KeyRing keys;

    @Inject
    private KeyRotation rotation;

    @Resource
    private ManagedScheduledExecutorService executor;

    private ScheduledFuture<?> watch;

    @PostConstruct
    void start() {
        KeyRing ring = keys;
        watch = executor.scheduleWithFixedDelay(() -> look(ring), EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        watch.cancel(true);
    }

    @Schedule(hour = "*", minute = "*", persistent = false)
    void tick() {
        try {
            rotation.tick();
        } catch (RuntimeException failed) { // the next minute is another chance
            LOG.log(Level.SEVERE, "The key ring could not do what is due", failed);
        }
    }

    /** One failure must not be the end of the schedule. */
    private static void look(KeyRing ring) {
        try {
            ring.refresh();
        } catch (RuntimeException failed) {
            LOG.log(Level.SEVERE, "The key ring could not be looked at", failed);
        }
    }
}

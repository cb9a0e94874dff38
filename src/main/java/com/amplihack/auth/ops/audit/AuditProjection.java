package com.amplihack.auth.ops.audit;

import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.trail.TrailProjector;
import com.amplihack.auth.web.ServiceState;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings the audit file into the database by a thread of its own, anchors the chain at the start, each hour and at the stop, and
 * deletes what is too old.
 */
@Singleton
@Startup
@DependsOn("Boot")
@TransactionManagement(TransactionManagementType.BEAN)
public class AuditProjection {
    private static final long STOP_MILLIS = 5_000;

    @Inject
    private AuditLog audit;

    @Inject
    private TrailProjector projector;

    @Inject
    private ServiceState service;

    @Inject
    private Meters meters;

    @Resource
    private ManagedThreadFactory threads;

    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    @PostConstruct
    void start() {
        meters.sampleAuditLag(
                () -> projector.lag().map(lag -> (double) lag.entries()).orElse(Double.NaN),
                () -> projector.lag().map(lag -> (double) lag.age().toSeconds()).orElse(Double.NaN));
        Thread fresh = threads.newThread(this::run);
        fresh.setName("audit-projector");
        thread = fresh;
        fresh.start();
    }

    private void run() {
        ProjectionLoop loop = new ProjectionLoop(audit, projector, service, System::nanoTime);
        loop.begin();
        long wait = 0;
        while (!isStopped(wait)) {
            wait = loop.turn();
        }
        loop.end();
    }

    private boolean isStopped(long millis) {
        try {
            return stopping.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            return true;
        }
    }

    @PreDestroy
    void stop() {
        stopping.countDown();
        Thread running = thread;
        if (running == null) {
            return;
        }
        try {
            running.join(STOP_MILLIS);
            if (running.isAlive()) {
                running.interrupt();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}

package com.amplihack.auth.admin.overview;

import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.store.StoreUnavailableException;
import com.amplihack.auth.web.ServiceState;
import jakarta.annotation.PreDestroy;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Brings the overview up to date every ten seconds, and at once when it is asked for the first time. */
@Singleton
@TransactionManagement(TransactionManagementType.BEAN)
public class OverviewTimer {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(OverviewTimer.class.getName()), 1);

    @Inject
    private Overview overview;

    @Inject
    private ServiceState service;

    @Schedule(hour = "*", minute = "*", second = "*/10", persistent = false)
    void look() {
        if (service.fault().isPresent()) {
            return; // a start that waits or has failed
        }
        try {
            overview.look();
        } catch (RuntimeException bug) {
            LOG.log(Level.WARNING, "look", "The administrators' overview is not up to date", bug);
        }
    }

    @PreDestroy
    void stop() {
        try {
            overview.stop();
        } catch (StoreUnavailableException silent) {
            LOG.log(Level.FINE, "stop", "The other nodes forget this one in ten minutes");
        }
    }
}

package com.amplihack.auth.users.selfservice;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.RateLimitedLogger;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Deletes the tickets that have expired, every hour. */
@Singleton
@TransactionManagement(TransactionManagementType.BEAN) // the database has connections of its own
public class TicketTimer {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(TicketTimer.class.getName()), 1);

    @Inject
    private Tickets tickets;

    @Schedule(hour = "*", minute = "25", persistent = false)
    void purge() {
        try {
            tickets.purge();
        } catch (AuthException unavailable) {
            // the database has logged its outage
        } catch (RuntimeException failed) {
            LOG.log(Level.SEVERE, "purge", "The expired tickets could not be deleted", failed);
        }
    }
}

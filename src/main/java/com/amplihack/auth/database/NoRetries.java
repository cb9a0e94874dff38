package com.amplihack.auth.database;

import org.eclipse.persistence.sessions.Session;
import org.eclipse.persistence.sessions.SessionCustomizer;

/**
 * Disables EclipseLink's retries on a lost connection, three with 5 s between them, in favour of those of {@link
 * Database}; named in persistence.xml.
 */
public final class NoRetries implements SessionCustomizer {
    @Override
    public void customize(Session session) {
        session.getLogin().setQueryRetryAttemptCount(0);
    }
}

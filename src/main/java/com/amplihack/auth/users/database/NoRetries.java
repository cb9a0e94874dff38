package com.amplihack.auth.users.database;

import org.eclipse.persistence.sessions.Session;
import org.eclipse.persistence.sessions.SessionCustomizer;

/**
 * Has EclipseLink tell at once that a connection was lost: by itself it asks again three times and sleeps 5 s in between,
 * which no request can wait for. {@link Database} decides what is asked again. Named in persistence.xml.
 */
public final class NoRetries implements SessionCustomizer {
    @Override
    public void customize(Session session) {
        session.getLogin().setQueryRetryAttemptCount(0);
    }
}

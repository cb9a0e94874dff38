package com.amplihack.auth.ops;

/**
 * Administration by JMX ({@code amplihack.auth:type=Admin}), open to everyone with JMX access. Counters are this node's
 * since its start.
 */
public interface AdminMXBean {
    /** The active key's {@code kid}; empty if there is none. */
    String getSigningKey();

    /** {@code redis} or {@code memory}. */
    String getSessionStore();

    /** An estimate across all nodes; -1 while the store is down. */
    long getLiveSessions();

    long getLogins();

    long getTokensIssued();

    long getRequestsAdmitted();

    long getRequestsRefused();

    long getReplays();

    long getLimitViolations();

    long getKeyRotations();

    /**
     * Makes the {@code NEXT} key the active one.
     *
     * @return its {@code kid}
     * @throws IllegalStateException if it has not been published long enough; the message has the earliest time
     */
    String rotateKeys();

    /**
     * Lifts the lock of an account.
     *
     * @return whether it was locked
     * @throws IllegalArgumentException if there is no such account
     */
    boolean unlock(String username);

    /**
     * Ends all sessions of an account.
     *
     * @return their number
     * @throws IllegalArgumentException if there is no such account
     */
    int endSessions(String username);

    /** Ends all sessions of all users on all nodes within a second. */
    void revokeAll();
}

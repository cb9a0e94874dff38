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

    /** Those of all accounts that are neither revoked nor expired; -1 while the database is down. */
    long getApiKeys();

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
     * Forgets the failed sign-ins of a client address, so that it is no longer over the login limit.
     *
     * @param address an IP address; of IPv6 its /64
     * @return whether there were any
     * @throws IllegalArgumentException if this is no IP address
     */
    boolean liftLoginLimit(String address);

    /**
     * Ends all sessions of an account.
     *
     * @return their number
     * @throws IllegalArgumentException if there is no such account
     */
    int endSessions(String username);

    /**
     * Tries every mail again that was given up.
     *
     * @return how many there were
     * @throws IllegalStateException while the database is down
     */
    int retryDeadLetters();

    /** Ends all sessions of all users on all nodes within a second. */
    void revokeAll();
}

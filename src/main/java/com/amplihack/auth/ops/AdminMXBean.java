package com.amplihack.auth.ops;

/**
 * What an administrator of the server does through JMX ({@code amplihack.auth:type=Admin}); whoever may use JMX may do it.
 * Counters are those of this node since its start.
 */
public interface AdminMXBean {
    /** The {@code kid} of the key that signs; empty while none does. */
    String getSigningKey();

    /** {@code redis} or {@code memory}. */
    String getSessionStore();

    /** An estimate over all nodes; -1 while the store does not answer. */
    long getLiveSessions();

    long getLogins();

    long getTokensIssued();

    long getRequestsAdmitted();

    long getRequestsRefused();

    long getReplays();

    long getLimitViolations();

    long getKeyRotations();

    /**
     * Lets the key that waits sign.
     *
     * @return the {@code kid} of the key that signs now
     * @throws IllegalStateException when it is not published long enough, with the time at which it is
     */
    String rotateKeys();

    /**
     * Lets strangers try to sign in to a locked account again.
     *
     * @return whether it was locked
     * @throws IllegalArgumentException when nobody has this name
     */
    boolean unlock(String username);

    /**
     * Ends every session of an account.
     *
     * @return how many there were
     * @throws IllegalArgumentException when nobody has this name
     */
    int endSessions(String username);

    /** The panic button: within a second every session of everybody is over. */
    void revokeAll();
}

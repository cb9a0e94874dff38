package com.amplihack.auth.store;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.store.budget.MeteredCall;
import com.amplihack.auth.store.budget.Reservation;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the store keeps of API keys: copies of what the database grants them, each valid only while the account's epoch has
 * not moved since before the database was read. A key whose copy is missing is leased to whoever asks, who fills it from the
 * database; what was revoked, or lost with the store, meanwhile ends the lease, so that no copy revives a revoked key.
 */
public interface KeyStore {
    enum KeyVerdict {
        ADMITTED,
        /** The store knows nothing valid about the key: read the database, then {@link #fillKey}. */
        LEASED,
        /** The caller's copy is not the store's: here is the store's. */
        CHANGED,
        /** Unknown, revoked, or of an account that may not use it. */
        REFUSED,
        WRONG_SECRET,
        EXPIRED,
        ADDRESS_REFUSED,
        OVER_QUOTA,
        /** The reservation is EXHAUSTED or UNSEEDED. */
        NO_BUDGET
    }

    /**
     * One use of a well-formed key.
     *
     * @param hash of the presented key
     * @param version of the copy by which the other values were decided; empty if there is none
     * @param addressAllowed whether the copy allows the client's address
     * @param address the client's, to be noted as the last use
     */
    record KeyUse(String subject, String keyId, String hash, String version, boolean addressAllowed, String address) {}

    /**
     * The answer to a {@link KeyUse}.
     *
     * @param quota of the key, when ADMITTED or OVER_QUOTA
     * @param version of the store's copy, when CHANGED
     * @param grant the store's copy, when CHANGED
     * @param lease when LEASED
     * @param reservation of a metered call, when ADMITTED or NO_BUDGET
     */
    record KeyAdmission(
            KeyVerdict verdict,
            QuotaStore.Taken quota,
            String version,
            String grant,
            Lease lease,
            Optional<Reservation> reservation) {}

    /** The right to fill a copy, while the account's counters are as they were before the database was read. */
    record Lease(String id, String ended, String rights, String limits) {}

    /**
     * What the database grants a key.
     *
     * @param hash of the key
     * @param grant what it may do, as the caller spells it
     */
    record KeyCopy(String hash, Instant expiresAt, String grant) {}

    /** When a key was last used, to a minute, and from which address. */
    record KeyUsed(Instant at, String address) {}

    /**
     * Admits or refuses one use of a key. Checks in this order: copy, secret, expiry, address, quota, budgets.
     *
     * @param quota of the key
     * @param call reserves what the request is going to cost
     */
    KeyAdmission admitKey(KeyUse use, Quota quota, Optional<MeteredCall> call);

    /** Admits or refuses a request that costs nothing. */
    default KeyAdmission admitKey(KeyUse use, Quota quota) {
        return admitKey(use, quota, Optional.empty());
    }

    /**
     * Keeps what the database grants a key, or that it grants nothing, unless the lease is over or the epoch has moved.
     *
     * @param copy empty if the key must be refused
     */
    void fillKey(String subject, String keyId, Lease lease, Optional<KeyCopy> copy);

    /** Has the key refused from now on, on every node; to be called once the database says so. */
    void killKey(String subject, String keyId);

    /**
     * Has every copy of what these accounts and their keys may do read anew, after a change of a key, of a budget or of an
     * account that was enabled; tokens and sessions stay valid.
     */
    void changeLimits(Collection<String> subjects);

    /** When these keys of the account were last used, by their ids; for a while after a key's end too. */
    Map<String, KeyUsed> keyUses(String subject, List<String> keyIds);
}

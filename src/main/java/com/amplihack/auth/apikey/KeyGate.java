package com.amplihack.auth.apikey;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.limits.Limit;
import com.amplihack.auth.limits.RateLimiter;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.RateLimit;
import com.amplihack.auth.store.KeyStore;
import com.amplihack.auth.store.KeyStore.KeyAdmission;
import com.amplihack.auth.store.KeyStore.KeyCopy;
import com.amplihack.auth.store.KeyStore.KeyUse;
import com.amplihack.auth.store.KeyStore.KeyVerdict;
import com.amplihack.auth.store.budget.Call;
import com.amplihack.auth.token.Admission;
import com.amplihack.auth.web.ClientContext;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Admits or refuses a request with a well-formed API key, in one round trip to the store; a key that the store does not
 * know, or whose rights have changed, costs a reading of the database and two more.
 */
@Singleton
public class KeyGate {
    /** How often a copy may be filled, and how often it may change, while one request is decided. */
    private static final int MOST_LEASES = 4;

    private static final int MOST_CHANGES = 4;

    private static final long MOST_CHARACTERS = 32L << 20; // of all copies on this node
    private static final int OVERHEAD = 256; // of each

    private final KeyOwners owners;
    private final KeyDirectory keys;
    private final KeyStore store;
    private final RateLimiter limits;
    private final AuditLog audit;
    private final InstantSource clock;
    private final Cache<String, Copy> copies = Caffeine.newBuilder()
            .maximumWeight(MOST_CHARACTERS)
            .weigher((String id, Copy copy) -> OVERHEAD + copy.length())
            .executor(Runnable::run) // maintenance on the calling thread
            .build();

    @Inject
    KeyGate(
            KeyOwners owners,
            KeyDirectory keys,
            KeyStore store,
            RateLimiter limits,
            AuditLog audit,
            InstantSource clock) {
        this.clock = clock;
        this.owners = owners;
        this.keys = keys;
        this.store = store;
        this.limits = limits;
        this.audit = audit;
    }

    /** What this node has read of the store's copy; the store says at each request whether it still holds. */
    private record Copy(String version, KeyGrant grant, AddressRanges ranges, int length) {
        static Copy of(String keyId, KeyAdmission decided) {
            KeyGrant grant = GrantJson.read(keyId, decided.grant());
            AddressRanges ranges = AddressRanges.of(grant.cidrs().toArray(String[]::new));
            return new Copy(decided.version(), grant, ranges, decided.grant().length());
        }

        boolean isOf(ApiKey key) {
            return MessageDigest.isEqual(
                    grant.hash().getBytes(StandardCharsets.US_ASCII), key.hash().getBytes(StandardCharsets.US_ASCII));
        }

        boolean allows(String address) {
            return grant.cidrs().isEmpty() || ranges.contains(address);
        }
    }

    /**
     * Admits the request.
     *
     * @param call reserves what it may cost
     * @throws AuthException {@code invalid_api_key}, {@code address_not_allowed}, {@code rate_limited} or {@code
     *     store_unavailable}
     */
    public Admission admit(ApiKey key, ClientContext client, Optional<Call> call) {
        Quota quota = limits.quota(Limit.APIKEY);
        Copy known = copies.getIfPresent(key.id());
        KeyAdmission decided = decide(key, known, client, quota, call);
        for (int trip = 0; decided.verdict() == KeyVerdict.CHANGED && trip < MOST_CHANGES; trip++) {
            known = remember(key, decided);
            decided = decide(key, known, client, quota, call);
        }
        if (known == null || decided.verdict() == KeyVerdict.CHANGED) {
            throw unsettled();
        }
        KeyCaller caller = new KeyCaller(known.grant());
        Optional<RateLimit> left =
                limits.answer(Limit.APIKEY, quota, decided.quota(), client, entry -> about(caller, entry));
        return new Admission(caller, left, decided.reservation(), known.grant().budgets());
    }

    /**
     * The caller of a key whose secret is right, without admitting a request: it may be revoked or over its quota by now.
     *
     * @throws AuthException {@code invalid_api_key}, {@code address_not_allowed} or {@code store_unavailable}
     */
    public KeyCaller recognize(ApiKey key, ClientContext client) {
        Copy known = copies.getIfPresent(key.id());
        if (known == null
                || !known.isOf(key)
                || !known.allows(client.address())
                || !clock.instant().isBefore(known.grant().expiresAt())) {
            known = remember(key, decide(key, null, client, limits.quota(Limit.APIKEY), Optional.empty()));
            if (!known.allows(client.address())) {
                throw addressRefused(key, client);
            }
        }
        return new KeyCaller(known.grant());
    }

    /** Asks the store, reads the database if it has to, and refuses what the key itself forbids. */
    private KeyAdmission decide(
            ApiKey key, @Nullable Copy known, ClientContext client, Quota quota, Optional<Call> call) {
        String owner = owners.ownerOf(key.id(), client);
        for (int trip = 0; trip < MOST_LEASES; trip++) {
            KeyAdmission decided = store.admitKey(
                    use(key, owner, known, client),
                    quota,
                    known == null
                            ? Optional.empty()
                            : call.map(asked -> asked.by(key.id(), known.grant().budgets())));
            switch (decided.verdict()) {
                case ADMITTED, OVER_QUOTA, NO_BUDGET, CHANGED -> {
                    return decided;
                }
                case LEASED -> store.fillKey(owner, key.id(), decided.lease(), granted(key, owner));
                case REFUSED -> {
                    copies.invalidate(key.id()); // nobody is recognized by it any more
                    throw invalid(key, "unknown_or_revoked", client);
                }
                case WRONG_SECRET -> throw invalid(key, "wrong_secret", client);
                case EXPIRED -> throw invalid(key, "expired", client);
                case ADDRESS_REFUSED -> throw addressRefused(key, client);
            }
        }
        throw unsettled();
    }

    private Optional<KeyCopy> granted(ApiKey key, String owner) {
        return keys.find(key.id())
                .filter(grant -> grant.subject().equals(owner))
                .map(GrantJson::copy);
    }

    private Copy remember(ApiKey key, KeyAdmission decided) {
        Copy read = Copy.of(key.id(), decided);
        copies.put(key.id(), read);
        return read;
    }

    private static AuthException unsettled() {
        return new AuthException(ErrorCode.STORE_UNAVAILABLE, "The key's rights keep changing: try again.");
    }

    private static KeyUse use(ApiKey key, String owner, @Nullable Copy known, ClientContext client) {
        return new KeyUse(
                owner,
                key.id(),
                key.hash(),
                known == null ? "" : known.version(),
                known != null && known.allows(client.address()),
                client.address());
    }

    private AuthException addressRefused(ApiKey key, ClientContext client) {
        refused(key, "address", client);
        return new AuthException(ErrorCode.ADDRESS_NOT_ALLOWED, "This API key may not be used from your address.");
    }

    /** One answer for all: it does not tell which keys there are. */
    private AuthException invalid(ApiKey key, String reason, ClientContext client) {
        refused(key, reason, client);
        return new AuthException(ErrorCode.INVALID_API_KEY, "The API key is unknown, revoked or expired.");
    }

    private void refused(ApiKey key, String reason, ClientContext client) {
        audit.record(AuditEntry.of(AuditEvent.API_KEY_REFUSED, client)
                .detail("reason", reason)
                .detail("key_id", key.id()));
    }

    /** Audits a credential that is sent as an API key but is none, and returns the refusal. */
    public AuthException malformed(String credential, ClientContext client) {
        audit.record(AuditEntry.of(AuditEvent.API_KEY_REFUSED, client).detail("reason", "malformed"));
        return new AuthException(
                ErrorCode.INVALID_API_KEY,
                ApiKey.isOne(credential)
                        ? "The API key is cut off or mistyped: its length or checksum is wrong."
                        : "This is the key of another service; those of this one begin with amp_.");
    }

    private static void about(KeyCaller caller, AuditEntry entry) {
        entry.user(caller.subject(), caller.username())
                .detail("key_id", caller.grant().keyId());
    }
}

package com.amplihack.auth.factor.passkey;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.webauthn.RelyingParty;
import com.amplihack.auth.factor.Factors;
import com.amplihack.auth.factor.passkey.Challenges.Purpose;
import com.amplihack.auth.factor.passkey.PasskeyStore.Owned;
import com.amplihack.auth.factor.passkey.WebAuthn.NewPasskey;
import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Notices;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.StrictJson;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.persistence.EntityManager;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * Makes, lists, renames and removes the passkeys of accounts; audits it, and tells the owner by mail. An account has at most
 * {@value #MOST}.
 */
@Singleton
public class Passkeys {
    static final int MOST = 20;

    private static final String UNNAMED = "Passkey";
    private static final String NAME = "name";

    private final PasskeyStore store;
    private final Challenges challenges;
    private final Notices notices;
    private final AuditLog audit;
    private final InstantSource clock;
    private final WebAuthn webAuthn = new WebAuthn();

    @Inject
    public Passkeys(PasskeyStore store, Challenges challenges, Notices notices, AuditLog audit, InstantSource clock) {
        this.store = store;
        this.challenges = challenges;
        this.notices = notices;
        this.audit = audit;
        this.clock = clock;
    }

    /** An account's owner in a session. */
    public record Owner(String accountId, String sid, ClientContext client) {
        /** What a challenge for a new passkey is bound to. */
        private String binding() {
            return accountId + ' ' + sid;
        }
    }

    /**
     * {@code PublicKeyCredentialCreationOptionsJSON} for one more passkey.
     *
     * @throws AuthException {@code invalid_request} if the account has as many as it can have
     */
    public JsonObject options(RelyingParty party, Owner owner) {
        Owned owned = store.ownedWithHandle(owner.accountId()).orElseThrow(Passkeys::noAccount);
        requireRoom(owned.passkeys().size());
        return CredentialOptions.creation(
                party,
                owned.account(),
                owned.handle().orElseThrow(Passkeys::noAccount),
                owned.passkeys(),
                challenges.issue(Purpose.REGISTRATION, owner.binding()));
    }

    /**
     * Stores a new passkey.
     *
     * @param name "Passkey" if empty
     * @throws AuthException {@code invalid_request} if the browser's answer does not prove it, or the account has as many as
     *     it can have
     */
    public PasskeyRecord add(RelyingParty party, Owner owner, Credential credential, Optional<String> name) {
        NewPasskey verified = verified(party, owner, credential);
        String called = name.orElse(UNNAMED);
        Added added = store.database().write(entities -> {
            Account account = Optional.ofNullable(entities.find(Account.class, owner.accountId()))
                    .orElseThrow(Passkeys::noAccount);
            if (!PasskeyStore.lock(entities, account.id())) {
                throw noAccount();
            }
            requireRoom(PasskeyStore.passkeys(entities, account.id()).size());
            if (entities.find(PasskeyRecord.class, credential.id()) != null) { // section 7.1, step 26
                throw new RefusedAnswerException("already_registered").forOwner();
            }
            PasskeyRecord passkey = new PasskeyRecord(account.id(), called, verified.made(), clock.instant());
            entities.persist(passkey);
            changed(entities, account);
            notices.tell(entities, account, MailKind.PASSKEY_ADDED, Map.of(NAME, called));
            return new Added(account, passkey);
        });
        record(AuditEvent.PASSKEY_ADDED, added.account(), added.passkey(), owner);
        return added.passkey();
    }

    private record Added(Account account, PasskeyRecord passkey) {}

    /** What devices were remembered for, and what recovery codes stand in for, has changed. */
    private static void changed(EntityManager entities, Account account) {
        entities.flush();
        Factors.changed(entities, account.id());
    }

    private NewPasskey verified(RelyingParty party, Owner owner, Credential credential) {
        try {
            NewPasskey verified = webAuthn.registered(
                    credential,
                    party,
                    challenge -> challenges.isGood(challenge, Purpose.REGISTRATION, owner.binding()));
            if (!challenges.redeem(verified.challenge(), owner.accountId())) {
                throw new RefusedAnswerException("replayed");
            }
            return verified;
        } catch (RefusedAnswerException refused) {
            audit.record(AuditEntry.of(AuditEvent.PASSKEY_REFUSED, owner.client())
                    .user(owner.accountId())
                    .session(owner.sid())
                    .detail("reason", refused.reason()));
            throw refused.forOwner();
        }
    }

    /**
     * An account's passkeys, and what a page tells the browser of them.
     *
     * @param party empty if passkeys are not available: then there is nothing to tell
     */
    public JsonObject list(Optional<RelyingParty> party, String accountId) {
        Owned owned = store.owned(accountId).orElseThrow(Passkeys::noAccount);
        JsonArrayBuilder items = StrictJson.provider().createArrayBuilder();
        owned.passkeys().forEach(passkey -> items.add(PasskeyJson.of(passkey)));
        JsonObjectBuilder page =
                StrictJson.provider().createObjectBuilder().add("items", items).addNull("next_cursor");
        JsonValue signal = party.flatMap(known -> owned.handle()
                        .<JsonValue>map(
                                handle -> CredentialOptions.signal(known, owned.account(), handle, owned.passkeys())))
                .orElse(JsonValue.NULL);
        return page.add("signal", signal).build();
    }

    /** One of the account's passkeys; empty if it has none with that id. */
    public Optional<PasskeyRecord> find(String accountId, String id) {
        return store.database().read(entities -> PasskeyStore.find(entities, accountId, id));
    }

    /** Renames a passkey; empty if the account has none with that id. */
    public Optional<PasskeyRecord> rename(Owner owner, String id, String name) {
        Optional<Added> renamed = store.database().write(entities -> PasskeyStore.find(entities, owner.accountId(), id)
                .map(passkey -> {
                    passkey.name(name);
                    return new Added(entities.find(Account.class, owner.accountId()), passkey);
                }));
        renamed.ifPresent(changed -> record(AuditEvent.PASSKEY_CHANGED, changed.account(), changed.passkey(), owner));
        return renamed.map(Added::passkey);
    }

    /** Removes a passkey; returns whether the account had it. */
    public boolean remove(Owner owner, String id) {
        Optional<Added> removed = store.database().write(entities -> PasskeyStore.find(entities, owner.accountId(), id)
                .map(passkey -> {
                    Account account = entities.find(Account.class, owner.accountId());
                    entities.remove(passkey);
                    changed(entities, account);
                    notices.tell(entities, account, MailKind.PASSKEY_REMOVED, Map.of(NAME, passkey.name()));
                    return new Added(account, passkey);
                }));
        removed.ifPresent(gone -> record(AuditEvent.PASSKEY_REMOVED, gone.account(), gone.passkey(), owner));
        return removed.isPresent();
    }

    private void record(AuditEvent event, Account account, PasskeyRecord passkey, Owner owner) {
        audit.record(AuditEntry.of(event, owner.client())
                .user(account.id(), account.username())
                .session(owner.sid())
                .detail("passkey", passkey.id())
                .detail(NAME, passkey.name()));
    }

    private static void requireRoom(int existing) {
        if (existing >= MOST) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST,
                    "The account has " + MOST + " passkeys: remove those that it does not need.");
        }
    }

    private static AuthException noAccount() {
        return new AuthException(ErrorCode.TOKEN_REVOKED, "The account has been deleted.");
    }
}

package com.amplihack.auth.factor.passkey;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.webauthn.RelyingParty;
import com.amplihack.auth.factor.passkey.Challenges.Purpose;
import com.amplihack.auth.factor.passkey.WebAuthn.Answer;
import com.amplihack.auth.web.ClientContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.JsonObject;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Asks passkeys for an answer, and checks it: as a second factor of a known account here, as a sign-in of its own in {@link
 * PasskeyAuthenticator}. Each challenge is answered once, and a counter that does not grow is refused: somebody has a copy of
 * the key (WebAuthn Level 3, section 6.1.1).
 */
@Singleton
public class PasskeyAnswers {
    private static final String CLONED = "malicious_counter_value";

    private final PasskeyStore store;
    private final Challenges challenges;
    private final AuditLog audit;
    private final InstantSource clock;
    private final WebAuthn webAuthn = new WebAuthn();

    @Inject
    public PasskeyAnswers(PasskeyStore store, Challenges challenges, AuditLog audit, InstantSource clock) {
        this.store = store;
        this.challenges = challenges;
        this.audit = audit;
        this.clock = clock;
    }

    /** {@code PublicKeyCredentialRequestOptionsJSON} for a sign-in without a name: any passkey may answer. */
    public JsonObject options(RelyingParty party) {
        return CredentialOptions.request(party, List.of(), challenges.issue(Purpose.SIGN_IN, ""));
    }

    /**
     * The same for an account that is known already, with the ids of its passkeys.
     *
     * @param binding what the answer must belong to as well, such as the id of the sign-in that waits for it
     */
    public JsonObject options(RelyingParty party, String accountId, String binding) {
        List<PasskeyRecord> allowed = store.database().read(entities -> PasskeyStore.passkeys(entities, accountId));
        return CredentialOptions.request(
                party, allowed, challenges.issue(Purpose.SECOND_FACTOR, bound(accountId, binding)));
    }

    /**
     * Checks the answer of a known account to {@link #options(RelyingParty, String, String)}; the caller limits attempts and
     * audits the outcome.
     */
    public PasskeyResult check(
            RelyingParty party, Credential credential, String accountId, String binding, ClientContext client) {
        Optional<PasskeyRecord> passkey =
                store.find(credential.id()).filter(found -> found.accountId().equals(accountId));
        if (passkey.isEmpty()) {
            return PasskeyResult.refused("unknown_passkey");
        }
        Optional<String> handle = credential.userHandle();
        if (handle.isPresent() && !isHandleOf(handle, accountId)) {
            return PasskeyResult.refused("other_user_handle");
        }
        return check(party, credential, passkey.get(), Purpose.SECOND_FACTOR, bound(accountId, binding), client);
    }

    /** Checks the answer to {@link #options(RelyingParty)}, which must say whose it is (section 7.2, step 6). */
    PasskeyResult check(RelyingParty party, Credential credential, PasskeyRecord passkey, ClientContext client) {
        if (!isHandleOf(credential.userHandle(), passkey.accountId())) {
            return PasskeyResult.refused("other_user_handle");
        }
        return check(party, credential, passkey, Purpose.SIGN_IN, "", client);
    }

    private PasskeyResult check(
            RelyingParty party,
            Credential credential,
            PasskeyRecord passkey,
            Purpose purpose,
            String binding,
            ClientContext client) {
        try {
            Answer answer = webAuthn.answered(
                    credential, passkey, party, challenge -> challenges.isGood(challenge, purpose, binding));
            if (!challenges.redeem(answer.challenge(), passkey.accountId())) {
                return PasskeyResult.refused("replayed");
            }
            if (!store.use(passkey, answer.signCount(), answer.backedUp(), clock.instant())) {
                throw new RefusedAnswerException(CLONED); // a node was faster with the other copy, or it was removed
            }
            return PasskeyResult.passed(passkey);
        } catch (RefusedAnswerException refused) {
            if (refused.reason().equals(CLONED)) {
                audit.record(AuditEntry.of(AuditEvent.PASSKEY_CLONED, client)
                        .user(passkey.accountId())
                        .detail("passkey", passkey.id())
                        .detail("sign_count", passkey.signCount()));
            }
            return PasskeyResult.refused(refused.reason());
        }
    }

    private boolean isHandleOf(Optional<String> handle, String accountId) {
        return handle.flatMap(store::accountOf).filter(accountId::equals).isPresent();
    }

    private static String bound(String accountId, String binding) {
        return accountId + ' ' + binding;
    }
}

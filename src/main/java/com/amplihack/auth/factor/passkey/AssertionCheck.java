package com.amplihack.auth.factor.passkey;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.factor.PasskeyCheck;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.RelyingParties;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.JsonObject;
import jakarta.servlet.http.HttpServletRequest;

/** A passkey as the second factor of a request; why an answer is refused goes to the audit log alone. */
@Singleton
public class AssertionCheck implements PasskeyCheck {
    private final PasskeyAnswers answers;
    private final RelyingParties parties;
    private final AuditLog audit;
    private final HttpServletRequest request;

    /** @param request the container's proxy of the request that is being answered */
    @Inject
    public AssertionCheck(PasskeyAnswers answers, RelyingParties parties, AuditLog audit, HttpServletRequest request) {
        this.answers = answers;
        this.parties = parties;
        this.audit = audit;
        this.request = request;
    }

    @Override
    public boolean check(JsonObject assertion, Account account, String binding, ClientContext client) {
        Credential credential = Credential.of(JsonBody.of(assertion, "assertion"));
        PasskeyResult result = answers.check(parties.require(request), credential, account.id(), binding, client);
        result.refusal()
                .ifPresent(reason -> audit.record(AuditEntry.of(AuditEvent.PASSKEY_REFUSED, client)
                        .user(account.id(), account.username())
                        .detail("reason", reason)));
        return result.isGood();
    }
}

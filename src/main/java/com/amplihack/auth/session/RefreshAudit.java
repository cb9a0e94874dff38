package com.amplihack.auth.session;

import com.amplihack.auth.audit.AuditEntry;
import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore.Device;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Audits the outcome of every refresh. */
@Singleton
class RefreshAudit {
    private final AuditLog audit;

    @Inject
    RefreshAudit(AuditLog audit) {
        this.audit = audit;
    }

    void rotated(RefreshRequest request, SessionRecord before, long gen, String jti) {
        audit.record(entry(AuditEvent.TOKEN_REFRESHED, request)
                .detail("answer", "rotated")
                .detail("gen", gen)
                .detail("jti", jti));
        Device now = request.device(); // a refresh does not check the binding, but audits a change
        if (!before.address().equals(now.address()) || !before.device().equals(now.name())) {
            audit.record(entry(AuditEvent.BINDING_CHANGED, request)
                    .detail("kind", "moved")
                    .detail("address_before", before.address())
                    .detail("device_before", before.device()));
        }
    }

    /** A repeated answer: a retry if the same client asks, possibly a theft if two clients do. */
    void answeredAgain(RefreshRequest request, RefreshRule rule, SessionRecord session, long gen, String jti) {
        audit.record(entry(AuditEvent.TOKEN_REFRESHED, request)
                .detail("answer", rule == RefreshRule.ANSWER_ITSELF ? "itself" : "same_successor")
                .detail("gen", gen)
                .detail("jti", jti));
        if (!session.address().equals(request.client().address())) {
            audit.record(entry(AuditEvent.BINDING_CHANGED, request)
                    .severity(Severity.WARNING)
                    .detail("kind", "shared_answer")
                    .detail("shared_with", session.address()));
        }
    }

    void superseded(RefreshRequest request, SessionRecord session) {
        audit.record(entry(AuditEvent.TOKEN_INVALID, request)
                .severity(Severity.INFO)
                .detail("reason", "refresh_superseded")
                .detail("gen", request.token().gen())
                .detail("session_gen", session.family().gen()));
    }

    void reused(RefreshRequest request, SessionRecord session) {
        audit.record(entry(AuditEvent.REPLAY_DETECTED, request)
                .detail("kind", "refresh_reuse")
                .detail("gen", request.token().gen())
                .detail("session_gen", session.family().gen()));
    }

    void unproven(RefreshRequest request) {
        audit.record(entry(AuditEvent.BINDING_MISMATCH, request)
                .detail("at", "refresh")
                .detail("proof", request.proof().isAbsent() ? "missing" : "wrong"));
    }

    void accountGone(RefreshRequest request) {
        audit.record(entry(AuditEvent.TOKEN_REVOKED, request).detail("reason", "account_disabled_or_gone"));
    }

    private static AuditEntry entry(AuditEvent event, RefreshRequest request) {
        return request.about(AuditEntry.of(event, request.client()));
    }
}

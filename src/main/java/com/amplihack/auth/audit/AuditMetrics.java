package com.amplihack.auth.audit;

import com.amplihack.auth.metrics.Meters;

/** Derives metrics from audit entries, so that the audit log and the metrics agree. */
final class AuditMetrics {
    private final Meters meters;

    AuditMetrics(Meters meters) {
        this.meters = meters;
    }

    void count(AuditEntry entry) {
        switch (entry.event) {
            case LOGIN_SUCCESS -> meters.login("success");
            case LOGIN_FAILED -> meters.login("failure");
            case MFA_REQUIRED -> meters.login("mfa_required");
            case TOKEN_ISSUED -> {
                meters.tokenIssued("access");
                meters.tokenIssued("refresh");
            }
            case TOKEN_REFRESHED -> {
                meters.tokenIssued("access");
                if ("rotated".equals(entry.details.get("answer"))) {
                    meters.tokenIssued("refresh");
                }
            }
            case ACCOUNT_LOCKED -> meters.accountLocked();
            case REPLAY_DETECTED -> meters.replayed(detail(entry, "kind"));
            case ALGORITHM_CONFUSION -> meters.algorithmConfused();
            case ACCESS_DENIED -> meters.accessDenied();
            case KEY_ROTATED -> {
                // the event also covers publishing, retiring and the first key
                if ("ACTIVE".equals(entry.details.get("state")) && !"start".equals(entry.details.get("reason"))) {
                    meters.keyRotated();
                }
            }
            case RATE_LIMIT_EXCEEDED -> limited(detail(entry, "limit"));
            default -> {
                // no metric
            }
        }
    }

    /** An entry that the file does not get. */
    void dropped() {
        meters.auditDropped();
    }

    private static String detail(AuditEntry entry, String name) {
        return entry.details.getOrDefault(name, "");
    }

    private void limited(String limit) {
        meters.rateLimited(limit);
        if ("login".equals(limit)) {
            meters.login("limited");
        }
    }
}

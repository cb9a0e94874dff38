package com.amplihack.auth.factor.passkey;

import java.util.List;
import java.util.Optional;

/**
 * What the answer of a passkey proves.
 *
 * @param refusal for the audit log, such as {@code bad_challenge}; empty if the answer is good
 * @param amr what was shown (RFC 8176): {@code hwk} for a key that stays in one device and {@code swk} for one that can be
 *     backed up, {@code user} for the person who was there, {@code mfa} for the device and what unlocked it; empty if refused
 */
public record PasskeyResult(Optional<String> refusal, List<String> amr) {
    public PasskeyResult {
        amr = List.copyOf(amr);
    }

    static PasskeyResult refused(String reason) {
        return new PasskeyResult(Optional.of(reason), List.of());
    }

    static PasskeyResult passed(PasskeyRecord passkey) {
        return new PasskeyResult(Optional.empty(), List.of(passkey.backupEligible() ? "swk" : "hwk", "user", "mfa"));
    }

    public boolean isGood() {
        return refusal.isEmpty();
    }
}

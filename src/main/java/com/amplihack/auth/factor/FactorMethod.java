package com.amplihack.auth.factor;

import java.util.List;
import java.util.Locale;

/** What a second factor can be. */
public enum FactorMethod {
    TOTP("otp"),
    RECOVERY_CODE("otp"), // RFC 8176 has no other word for a code that is good once
    PASSKEY("pop"); // proof of possession of a key, wherever it lies

    private final String reference;

    FactorMethod(String reference) {
        this.reference = reference;
    }

    /** The name in requests and answers. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The values of {@code amr} (RFC 8176) of a sign-in by password and this. */
    public List<String> withPassword() {
        return List.of("pwd", reference, "mfa");
    }
}

package com.amplihack.auth.config.webauthn;

import java.util.Set;

/**
 * For whom passkeys are made (WebAuthn Level 3, section 4).
 *
 * @param id the RP ID: a domain, to which browsers bind each passkey for good
 * @param name that people see when they make a passkey
 * @param origins the pages that may use the passkeys, as browsers write origins
 */
public record RelyingParty(String id, String name, Set<String> origins) {
    public RelyingParty {
        origins = Set.copyOf(origins);
    }
}

package com.amplihack.auth.factor.passkey;

import com.amplihack.auth.config.webauthn.RelyingParty;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.util.List;

/** What a page hands to the browser, in the spelling of WebAuthn Level 3, sections 5.1.9 and 5.1.10. */
final class CredentialOptions {
    private static final JsonProvider JSON = StrictJson.provider();
    private static final String REQUIRED = "required";

    private CredentialOptions() {}

    /**
     * {@code PublicKeyCredentialCreationOptionsJSON}: a discoverable passkey with user verification, and none that the account
     * has already.
     */
    static JsonObject creation(
            RelyingParty party, Account account, UserHandle handle, List<PasskeyRecord> existing, String challenge) {
        JsonArrayBuilder algorithms = JSON.createArrayBuilder();
        WebAuthn.ALGORITHMS.forEach(algorithm -> algorithms.add(
                JSON.createObjectBuilder().add("type", "public-key").add("alg", algorithm)));
        return JSON.createObjectBuilder()
                .add("rp", JSON.createObjectBuilder().add("id", party.id()).add("name", party.name()))
                .add(
                        "user",
                        JSON.createObjectBuilder()
                                .add("id", handle.handle())
                                .add("name", account.username())
                                .add("displayName", account.username()))
                .add("challenge", challenge)
                .add("pubKeyCredParams", algorithms)
                .add("timeout", Challenges.LIFE.toMillis())
                .add("excludeCredentials", descriptors(existing))
                .add(
                        "authenticatorSelection",
                        JSON.createObjectBuilder()
                                .add("residentKey", REQUIRED)
                                .add("requireResidentKey", true)
                                .add("userVerification", REQUIRED))
                .add("attestation", "none")
                .build();
    }

    /**
     * {@code PublicKeyCredentialRequestOptionsJSON}.
     *
     * @param allowed the passkeys of whom it is about; none if the answer shall say who that is
     */
    static JsonObject request(RelyingParty party, List<PasskeyRecord> allowed, String challenge) {
        return JSON.createObjectBuilder()
                .add("challenge", challenge)
                .add("timeout", Challenges.LIFE.toMillis())
                .add("rpId", party.id())
                .add("allowCredentials", descriptors(allowed))
                .add("userVerification", REQUIRED)
                .build();
    }

    /** The parameters of the Signal API (section 5.1.10): a page tells the browser which passkeys and which name are valid. */
    static JsonObject signal(RelyingParty party, Account account, UserHandle handle, List<PasskeyRecord> accepted) {
        JsonArrayBuilder ids = JSON.createArrayBuilder();
        accepted.forEach(passkey -> ids.add(passkey.id()));
        return JSON.createObjectBuilder()
                .add("rpId", party.id())
                .add("userId", handle.handle())
                .add("allAcceptedCredentialIds", ids)
                .add("name", account.username())
                .add("displayName", account.username())
                .build();
    }

    private static JsonArrayBuilder descriptors(List<PasskeyRecord> passkeys) {
        JsonArrayBuilder all = JSON.createArrayBuilder();
        for (PasskeyRecord passkey : passkeys) {
            JsonObjectBuilder descriptor =
                    JSON.createObjectBuilder().add("type", "public-key").add("id", passkey.id());
            if (!passkey.transports().isEmpty()) {
                descriptor.add("transports", JSON.createArrayBuilder(passkey.transports()));
            }
            all.add(descriptor);
        }
        return all;
    }
}

package com.amplihack.auth.factor.passkey;

import static com.amplihack.auth.factor.passkey.PasskeyNode.CLIENT;
import static com.amplihack.auth.factor.passkey.PasskeyNode.ORIGIN;
import static com.amplihack.auth.factor.passkey.PasskeyNode.PARTY;
import static com.amplihack.auth.factor.passkey.PasskeyNode.account;
import static com.amplihack.auth.factor.passkey.PasskeyNode.assertRefused;
import static com.amplihack.auth.factor.passkey.PasskeyNode.assertRefusedToOwner;
import static com.amplihack.auth.factor.passkey.PasskeyNode.assertSignInRefused;
import static com.amplihack.auth.factor.passkey.PasskeyNode.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.database.OpenedDatabases;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same refusals as {@link PasskeysTest}, with WebAuthn4J's own emulator in place of our authenticator. */
class PasskeyEmulatorTest extends OpenedDatabases {
    private static final String PENDING = "pending sign-in";

    Stream<PasskeyNode> nodes() throws SQLException {
        return onEach(PasskeyNode::new);
    }

    private static Webauthn4jEmulator emulator() {
        return new Webauthn4jEmulator(ORIGIN);
    }

    private static Webauthn4jEmulator registered(PasskeyNode node, String account) {
        Webauthn4jEmulator emulator = emulator();
        node.add(account, emulator.create(node.options(account)));
        return emulator;
    }

    /** What a sign-in with a name asks the account's passkeys for. */
    private static JsonObject request(PasskeyNode node, String account) {
        return node.answers.options(PARTY, account, PENDING);
    }

    private static Optional<String> factor(PasskeyNode node, String account, JsonObject credential) {
        return node.answers
                .check(PARTY, read(credential), account, PENDING, CLIENT)
                .refusal();
    }

    private static JsonObject with(JsonObject options, String member, String value) {
        return Json.createObjectBuilder(options).add(member, value).build();
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void everyRefusalOfARegistration(PasskeyNode node) throws GeneralSecurityException {
        String ada = account(node);
        String eve = account(node);

        String foreign = node.options(eve).getString("challenge");
        assertRefusedToOwner(
                node,
                "bad_challenge",
                () -> node.add(ada, emulator().create(with(node.options(ada), "challenge", foreign))));
        assertRefusedToOwner(
                node,
                "bad_origin",
                () -> node.add(ada, emulator().at("https://evil.example.com").create(node.options(ada))));
        JsonObject options = node.options(ada);
        JsonObject elsewhere = Json.createObjectBuilder(options)
                .add("rp", Json.createObjectBuilder().add("id", "evil.example").add("name", "Example"))
                .build();
        assertRefusedToOwner(node, "bad_rp_id", () -> node.add(ada, emulator().create(elsewhere)));
        JsonObject unverified = withoutVerification(emulator().create(node.options(ada)));
        assertRefusedToOwner(node, "user_not_verified", () -> node.add(ada, unverified));

        JsonObject good = emulator().create(options);
        node.add(ada, good);
        assertRefusedToOwner(node, "replayed", () -> node.add(ada, good));
        assertRefused("credential: refused (bad_challenge).", () -> node.add(eve, good));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void anAuthenticatorThatIsRegisteredIsExcluded(PasskeyNode node) {
        String ada = account(node);
        Webauthn4jEmulator emulator = registered(node, ada);

        assertThrows(IllegalStateException.class, () -> emulator.create(node.options(ada)));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void everyRefusalOfASignIn(PasskeyNode node) {
        String ada = account(node);
        Webauthn4jEmulator emulator = registered(node, ada);
        String eve = account(node);
        Webauthn4jEmulator others = registered(node, eve);

        assertEquals(Optional.empty(), factor(node, ada, emulator.get(request(node, ada))), "as it should be");

        String foreign = request(node, eve).getString("challenge");
        assertFactor("bad_challenge", node, ada, emulator.get(with(request(node, ada), "challenge", foreign)));
        assertFactor(
                "bad_origin", node, ada, emulator.at("https://evil.example.com").get(request(node, ada)));
        emulator.at(ORIGIN).answersFor("evil.example");
        assertFactor("bad_rp_id", node, ada, emulator.get(with(request(node, ada), "rpId", "evil.example")));
        emulator.answersFor(PARTY.id());
        assertFactor(
                "user_not_verified",
                node,
                ada,
                emulator.get(with(request(node, ada), "userVerification", "discouraged")));
        assertFactor("inconsistent_client_data_type", node, ada, emulator.getAsIfCreating(request(node, ada)));

        emulator.counter(0);
        assertFactor("malicious_counter_value", node, ada, emulator.get(request(node, ada)));
        emulator.counter(1_000);
        JsonObject good = emulator.get(request(node, ada));
        assertEquals(Optional.empty(), factor(node, ada, good), "the owner goes on");
        assertFactor("replayed", node, ada, good);
        assertEquals(1, node.audit.count("PASSKEY_CLONED"), "what comes twice is no copy of the key");

        JsonObject asked = request(node, ada);
        JsonObject ofEve = with(request(node, eve), "challenge", asked.getString("challenge"));
        assertFactor("unknown_passkey", node, ada, others.get(ofEve));
        emulator.withTheKeyOf(others);
        assertFactor("bad_signature", node, ada, emulator.get(request(node, ada)));
    }

    /** Without a name, the answer is one for all refusals; the reason stands in the audit log. */
    @ParameterizedTest
    @MethodSource("nodes")
    void aSignInWithoutANameIsRefusedInTheSameWords(PasskeyNode node) {
        String ada = account(node);
        Webauthn4jEmulator emulator = registered(node, ada);
        JsonObject asked = node.answers.options(PARTY);
        JsonObject known = with(request(node, ada), "challenge", asked.getString("challenge"));

        JsonObject good = emulator.get(known);
        assertTrue(good.getJsonObject("response").containsKey("userHandle"));
        assertEquals(ada, node.signIn(good).who().account().id());
        assertSignInRefused(node, "replayed", good);
        assertSignInRefused(
                node,
                "bad_challenge",
                emulator.get(request(node, ada))); // of a second step, not of a sign-in without a name
    }

    /** Clears the flag UV, which nothing signs at a registration without attestation (WebAuthn Level 3 section 6.1). */
    private static JsonObject withoutVerification(JsonObject credential) throws GeneralSecurityException {
        JsonObject response = credential.getJsonObject("response");
        byte[] object = Base64.getUrlDecoder().decode(response.getString("attestationObject"));
        byte[] rpId = MessageDigest.getInstance("SHA-256").digest(PARTY.id().getBytes(StandardCharsets.UTF_8));
        int start = 0;
        while (!Arrays.equals(object, start, start + rpId.length, rpId, 0, rpId.length)) {
            start++;
        }
        object[start + rpId.length] &= (byte) ~SoftwareAuthenticator.VERIFIED;
        return Json.createObjectBuilder(credential)
                .add(
                        "response",
                        Json.createObjectBuilder(response)
                                .add(
                                        "attestationObject",
                                        Base64.getUrlEncoder().withoutPadding().encodeToString(object)))
                .build();
    }

    private static void assertFactor(String reason, PasskeyNode node, String account, JsonObject credential) {
        assertEquals(Optional.of(reason), factor(node, account, credential));
    }
}

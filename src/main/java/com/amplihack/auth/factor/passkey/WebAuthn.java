package com.amplihack.auth.factor.passkey;

import com.amplihack.auth.config.webauthn.RelyingParty;
import com.webauthn4j.WebAuthnManager;
import com.webauthn4j.converter.AttestedCredentialDataConverter;
import com.webauthn4j.converter.util.ObjectConverter;
import com.webauthn4j.credential.CredentialRecord;
import com.webauthn4j.credential.CredentialRecordImpl;
import com.webauthn4j.data.AuthenticationData;
import com.webauthn4j.data.AuthenticationParameters;
import com.webauthn4j.data.AuthenticationRequest;
import com.webauthn4j.data.PublicKeyCredentialParameters;
import com.webauthn4j.data.PublicKeyCredentialType;
import com.webauthn4j.data.RegistrationData;
import com.webauthn4j.data.RegistrationParameters;
import com.webauthn4j.data.RegistrationRequest;
import com.webauthn4j.data.attestation.authenticator.AttestedCredentialData;
import com.webauthn4j.data.attestation.authenticator.AuthenticatorData;
import com.webauthn4j.data.attestation.authenticator.COSEKey;
import com.webauthn4j.data.attestation.authenticator.RSACOSEKey;
import com.webauthn4j.data.attestation.statement.COSEAlgorithmIdentifier;
import com.webauthn4j.data.client.CollectedClientData;
import com.webauthn4j.data.client.Origin;
import com.webauthn4j.data.client.challenge.DefaultChallenge;
import com.webauthn4j.server.ServerProperty;
import com.webauthn4j.verifier.exception.VerificationException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Verifies what authenticators answer (WebAuthn Level 3, sections 7.1 and 7.2) by WebAuthn4J: user presence and verification
 * are always required, pages in frames of other origins are refused, attestation is not asked for and not believed.
 */
final class WebAuthn {
    /** The algorithms of new passkeys, the preferred first: ES256, EdDSA (Ed25519) and RS256 (RFC 9053, RFC 8812). */
    static final List<Long> ALGORITHMS = List.of(-7L, -8L, -257L);

    private static final int AAGUID_BYTES = 16;
    private static final int LEAST_RSA_BITS = 2048;
    private static final int MOST_RSA_BITS = 4096; // a key costs time at each verification
    private static final int MOST_EXPONENT_BITS = 32;
    private static final Pattern WORD = Pattern.compile("(?<=[a-z])(?=[A-Z])");

    private final ObjectConverter converter = new ObjectConverter();
    private final AttestedCredentialDataConverter keys = new AttestedCredentialDataConverter(converter);
    private final WebAuthnManager manager = WebAuthnManager.createNonStrictWebAuthnManager(converter);

    WebAuthn() {
        // the counter is compared where it is written: an answer that comes twice is a repetition and not another copy
        // of the key
        manager.getAuthenticationDataVerifier().setMaliciousCounterValueHandler(counter -> {});
    }

    /**
     * An answer of an existing passkey.
     *
     * @param challenge which is good, but may have been answered before
     */
    record Answer(String challenge, long signCount, boolean backedUp) {}

    /** The challenge that a new passkey answers, which is good but may have been answered before, and the passkey. */
    record NewPasskey(String challenge, PasskeyRecord.Made made) {}

    /**
     * Verifies a new passkey.
     *
     * @param isGood whether a challenge was made for this
     */
    NewPasskey registered(Credential credential, RelyingParty party, Predicate<String> isGood)
            throws RefusedAnswerException {
        RegistrationRequest request = new RegistrationRequest(credential.attestationObject(), credential.clientData());
        return refusing(() -> {
            RegistrationData data = manager.parse(request);
            String challenge = challenge(data.getCollectedClientData(), isGood);
            manager.verify(data, new RegistrationParameters(server(party, challenge), algorithms(), true, true));
            AuthenticatorData<?> authenticator =
                    present(data.getAttestationObject()).getAuthenticatorData();
            AttestedCredentialData attested = present(authenticator.getAttestedCredentialData());
            if (!Arrays.equals(attested.getCredentialId(), credential.idBytes())) {
                throw new RefusedAnswerException("other_credential_id");
            }
            requireSoundKey(attested.getCOSEKey());
            return new NewPasskey(
                    challenge,
                    new PasskeyRecord.Made(
                            credential.id(),
                            publicKey(attested),
                            String.valueOf(attested.getAaguid()),
                            authenticator.getSignCount(),
                            credential.transports(),
                            authenticator.isFlagBE(),
                            authenticator.isFlagBS()));
        });
    }

    /**
     * Verifies an answer of a passkey, but neither whether its challenge was answered before nor whether its counter has grown.
     *
     * @param isGood whether a challenge was made for this
     */
    Answer answered(Credential credential, PasskeyRecord passkey, RelyingParty party, Predicate<String> isGood)
            throws RefusedAnswerException {
        AuthenticationRequest request = new AuthenticationRequest(
                credential.idBytes(), credential.authenticatorData(), credential.clientData(), credential.signature());
        return refusing(() -> {
            AuthenticationData data = manager.parse(request);
            String challenge = challenge(data.getCollectedClientData(), isGood);
            manager.verify(
                    data,
                    new AuthenticationParameters(
                            server(party, challenge), record(credential, passkey), null, true, true));
            AuthenticatorData<?> authenticator = present(data.getAuthenticatorData());
            return new Answer(challenge, authenticator.getSignCount(), authenticator.isFlagBS());
        });
    }

    private interface Verification<T> {
        T run() throws RefusedAnswerException;
    }

    /** The library's exceptions are unchecked, and those of malformed input are of many types. */
    private static <T> T refusing(Verification<T> verification) throws RefusedAnswerException {
        try {
            return verification.run();
        } catch (VerificationException refused) {
            throw new RefusedAnswerException(reason(refused), refused);
        } catch (RuntimeException malformed) {
            throw new RefusedAnswerException("malformed", malformed);
        }
    }

    /** The exception's name in words: {@code bad_challenge}, {@code user_not_verified}. */
    private static String reason(VerificationException refused) {
        String name = refused.getClass().getSimpleName().replaceFirst("Exception$", "");
        return WORD.matcher(name).replaceAll("_").toLowerCase(Locale.ROOT);
    }

    private static String challenge(CollectedClientData client, Predicate<String> isGood)
            throws RefusedAnswerException {
        String challenge = Base64Url.encode(present(client.getChallenge()).getValue());
        if (!isGood.test(challenge)) {
            throw new RefusedAnswerException("bad_challenge");
        }
        return challenge;
    }

    private static ServerProperty server(RelyingParty party, String challenge) {
        Set<Origin> origins = party.origins().stream().map(Origin::new).collect(Collectors.toSet());
        return ServerProperty.builder()
                .origins(origins)
                .rpId(party.id())
                .challenge(new DefaultChallenge(Base64Url.decode(challenge).orElseThrow()))
                .build();
    }

    private static List<PublicKeyCredentialParameters> algorithms() {
        return ALGORITHMS.stream()
                .map(algorithm -> new PublicKeyCredentialParameters(
                        PublicKeyCredentialType.PUBLIC_KEY, COSEAlgorithmIdentifier.create(algorithm)))
                .toList();
    }

    private CredentialRecord record(Credential credential, PasskeyRecord passkey) {
        byte[] id = credential.idBytes();
        byte[] key = passkey.publicKey();
        byte[] attested = new byte[AAGUID_BYTES + Short.BYTES + id.length + key.length];
        attested[AAGUID_BYTES] = (byte) (id.length >> Byte.SIZE);
        attested[AAGUID_BYTES + 1] = (byte) id.length;
        System.arraycopy(id, 0, attested, AAGUID_BYTES + Short.BYTES, id.length);
        System.arraycopy(key, 0, attested, AAGUID_BYTES + Short.BYTES + id.length, key.length);
        return new CredentialRecordImpl(
                null,
                true,
                passkey.backupEligible(),
                passkey.backedUp(),
                passkey.signCount(),
                keys.convert(attested),
                null,
                null,
                null,
                null);
    }

    private String publicKey(AttestedCredentialData attested) {
        byte[] all = keys.convert(attested);
        return Base64Url.encode(
                Arrays.copyOfRange(all, AAGUID_BYTES + Short.BYTES + attested.getCredentialId().length, all.length));
    }

    private static void requireSoundKey(COSEKey key) throws RefusedAnswerException {
        if (key instanceof RSACOSEKey rsa) {
            int bits = new BigInteger(1, present(rsa.getN())).bitLength();
            int exponent = new BigInteger(1, present(rsa.getE())).bitLength();
            if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS || exponent > MOST_EXPONENT_BITS) {
                throw new RefusedAnswerException("key_size");
            }
        }
    }

    /** What the library has not found in the answer. */
    private static <T> T present(@Nullable T part) throws RefusedAnswerException {
        if (part == null) {
            throw new RefusedAnswerException("malformed");
        }
        return part;
    }
}

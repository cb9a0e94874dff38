package com.amplihack.auth.attacks;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Forger;
import com.amplihack.auth.http.SharedServer;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of another algorithm than RS256: RFC 8725 section 2.1. */
@Tag("fault-1")
class AlgorithmAttackIT {
    private static final String EVENT = "ALGORITHM_CONFUSION";

    private final Victim victim = new Victim();

    @AfterEach
    void theGenuineTokenIsUnharmed() {
        victim.assertUnharmed();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", " none"})
    void noSignatureIsNoSignature(String algorithm) {
        String input = Forger.base64url(header(algorithm)) + '.' + Forger.base64url(victim.claims());
        victim.assertRefused(input + '.', EVENT);
        victim.assertRefused(input + '.' + victim.token().split("\\.")[2], EVENT);
    }

    @ParameterizedTest
    @CsvSource({"HS256, HmacSHA256", "HS384, HmacSHA384", "HS512, HmacSHA512", "hs256, HmacSHA256"})
    void thePublicKeyIsNoSecret(String algorithm, String mac) throws Exception {
        Path pem = SharedServer.get().home().resolve("keys/jwt_public.pem");
        String text = Files.readString(pem);
        String modulus = new Client()
                .get("/auth/jwks")
                .send()
                .json()
                .getJsonArray("keys")
                .getJsonObject(0)
                .getString("n");
        for (byte[] secret : new byte[][] {
            text.getBytes(StandardCharsets.US_ASCII),
            text.strip().getBytes(StandardCharsets.US_ASCII),
            Base64.getDecoder().decode(text.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "")),
            modulus.getBytes(StandardCharsets.US_ASCII),
            new BigInteger(1, Base64.getUrlDecoder().decode(modulus)).toByteArray()
        }) {
            victim.assertRefused(Forger.hmac(mac, secret, header(algorithm), victim.claims()), EVENT);
        }
    }

    @ParameterizedTest
    @CsvSource({"RS384, SHA384withRSA", "RS512, SHA512withRSA", "PS256, RSASSA-PSS", "rs256, SHA256withRSA"})
    void anotherAlgorithmIsRefusedThoughOurOwnKeySigned(String algorithm, String signature) {
        victim.assertRefused(Forger.signed(signature, Forger.serverKey(), header(algorithm), victim.claims()), EVENT);
    }

    @ParameterizedTest
    @CsvSource({"ES256, SHA256withECDSAinP1363Format, EC", "EdDSA, Ed25519, Ed25519"})
    void aKeyOfAnotherKindIsRefused(String algorithm, String signature, String kind) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
        if (kind.equals("EC")) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        }
        victim.assertRefused(
                Forger.signed(signature, generator.generateKeyPair().getPrivate(), header(algorithm), victim.claims()),
                EVENT);
    }

    @Test
    void theAlgorithmIsATextAndStandsThere() {
        for (String alg : new String[] {"null", "256", "[\"RS256\"]", "{\"RS256\":1}", "true"}) {
            victim.assertRefused(
                    Forger.signedByTheServer(victim.header().replace("\"RS256\"", alg), victim.claims()), EVENT);
        }
        String without = victim.header().replaceFirst("\"alg\":\"RS256\",?", "").replace(",}", "}");
        victim.assertRefused(Forger.signedByTheServer(without, victim.claims()), EVENT);
    }

    private String header(String algorithm) {
        return String.format(Locale.ROOT, victim.header().replace("\"RS256\"", "\"%s\""), algorithm);
    }
}

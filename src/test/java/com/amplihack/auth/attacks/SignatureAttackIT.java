package com.amplihack.auth.attacks;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.amplihack.auth.http.Forger;
import com.amplihack.auth.http.Session;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens whose signature is not that of our key over these very bytes. */
class SignatureAttackIT {
    private static final String EVENT = "TOKEN_INVALID";

    private final Victim victim = new Victim();

    @AfterEach
    void theGenuineTokenIsUnharmed() {
        victim.assertUnharmed();
    }

    @Test
    void aStrangersKeyUnderOurKid() {
        victim.assertRefused(Forger.signedByAStranger(victim.token(), UnaryOperator.identity()), EVENT);
    }

    @Test
    void aStrangersKeyUnderItsOwnKid() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String header = victim.header().replaceFirst("\"kid\":\"[^\"]+\"", "\"kid\":\"mine\"");
        victim.assertRefused(
                Forger.signed("SHA256withRSA", generator.generateKeyPair().getPrivate(), header, victim.claims()),
                EVENT);
    }

    @Test
    void changedClaimsUnderTheOldSignature() {
        String[] parts = victim.token().split("\\.");
        // both alike, or the parser refuses them before anybody looks at the signature
        String admin = victim.claims().replaceAll("\"(roles|groups)\":\\[[^]]*]", "\"$1\":[\"admin\"]");
        assertNotEquals(victim.claims(), admin);
        victim.assertRefused(parts[0] + '.' + Forger.base64url(admin) + '.' + parts[2], EVENT);
    }

    @Test
    void theSignatureOfAnotherToken() {
        String[] mine = Session.ofNewUser().accessToken.split("\\.");
        String[] theirs = victim.token().split("\\.");
        victim.assertRefused(theirs[0] + '.' + theirs[1] + '.' + mine[2], EVENT);
    }

    /** The bytes of the signature, changed. */
    @ParameterizedTest
    @ValueSource(strings = {"empty", "zeros", "flipped", "shorter", "longer", "doubled"})
    void aDamagedSignature(String how) {
        String[] parts = victim.token().split("\\.");
        byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
        byte[] changed =
                switch (how) {
                    case "empty" -> new byte[0];
                    case "zeros" -> new byte[signature.length];
                    case "shorter" -> java.util.Arrays.copyOf(signature, signature.length - 1);
                    case "longer" -> java.util.Arrays.copyOf(signature, signature.length + 1);
                    case "doubled" -> java.util.Arrays.copyOf(signature, 2 * signature.length);
                    default -> signature.clone();
                };
        if (how.equals("flipped")) {
            changed[0] ^= 1;
        }
        victim.assertRefused(parts[0] + '.' + parts[1] + '.' + Forger.base64url(changed), EVENT);
    }
}

package com.amplihack.auth.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.ring.VerifyingKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.RefreshToken;
import com.amplihack.auth.session.RefreshTokenCodec;
import com.nimbusds.jose.jwk.RSAKey;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TokenVerifierTest {
    private static final Instant NOW = Tokens.NOW;
    private static final Instant EXPIRY = NOW.plusSeconds(900);
    private static final Duration SKEW = Duration.ofSeconds(5);

    private final TokenVerifier verifier = Tokens.verifier(NOW);

    @Test
    void tokenOfOursIsAuthentic() {
        AccessToken token = verifier.authentic(Tokens.good());
        assertEquals(Tokens.SUBJECT, token.subject());
        assertEquals(Tokens.SID, token.sid());
        assertDoesNotThrow(() -> verifier.requireCurrent(token));
    }

    @Tag("fault-36")
    @Test
    void tokenThatExpiresNowWithTheSkewIsRefused() {
        assertEquals(ErrorCode.TOKEN_EXPIRED, refusedAt(EXPIRY.plus(SKEW)).code());
        assertEquals(
                ErrorCode.TOKEN_EXPIRED,
                refusedAt(EXPIRY.plus(SKEW).plusSeconds(1)).code());
        assertEquals(
                ErrorCode.TOKEN_EXPIRED,
                refusedAt(Instant.parse("9999-12-31T23:59:59Z")).code());
    }

    @Tag("fault-36")
    @Test
    void tokenThatExpiresOneSecondLaterIsAccepted() {
        currentAt(EXPIRY.plus(SKEW).minusSeconds(1));
        currentAt(EXPIRY.plus(SKEW).minusMillis(1));
    }

    @Tag("fault-36")
    @Test
    void withoutSkewTheExpiryItselfIsTooLate() {
        AccessToken token = verifier.authentic(Tokens.good());
        Map<String, String> noSkew = Map.of("jwt.clock.skew.seconds", "0");
        assertThrows(AuthException.class, () -> new TokenVerifier(
                        Tokens.RING, Tokens.configuration(noSkew), InstantSource.fixed(EXPIRY))
                .requireCurrent(token));
        new TokenVerifier(Tokens.RING, Tokens.configuration(noSkew), InstantSource.fixed(EXPIRY.minusMillis(1)))
                .requireCurrent(token);
    }

    @Test
    void expiredTokenIsStillAuthentic() {
        TokenVerifier later = Tokens.verifier(EXPIRY.plus(Duration.ofDays(100)));
        assertEquals(Tokens.SUBJECT, later.authentic(Tokens.good()).subject());
    }

    @Test
    void tokenExpiredUpToSevenDaysAgoMayStillSignOut() {
        Instant last = EXPIRY.plus(Duration.ofDays(7));
        assertEquals(
                Tokens.SID,
                Tokens.verifier(last).authenticForLogout(Tokens.good()).sid());
        assertEquals(
                ErrorCode.TOKEN_EXPIRED,
                assertThrows(AuthException.class, () -> Tokens.verifier(last.plusMillis(1))
                                .authenticForLogout(Tokens.good()))
                        .code());
    }

    @Tag("fault-18")
    @Test
    void forgedTokenMayNotSignOutEither() {
        String forged =
                Tokens.signed(Tokens.header().toString(), Tokens.claims().toString(), Tokens.FOREIGN);
        assertThrows(InvalidTokenException.class, () -> verifier.authenticForLogout(forged));
    }

    @Test
    void tokenOfAKeyThatHasRetiredMaySignOutAndNothingElse() {
        KeyRing ring = new KeyRing(Tokens.configuration(Map.of()), InstantSource.fixed(NOW)) {
            @Override
            public Optional<VerifyingKey> find(String kid) {
                return Optional.empty();
            }

            @Override
            public Optional<VerifyingKey> findIncludingRetired(String kid) {
                return Tokens.RING.find(kid);
            }
        };
        TokenVerifier later = new TokenVerifier(ring, Tokens.configuration(Map.of()), InstantSource.fixed(NOW));
        assertEquals(Tokens.SID, later.authenticForLogout(Tokens.good()).sid());
        assertThrows(InvalidTokenException.class, () -> later.authentic(Tokens.good()));
        String forged =
                Tokens.signed(Tokens.header().toString(), Tokens.claims().toString(), Tokens.FOREIGN);
        assertThrows(InvalidTokenException.class, () -> later.authenticForLogout(forged));
    }

    @Tag("fault-36")
    @Test
    void tokenOfTheFutureIsRefusedBeyondTheSkew() {
        for (String claim : List.of("nbf", "iat")) {
            assertEquals("not_yet_valid", notCurrent(claim, NOW.plus(SKEW).plusSeconds(1)), claim);
            verifier.requireCurrent(verifier.authentic(withTime(claim, NOW.plus(SKEW))));
        }
    }

    @Test
    void tokenThatLivesOverAnHourIsRefused() {
        assertEquals("lives_too_long", notCurrent("exp", NOW.plusSeconds(3601)));
        verifier.requireCurrent(verifier.authentic(withTime("exp", NOW.plusSeconds(3600))));
    }

    @Tag("fault-33")
    @Test
    void unknownKidIsRefusedThoughTheSignatureIsOurs() {
        for (String kid :
                List.of("x", Tokens.FOREIGN.active().kid(), Tokens.RING.active().kid() + "x")) {
            String token = Tokens.signed(Tokens.with(Tokens.header(), "kid", Json.createValue(kid)), Tokens.claims());
            assertEquals("kid", refused(token).reason());
            assertThrows(InvalidTokenException.class, () -> verifier.requireOurs(TokenParser.parse(token)));
        }
        assertDoesNotThrow(() -> verifier.requireOurs(TokenParser.parse(Tokens.good())));
    }

    @Test
    void signatureOfAnotherKeyIsRefused() {
        String forged =
                Tokens.signed(Tokens.header().toString(), Tokens.claims().toString(), Tokens.FOREIGN);
        assertEquals("signature", refused(forged).reason());
    }

    @Test
    void signatureOfAnotherTokenIsRefused() {
        String[] good = Tokens.good().split("\\.");
        String[] other = Tokens.signed(Tokens.header(), Tokens.with(Tokens.claims(), "upn", Json.createValue("root")))
                .split("\\.");
        assertEquals(
                "signature", refused(good[0] + "." + other[1] + "." + good[2]).reason());
        assertEquals("signature", refused(good[0] + "." + good[1] + ".AAAA").reason());
    }

    @Test
    void everyByteOfTheSignatureCounts() {
        String[] good = Tokens.good().split("\\.");
        byte[] signature = Base64.getUrlDecoder().decode(good[2]);
        for (int i = 0; i < signature.length; i++) {
            byte[] changed = signature.clone();
            changed[i] ^= 1;
            assertEquals(
                    "signature",
                    refused(good[0] + "." + good[1] + "." + Sha256.base64url(changed))
                            .reason());
        }
    }

    @Test
    void anotherIssuerOrAudienceIsRefused() {
        assertEquals("issuer", refusedClaim("iss", "\"https://evil.example\""));
        assertEquals("issuer", refusedClaim("iss", "\"https://api.amplihack.com/\""));
        assertEquals("audience", refusedClaim("aud", "\"another-api\""));
        assertEquals("claim_aud", refusedClaim("aud", "[\"amplihack-api\",\"another-api\"]"));
    }

    @Test
    void anotherIssuerOrAudienceIsRefusedBeforeMpJwtIsAsked() {
        for (String claim : List.of("iss", "aud")) {
            String other =
                    Tokens.signed(Tokens.header(), Tokens.with(Tokens.claims(), claim, Json.createValue("other:1")));
            assertThrows(InvalidTokenException.class, () -> verifier.requireOurs(TokenParser.parse(other)), claim);
        }
    }

    @Test
    void unsignedTokenIsAlgorithmConfusion() {
        for (String none : List.of("none", "None", "NONE")) {
            String unsigned = input(none) + ".";
            assertTrue(refused(unsigned).isAlgorithmConfusion());
            assertTrue(refused(unsigned + Tokens.good().split("\\.")[2]).isAlgorithmConfusion());
        }
    }

    @Test
    void publicKeyAsHmacSecretIsAlgorithmConfusion() throws Exception {
        RSAPublicKey publicKey = Tokens.RING.active().jwk().toRSAPublicKey();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        for (byte[] secret : List.of(
                pem.getBytes(US_ASCII),
                publicKey.getEncoded(),
                Tokens.RING.jwks().text().getBytes(US_ASCII))) {
            Mac hs256 = Mac.getInstance("HmacSHA256");
            hs256.init(new SecretKeySpec(secret, "HmacSHA256"));
            String input = input("HS256");
            String forged = input + "." + Sha256.base64url(hs256.doFinal(input.getBytes(US_ASCII)));
            assertTrue(refused(forged).isAlgorithmConfusion());
        }
    }

    @Test
    void ellipticSignatureIsAlgorithmConfusion() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        Signature es256 = Signature.getInstance("SHA256withECDSAinP1363Format");
        es256.initSign(pair.getPrivate());
        String input = input("ES256");
        es256.update(input.getBytes(US_ASCII));
        assertTrue(refused(input + "." + Sha256.base64url(es256.sign())).isAlgorithmConfusion());
    }

    @Test
    void hmacUnderTheNameOfRs256IsABadSignature() throws Exception {
        Mac hs256 = Mac.getInstance("HmacSHA256");
        hs256.init(new SecretKeySpec(Tokens.RING.active().jwk().toRSAPublicKey().getEncoded(), "HmacSHA256"));
        String input = input("RS256");
        String forged = input + "." + Sha256.base64url(hs256.doFinal(input.getBytes(US_ASCII)));
        assertEquals("signature", refused(forged).reason());
    }

    @Test
    void keyThatTheTokenBringsAlongIsNotUsed() {
        RSAKey own = Tokens.FOREIGN.active().jwk();
        JsonObject jwk = Json.createObjectBuilder()
                .add("kty", "RSA")
                .add("e", own.getPublicExponent().toString())
                .add("n", own.getModulus().toString())
                .build();
        for (JsonObject header : List.of(
                Tokens.with(Tokens.header(), "jwk", jwk),
                Tokens.with(Tokens.header(), "jku", Json.createValue("https://evil.example/jwks")),
                Tokens.with(Tokens.header(), "x5u", Json.createValue("https://evil.example/x")),
                Tokens.with(
                        Tokens.header(),
                        "crit",
                        Json.createArrayBuilder().add("exp").build()))) {
            String forged = Tokens.signed(header.toString(), Tokens.claims().toString(), Tokens.FOREIGN);
            assertEquals("header", refused(forged).reason());
            assertEquals(
                    "header", refused(Tokens.signed(header, Tokens.claims())).reason());
        }
    }

    @Test
    void claimThatStandsTwiceIsRefusedThoughSigned() {
        String claims = Tokens.claims().toString();
        String twice = claims.substring(0, claims.length() - 1) + ",\"sub\":\"somebody else\"}";
        assertEquals(
                "claims",
                refused(Tokens.signed(Tokens.header().toString(), twice)).reason());
    }

    @Test
    void otherSpellingOfAGoodTokenIsRefused() {
        String good = Tokens.good();
        char last = good.charAt(good.length() - 1);
        assertEquals(
                "signature",
                refused(good.substring(0, good.length() - 1) + (char) (last + 1))
                        .reason());
        refused(good + "=");
        refused(good + "\n");
        refused(" " + good);
    }

    @Tag("fault-37")
    @Test
    void refreshTokenIsNoAccessToken() {
        refused(new RefreshTokenCodec(Tokens.RING).encode(RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 1)));
        assertEquals("type", refusedClaim("type", "\"refresh\""));
    }

    private static String input(String algorithm) {
        JsonObject header = Tokens.with(Tokens.header(), "alg", Json.createValue(algorithm));
        return Tokens.base64url(header.toString())
                + "."
                + Tokens.base64url(Tokens.claims().toString());
    }

    private static String withTime(String claim, Instant time) {
        return Tokens.signed(
                Tokens.header(), Tokens.with(Tokens.claims(), claim, Json.createValue(time.getEpochSecond())));
    }

    private String notCurrent(String claim, Instant time) {
        AccessToken token = verifier.authentic(withTime(claim, time));
        return assertThrows(InvalidTokenException.class, () -> verifier.requireCurrent(token))
                .reason();
    }

    private static void currentAt(Instant now) {
        TokenVerifier then = Tokens.verifier(now);
        then.requireCurrent(then.authentic(Tokens.good()));
    }

    private static AuthException refusedAt(Instant now) {
        return assertThrows(AuthException.class, () -> currentAt(now));
    }

    private String refusedClaim(String name, String value) {
        return refused(Tokens.signed(Tokens.header(), Tokens.with(Tokens.claims(), name, Tokens.json(value))))
                .reason();
    }

    private InvalidTokenException refused(String compact) {
        return assertThrows(InvalidTokenException.class, () -> verifier.authentic(compact));
    }
}

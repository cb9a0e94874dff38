package com.amplihack.auth.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.session.RefreshToken;
import com.amplihack.auth.session.RefreshTokenCodec;
import com.amplihack.auth.store.SignInFacts;
import jakarta.json.Json;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenParserTest {
    @Test
    void goodTokenIsRead() {
        UnverifiedToken token = TokenParser.parse(Tokens.good());
        assertEquals(Tokens.RING.active().kid(), token.kid());
        assertEquals("https://api.amplihack.com", token.issuer());
        assertEquals("amplihack-api", token.audience());
        assertEquals(
                new TokenClaims(
                        "AAAAAAAAAAAAAAAAAAAAAA",
                        Tokens.SUBJECT,
                        "eva",
                        Tokens.SID,
                        1,
                        List.of("user"),
                        List.of("chat:write"),
                        false,
                        false,
                        Optional.of(SignInFacts.password(Tokens.NOW)),
                        "192.0.2.7",
                        Sha256.of("curl/8.5.0"),
                        Tokens.NOW,
                        Tokens.NOW,
                        Tokens.NOW.plusSeconds(900)),
                token.claims());
        assertEquals("UnverifiedToken[***]", token.toString());
    }

    /** A token of a version that did not say how its user was authenticated. */
    @Test
    void tokenWithoutASignInIsRead() {
        var claims = Tokens.without(Tokens.without(Tokens.without(Tokens.claims(), "auth_time"), "amr"), "acr");
        assertEquals(
                Optional.empty(),
                TokenParser.parse(Tokens.signed(Tokens.header(), claims))
                        .claims()
                        .signIn());
    }

    @ParameterizedTest
    @ValueSource(strings = {"auth_time", "amr", "acr"})
    void aPartOfASignInIsRefused(String claim) {
        assertEquals(
                "claim_" + claim,
                refused(Tokens.signed(Tokens.header(), Tokens.without(Tokens.claims(), claim)))
                        .reason());
    }

    @Test
    void aClassThatTheMethodsDoNotReachIsRefused() {
        var claims = Tokens.with(Tokens.claims(), "acr", Json.createValue("urn:amplihack:mfa"));
        assertEquals(
                "claim_acr", refused(Tokens.signed(Tokens.header(), claims)).reason());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "none", "None", "nOnE", "HS256", "HS512", "ES256", "PS256", "RS384", "RS512", "rs256", "EdDSA"
            })
    void anotherAlgorithmIsAlgorithmConfusion(String algorithm) {
        var header = Tokens.with(Tokens.header(), "alg", Json.createValue(algorithm));
        assertTrue(refused(Tokens.signed(header, Tokens.claims())).isAlgorithmConfusion());
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "1", "[\"RS256\"]", "{\"alg\":\"RS256\"}"})
    void algorithmThatIsNoTextIsAlgorithmConfusion(String algorithm) {
        var header = Tokens.with(Tokens.header(), "alg", Tokens.json(algorithm));
        assertTrue(refused(Tokens.signed(header, Tokens.claims())).isAlgorithmConfusion());
        assertTrue(refused(Tokens.signed(Tokens.without(Tokens.header(), "alg"), Tokens.claims()))
                .isAlgorithmConfusion());
    }

    @Test
    void unsignedTokenIsAlgorithmConfusionAndNotMerelyMalformed() {
        var header = Tokens.with(Tokens.header(), "alg", Json.createValue("none"));
        String unsigned = Tokens.base64url(header.toString()) + "."
                + Tokens.base64url(Tokens.claims().toString()) + ".";
        assertTrue(refused(unsigned).isAlgorithmConfusion());
    }

    @Test
    void tokenOfOursIsNoAlgorithmConfusion() {
        assertFalse(refused(Tokens.signed(Tokens.without(Tokens.header(), "kid"), Tokens.claims()))
                .isAlgorithmConfusion());
    }

    @ParameterizedTest
    @ValueSource(strings = {"jwk", "jku", "x5u", "x5c", "x5t", "crit", "b64", "zip", "cty", "anything"})
    void foreignHeaderParameterIsRefused(String name) {
        var header = Tokens.with(Tokens.header(), name, Tokens.json("[\"exp\"]"));
        assertEquals("header", refused(Tokens.signed(header, Tokens.claims())).reason());
    }

    @Tag("fault-33")
    @ParameterizedTest
    @CsvSource({"typ, '\"at+jwt\"'", "typ, '\"jwt\"'", "typ, '\"\"'", "typ, 1", "kid, '\"\"'", "kid, 1", "kid, null"})
    void headerParameterOfAnotherValueIsRefused(String name, String value) {
        var header = Tokens.with(Tokens.header(), name, Tokens.json(value));
        String reason = refused(Tokens.signed(header, Tokens.claims())).reason();
        assertTrue(List.of("header", "claim_" + name).contains(reason), reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kid", "typ"})
    void missingHeaderParameterIsRefused(String name) {
        assertEquals(
                "header",
                refused(Tokens.signed(Tokens.without(Tokens.header(), name), Tokens.claims()))
                        .reason());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iss",
                "sub",
                "aud",
                "exp",
                "nbf",
                "iat",
                "jti",
                "type",
                "roles",
                "groups",
                "permissions",
                "upn",
                "sid",
                "gen",
                "ip",
                "ua_hash"
            })
    void everyClaimIsNeeded(String name) {
        assertEquals(
                "claim_" + name,
                refusedClaims(Tokens.without(Tokens.claims(), name).toString()));
        assertEquals("claim_" + name, refusedClaim(name, "null"));
        assertEquals("claim_" + name, refusedClaim(name, "{}"));
        assertEquals("claim_" + name, refusedClaim(name, "true"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iss", "sub", "aud", "jti", "type", "upn", "sid", "ip", "ua_hash"})
    void textIsNeitherEmptyNorAListNorANumber(String name) {
        assertEquals("claim_" + name, refusedClaim(name, "\"\""));
        assertEquals("claim_" + name, refusedClaim(name, "[\"x\"]"));
        assertEquals("claim_" + name, refusedClaim(name, "1"));
    }

    /** What becomes part of the store's keys. */
    @ParameterizedTest
    @CsvSource({
        "sub, x",
        "sub, 1-1-1-1-1",
        "sub, 7D0F0F2E-6A3A-4F0E-9C53-0D4C0D1F2A3B",
        "sub, 7d0f0f2e6a3a4f0e9c530d4c0d1f2a3b",
        "sub, 7d0f0f2e-6a3a-4f0e-9c53-0d4c0d1f2a3b0",
        "sid, x",
        "sid, AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:",
        "sid, AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:refresh"
    })
    void idsHaveTheFormThatWeWrite(String name, String value) {
        assertEquals("claim_" + name, refusedClaim(name, "\"" + value + "\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"exp", "nbf", "iat", "gen"})
    void numberIsWholeAndInRange(String name) {
        for (String bad : List.of(
                "1.5",
                "-1",
                "\"1\"",
                "253402300800",
                "9223372036854775808",
                "1e400",
                "1e2147483647",
                "1E-2147483647",
                "1e999999999999",
                "1".repeat(1000))) {
            String claims = Tokens.without(Tokens.claims(), name).toString();
            String reason = refusedClaims(claims.substring(0, claims.length() - 1) + ",\"" + name + "\":" + bad + "}");
            assertTrue(List.of("claim_" + name, "claims").contains(reason), bad + ": " + reason);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"roles", "groups", "permissions"})
    void listHoldsTextsAlone(String name) {
        assertEquals("claim_" + name, refusedClaim(name, "\"admin\""));
        assertEquals("claim_" + name, refusedClaim(name, "[1]"));
        assertEquals("claim_" + name, refusedClaim(name, "[\"user\",null]"));
    }

    @Test
    void groupsAreTheRoles() {
        assertEquals("claim_groups", refusedClaim("groups", "[\"admin\"]"));
        assertEquals("claim_groups", refusedClaim("roles", "[]"));
    }

    @Tag("fault-37")
    @ParameterizedTest
    @ValueSource(strings = {"refresh", "Access", "access ", "id"})
    void tokenOfAnotherTypeIsRefused(String type) {
        assertEquals("type", refusedClaim("type", "\"" + type + "\""));
    }

    @Tag("fault-37")
    @Test
    void refreshTokenIsNoAccessToken() {
        String refresh = new RefreshTokenCodec(Tokens.RING).encode(RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 1));
        assertEquals("parts", refused(refresh).reason());
        assertEquals("header", refused(refresh + "." + refresh + "." + refresh).reason());
    }

    @Test
    void claimThatStandsTwiceIsRefused() {
        String claims = Tokens.claims().toString();
        for (String twice : List.of("\"exp\":9999999999", "\"\\u0065xp\":9999999999", "\"sub\":\"x\"")) {
            assertEquals("claims", refusedClaims(claims.substring(0, claims.length() - 1) + "," + twice + "}"));
        }
    }

    @Test
    void headerParameterThatStandsTwiceIsRefused() {
        String header = Tokens.header().toString();
        String twice = header.substring(0, header.length() - 1) + ",\"alg\":\"none\"}";
        assertEquals(
                "header",
                refused(Tokens.signed(twice, Tokens.claims().toString())).reason());
    }

    @Test
    void textAfterTheClaimsIsRefused() {
        assertEquals("claims", refusedClaims(Tokens.claims() + "x"));
        assertEquals("claims", refusedClaims(Tokens.claims().toString() + Tokens.claims()));
    }

    @Test
    void everyOtherSpellingOfBase64IsRefused() {
        String good = Tokens.good();
        String[] parts = good.split("\\.");
        for (int i = 0; i < 3; i++) {
            String part = parts[i];
            for (String other : List.of(part + "=", part + "==", part + "\n", " " + part, part + "+", "")) {
                String[] changed = parts.clone();
                changed[i] = other;
                assertThrows(InvalidTokenException.class, () -> TokenParser.parse(String.join(".", changed)), other);
            }
        }
    }

    /** 256 bytes leave four bits of the last character unused: sixteen spellings of one signature. */
    @Test
    void unusedBitsOfTheSignatureMustBeZero() {
        String good = Tokens.good();
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(good.charAt(good.length() - 1));
        assertEquals(0, last % 16);
        for (int bits = 1; bits < 16; bits++) {
            String malleable = good.substring(0, good.length() - 1) + alphabet.charAt(last + bits);
            assertNotEquals(good, malleable);
            assertEquals("signature", refused(malleable).reason());
        }
    }

    @Test
    void standardAlphabetIsRefused() {
        String claims = Tokens.with(Tokens.claims(), "upn", Json.createValue("???>>>~~~\u00ff\u00ff"))
                .toString();
        String good = Tokens.signed(Tokens.header().toString(), claims);
        String standard = good.replace('-', '+').replace('_', '/');
        assertNotEquals(good, standard);
        TokenParser.parse(good);
        refused(standard);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "...", "a.b", "a.b.c.d", "a.b.c.d.e", "\u00e4.\u00e4.\u00e4", "e30.e30.e30"})
    void whatIsNoTokenAtAllIsRefused(String text) {
        assertEquals(ErrorCode.INVALID_TOKEN, refused(text).code());
    }

    @Test
    void tokenOf4096CharactersIsReadAndALongerOneIsNot() {
        assertEquals(4096, TokenParser.MAX_LENGTH);
        String name = "x";
        String token = tokenOf(name);
        while (token.length() < 4096) {
            name += "x".repeat(Math.max(1, (4096 - token.length()) * 3 / 4));
            token = tokenOf(name);
        }
        assertEquals(4096, token.length());
        assertEquals(name, TokenParser.parse(token).claims().username());
        assertEquals("too_long", refused(tokenOf(name + "x")).reason());
        assertEquals("too_long", refused(".".repeat(4_000_000)).reason());
    }

    @Test
    void clientLearnsNoReason() {
        assertEquals("The access token is not valid.", refused("a.b.c").getMessage());
        assertEquals(refused("").getMessage(), refused(Tokens.good() + "=").getMessage());
    }

    private static String tokenOf(String username) {
        return Tokens.signed(Tokens.header(), Tokens.with(Tokens.claims(), "upn", Json.createValue(username)));
    }

    private static String refusedClaim(String name, String value) {
        return refusedClaims(
                Tokens.with(Tokens.claims(), name, Tokens.json(value)).toString());
    }

    private static String refusedClaims(String claims) {
        return refused(Tokens.signed(Tokens.header().toString(), claims)).reason();
    }

    private static InvalidTokenException refused(String compact) {
        return assertThrows(InvalidTokenException.class, () -> TokenParser.parse(compact));
    }
}

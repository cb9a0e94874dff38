package com.amplihack.auth.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.token.TokenIssuer.Standing;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.TestAccounts;
import com.amplihack.auth.web.ClientContext;
import com.nimbusds.jose.JWSSigner;
import jakarta.json.JsonObject;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TokenIssuerTest {
    private static final String LONGEST_ADDRESS = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    private static final Account EVA =
            TestAccounts.account(Tokens.SUBJECT, "eva", Set.of("user", "admin"), Set.of("chat:write", "model:read"));

    private final TokenIssuer issuer = issuer(Map.of());

    @Test
    void headerNamesAlgorithmKeyAndTypeAndNothingElse() {
        JsonObject header = Tokens.part(issue().compact(), 0);
        assertEquals(Set.of("alg", "kid", "typ"), header.keySet());
        assertEquals("RS256", header.getString("alg"));
        assertEquals(Tokens.RING.active().kid(), header.getString("kid"));
        assertEquals("JWT", header.getString("typ"));
    }

    @Test
    void whatHoldsTheKeyMayRefuseToSignForNow() {
        AuthException away = new AuthException(ErrorCode.STORE_UNAVAILABLE, "The signing key does not answer.");
        JWSSigner real = Tokens.RING.active().signer();
        JWSSigner refusing = (JWSSigner) Proxy.newProxyInstance(
                JWSSigner.class.getClassLoader(), new Class<?>[] {JWSSigner.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("sign")) {
                        throw away;
                    }
                    return method.invoke(real, arguments);
                });
        KeyRing ring = new KeyRing(Tokens.configuration(Map.of()), InstantSource.fixed(Tokens.NOW)) {
            @Override
            public SigningKey active() {
                return new SigningKey(Tokens.RING.active().half(), refusing);
            }
        };
        TokenIssuer refused = new TokenIssuer(
                ring, new Configuration(TestSettings.dev(Path.of("/srv"), Map.of())), InstantSource.fixed(Tokens.NOW));
        assertSame(
                away,
                assertThrows(
                        AuthException.class,
                        () -> refused.issue(
                                EVA, Tokens.SID, 3, Tokens.STANDING, new ClientContext("192.0.2.1", "", ""))));
    }

    @Tag("fault-5")
    @Tag("fault-19")
    @Test
    void tokenHasEveryClaimOfTheContractAndNoOther() throws Exception {
        TokenIssuer.Issued issued = issue();
        JsonObject claims = Tokens.part(issued.compact(), 1);
        assertEquals(
                Set.of(
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
                        "auth_time",
                        "amr",
                        "acr",
                        "ip",
                        "ua_hash"),
                claims.keySet());
        assertEquals("https://api.amplihack.com", claims.getString("iss"));
        assertEquals(Tokens.SUBJECT, claims.getString("sub"));
        assertEquals("amplihack-api", claims.getString("aud"));
        assertEquals(Tokens.NOW.getEpochSecond() + 900, claims.getInt("exp"));
        assertEquals(Tokens.NOW.getEpochSecond(), claims.getInt("nbf"));
        assertEquals(Tokens.NOW.getEpochSecond(), claims.getInt("iat"));
        assertEquals(issued.jti(), claims.getString("jti"));
        assertEquals("access", claims.getString("type"));
        assertEquals(Tokens.json("[\"admin\",\"user\"]"), claims.getJsonArray("roles"));
        assertEquals(claims.getJsonArray("roles"), claims.getJsonArray("groups"));
        assertEquals(Tokens.json("[\"chat:write\",\"model:read\"]"), claims.getJsonArray("permissions"));
        assertEquals("eva", claims.getString("upn"));
        assertEquals(Tokens.SID, claims.getString("sid"));
        assertEquals(3, claims.getInt("gen"));
        assertEquals(Tokens.NOW.getEpochSecond(), claims.getInt("auth_time"));
        assertEquals(Tokens.json("[\"pwd\"]"), claims.getJsonArray("amr"));
        assertEquals("urn:amplihack:pwd", claims.getString("acr"));
        assertEquals("192.0.2.7", claims.getString("ip"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest("curl/8.5.0".getBytes(UTF_8));
        assertEquals(Base64.getUrlEncoder().withoutPadding().encodeToString(hash), claims.getString("ua_hash"));
    }

    @Test
    void whoeverMustEnrollHasNoRights() {
        SignInFacts signIn = new SignInFacts(Tokens.NOW.minusSeconds(60), List.of("pwd", "otp", "mfa"));
        JsonObject strong = Tokens.part(
                issuer.issue(EVA, Tokens.SID, 3, new Standing(signIn, false), Tokens.CLIENT)
                        .compact(),
                1);
        assertEquals(Tokens.NOW.getEpochSecond() - 60, strong.getInt("auth_time"));
        assertEquals("urn:amplihack:mfa", strong.getString("acr"));
        assertFalse(strong.containsKey("must_enroll"));

        String compact = issuer.issue(EVA, Tokens.SID, 3, new Standing(signIn, true), Tokens.CLIENT)
                .compact();
        assertEquals(Tokens.json("[]"), Tokens.part(compact, 1).getJsonArray("roles"));
        AccessToken token = Tokens.verifier(Tokens.NOW).authentic(compact);
        assertTrue(token.mustEnroll());
        assertFalse(token.mustChangePassword());
        assertEquals(Optional.of(signIn), token.signIn());
    }

    @Test
    void signatureIsThatOfThePublishedKey() throws Exception {
        String[] parts = issue().compact().split("\\.");
        Signature rs256 = Signature.getInstance("SHA256withRSA");
        rs256.initVerify(Tokens.RING.active().jwk().toRSAPublicKey());
        rs256.update((parts[0] + "." + parts[1]).getBytes(US_ASCII));
        assertTrue(rs256.verify(Base64.getUrlDecoder().decode(parts[2])));
    }

    @Test
    void issuedTokenIsReadBack() {
        AccessToken read = Tokens.verifier(Tokens.NOW).authentic(issue().compact());
        assertEquals(List.of("admin", "user"), read.roles());
        assertEquals(3, read.gen());
    }

    @Tag("fault-42")
    @Test
    void settingsSayIssuerAudienceAndLife() {
        JsonObject claims = Tokens.part(
                issuer(Map.of(
                                "jwt.issuer", "https://auth.example",
                                "jwt.audience", "example",
                                "jwt.access.token.minutes", "1"))
                        .issue(EVA, Tokens.SID, 1, Tokens.STANDING, Tokens.CLIENT)
                        .compact(),
                1);
        assertEquals("https://auth.example", claims.getString("iss"));
        assertEquals("example", claims.getString("aud"));
        assertEquals(60, claims.getInt("exp") - claims.getInt("iat"));
    }

    @Test
    void jtiHas128RandomBits() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            String jti = issue().jti();
            assertEquals(16, Base64.getUrlDecoder().decode(jti).length);
            assertTrue(seen.add(jti));
        }
    }

    @Tag("fault-7")
    @Test
    void userAgentHashIsTheSameInEveryProcess() {
        assertEquals("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", uaHash("", Map.of())); // SHA-256 of nothing
        assertEquals(uaHash("curl/8.5.0", Map.of()), uaHash("curl/8.5.0", Map.of()));
        assertNotEquals(uaHash("curl/8.5.0", Map.of()), uaHash("curl/8.6.0", Map.of()));
    }

    @Tag("fault-20")
    @Test
    void absentUserAgentIsAValueLikeAnyOther() {
        assertNotEquals(uaHash("", Map.of()), uaHash("curl/8.5.0", Map.of()));
        assertFalse(uaHash("", Map.of()).isEmpty());
    }

    @Test
    void familyOfAUserAgentLeavesItsVersionOut() {
        Map<String, String> family = Map.of("jwt.binding.user.agent", "family");
        assertEquals(uaHash("curl/8.5.0", family), uaHash("curl/8.6.1", family));
        assertNotEquals(uaHash("curl/8.5.0", family), uaHash("Wget/8.5.0", family));
    }

    @Tag("fault-35")
    @Test
    void whatFitsIsIssuedEverywhereAndHardlyAnythingIsWasted() {
        int longest = longestPermission(issuer);
        Standing standing = new Standing(new SignInFacts(Tokens.NOW, List.of("pwd", "user", "otp", "mfa")), false);
        ClientContext farthest = new ClientContext(LONGEST_ADDRESS, "x".repeat(5000), "");
        String last = issuer.issue(holderOf("p".repeat(longest)), Tokens.SID, Integer.MAX_VALUE, standing, farthest)
                .compact();
        assertTrue(last.length() <= 4096, () -> "has " + last.length());
        assertTrue(last.length() > 4096 - 20, () -> "has " + last.length());
        assertEquals(Tokens.SUBJECT, Tokens.verifier(Tokens.NOW).authentic(last).subject());
    }

    @Tag("fault-35")
    @Test
    void threeHundredPermissionsDoNotFitAndAreNotIssued() {
        Set<String> many = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            many.add("permission:" + i);
        }
        assertFalse(issuer.fits("eva", List.of(), List.copyOf(many)));
        Account holder = TestAccounts.account(Tokens.SUBJECT, "eva", Set.of(), many);
        AuthException refused = assertThrows(
                AuthException.class, () -> issuer.issue(holder, Tokens.SID, 1, Tokens.STANDING, Tokens.CLIENT));
        assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
        assertTrue(refused.getMessage().startsWith("The roles and permissions of this account do not fit"));
    }

    /** Or else an account that fits today would be locked out when the key that waits signs. */
    @Test
    void rightsFitUnderTheLongestKeyThatTheSettingsLeadTo() {
        TokenIssuer growing = new TokenIssuer(
                new KeyRing(Tokens.configuration(Map.of()), InstantSource.fixed(Tokens.NOW)) {
                    @Override
                    public SigningKey active() {
                        return Tokens.RING.active();
                    }

                    @Override
                    public int longestKeyBits() {
                        return 8192;
                    }
                },
                Tokens.configuration(Map.of()),
                InstantSource.fixed(Tokens.NOW));
        int signatures = (8192 - 2048) / 6;
        int longest = longestPermission(issuer);
        int later = longestPermission(growing);

        assertTrue(later < longest - signatures * 3 / 4 + 4, later + " of " + longest);
        assertTrue(later > longest - signatures * 3 / 4 - 4, later + " of " + longest);
        assertEquals(2048, Tokens.RING.longestKeyBits());
    }

    private static int longestPermission(TokenIssuer issuer) {
        int longest = 1;
        while (issuer.fits("eva", List.of("user"), List.of("p".repeat(longest + 1)))) {
            longest++;
        }
        return longest;
    }

    @Tag("fault-35")
    @Test
    void nameAndRolesCountToo() {
        String permission = "p".repeat(1500);
        assertTrue(issuer.fits("eva", List.of(), List.of(permission)));
        assertFalse(issuer.fits("eva", List.of("r".repeat(1000)), List.of(permission)));
        assertFalse(issuer.fits("e".repeat(1500), List.of(), List.of(permission)));
        assertFalse(issuer.fits("eva", List.of(), List.of("\u738b".repeat(1000))));
    }

    private TokenIssuer.Issued issue() {
        return issuer.issue(EVA, Tokens.SID, 3, Tokens.STANDING, Tokens.CLIENT);
    }

    private static Account holderOf(String permission) {
        return TestAccounts.account(Tokens.SUBJECT, "eva", Set.of("user"), Set.of(permission));
    }

    private static String uaHash(String userAgent, Map<String, String> settings) {
        ClientContext client = new ClientContext("192.0.2.7", userAgent, "");
        String compact = issuer(settings)
                .issue(EVA, Tokens.SID, 1, Tokens.STANDING, client)
                .compact();
        return Tokens.part(compact, 1).getString("ua_hash");
    }

    private static TokenIssuer issuer(Map<String, String> settings) {
        InstantSource clock = InstantSource.fixed(Tokens.NOW.plusMillis(999));
        return new TokenIssuer(Tokens.RING, Tokens.configuration(settings), clock);
    }
}

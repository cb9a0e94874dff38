package com.amplihack.auth.token;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TokenSettings;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.web.ClientContext;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Issues access tokens: RS256 (RFC 7518 section 3.3) with every claim of docs/tokens.md. */
@Singleton
public class TokenIssuer {
    private static final Logger LOG = Logger.getLogger(TokenIssuer.class.getName());
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String LONGEST_ADDRESS = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

    /** Of the methods that sign-ins have. */
    private static final SignInFacts LONGEST_SIGN_IN =
            new SignInFacts(Instant.ofEpochSecond(9_999_999_999L), List.of("pwd", "user", "otp", SignInFacts.MFA));

    private final KeyRing keys;
    private final Configuration configuration;
    private final InstantSource clock;

    @Inject
    public TokenIssuer(KeyRing keys, Configuration configuration, InstantSource clock) {
        this.keys = keys;
        this.configuration = configuration;
        this.clock = clock;
    }

    /**
     * A signed access token.
     *
     * @param compact the JWS compact serialization, at most 4,096 characters
     * @param mustChangePassword whether it is good for nothing else
     * @param mustEnroll whether it is good only to get a second factor
     */
    public record Issued(String compact, String jti, boolean mustChangePassword, boolean mustEnroll) {}

    /**
     * How the user of a session stands.
     *
     * @param signIn when and how the user was authenticated last
     * @param mustEnroll whether the user may do nothing but get a second factor
     */
    public record Standing(SignInFacts signIn, boolean mustEnroll) {}

    /**
     * Signs an access token for one session of an account; one that must change its password or get a second factor has
     * no rights.
     *
     * @throws AuthException 503 while the HSM does not sign; {@code invalid_request} when the account's rights do not
     *     fit in a token, although they did ({@link #fits}) before the key or issuer became longer
     */
    public Issued issue(Account account, String sid, long gen, Standing standing, ClientContext client) {
        String jti = jti();
        boolean mustChange = account.mustChangePassword();
        boolean limited = mustChange || standing.mustEnroll();
        JWTClaimsSet claims = claims(
                jti,
                account.id(),
                account.username(),
                limited ? List.of() : account.roles(),
                limited ? List.of() : account.permissions(),
                sid,
                gen,
                standing.signIn(),
                client);
        if (limited) {
            JWTClaimsSet.Builder more = new JWTClaimsSet.Builder(claims);
            if (mustChange) {
                more.claim(TokenParser.MUST_CHANGE_PASSWORD, true);
            }
            if (standing.mustEnroll()) {
                more.claim(TokenParser.MUST_ENROLL, true);
            }
            claims = more.build();
        }
        SigningKey key = keys.active();
        SignedJWT token = new SignedJWT(header(key), claims);
        try {
            token.sign(key.signer());
        } catch (JOSEException e) {
            if (e.getCause() instanceof AuthException refused) { // Nimbus wraps exceptions of the signer
                throw refused;
            }
            throw new IllegalStateException("the active key does not sign", e);
        }
        String compact = token.serialize();
        if (compact.length() > TokenParser.MAX_LENGTH) {
            LOG.log(
                    Level.WARNING,
                    "The roles and permissions of account {0} fit no token of {1} characters (jwt.key.size, jwt.issuer and"
                            + " jwt.audience take some of them): it cannot sign in or refresh until it has fewer",
                    new Object[] {account.id(), Integer.toString(TokenParser.MAX_LENGTH)});
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST,
                    "The roles and permissions of this account do not fit in an access token: an administrator has to remove"
                            + " some.");
        }
        return new Issued(compact, jti, mustChange, standing.mustEnroll());
    }

    /**
     * Whether a token with these claims has at most 4,096 characters (docs/specification.md, fault 35), assuming the
     * longest address and the longest key that can sign under the current settings.
     */
    public boolean fits(String username, List<String> roles, List<String> permissions) {
        ClientContext longest = new ClientContext(LONGEST_ADDRESS, "", "");
        JWTClaimsSet claims = claims(
                jti(),
                jti() + jti(),
                username,
                roles,
                permissions,
                Sha256.of(""),
                Integer.MAX_VALUE,
                LONGEST_SIGN_IN,
                longest);
        SigningKey key = keys.active();
        SignedJWT unsigned = new SignedJWT(header(key), claims);
        int signature = base64Length((keys.longestKeyBits() + 7) / 8);
        return unsigned.getSigningInput().length + 1 + signature <= TokenParser.MAX_LENGTH;
    }

    private JWTClaimsSet claims(
            String jti,
            String subject,
            String username,
            List<String> roles,
            List<String> permissions,
            String sid,
            long gen,
            SignInFacts signIn,
            ClientContext client) {
        TokenSettings settings = configuration.settings().tokens();
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        return new JWTClaimsSet.Builder()
                .issuer(settings.issuer().toString())
                .subject(subject)
                .audience(settings.audience())
                .expirationTime(Date.from(now.plus(settings.accessLifetime())))
                .notBeforeTime(Date.from(now))
                .issueTime(Date.from(now))
                .jwtID(jti)
                .claim("type", TokenParser.TYPE)
                .claim("roles", roles)
                .claim("groups", roles) // the roles under the name that MP-JWT reads
                .claim("permissions", permissions)
                .claim("upn", username)
                .claim("sid", sid)
                .claim("gen", gen)
                .claim(TokenParser.AUTH_TIME, signIn.at().getEpochSecond())
                .claim(TokenParser.AMR, signIn.methods())
                .claim(TokenParser.ACR, signIn.acr())
                .claim("ip", client.address())
                .claim("ua_hash", UserAgentHash.of(client.userAgent(), settings.userAgentBinding()))
                .build();
    }

    private static JWSHeader header(SigningKey key) {
        return new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(JOSEObjectType.JWT)
                .keyID(key.kid())
                .build();
    }

    private static String jti() {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        return Sha256.base64url(random);
    }

    private static int base64Length(int bytes) {
        return (bytes * 4 + 2) / 3;
    }
}

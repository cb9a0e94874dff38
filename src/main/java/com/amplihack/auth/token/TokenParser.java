package com.amplihack.auth.token;

import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.web.MalformedJsonException;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Parses access tokens strictly before they are verified, and refuses what MP-JWT would accept: malleable base64url,
 * duplicate members, unknown header parameters, missing claims.
 */
public final class TokenParser {
    /** The specification's limit: no longer token is issued or parsed. */
    public static final int MAX_LENGTH = 4096;

    static final String TYPE = "access";
    static final String MUST_CHANGE_PASSWORD = "must_change_password";
    static final String MUST_ENROLL = "must_enroll";
    static final String AUTH_TIME = "auth_time";
    static final String AMR = "amr";
    static final String ACR = "acr";

    private static final Set<String> SIGN_IN = Set.of(AUTH_TIME, AMR, ACR);

    private static final Set<String> HEADER = Set.of("alg", "kid", "typ");
    private static final Pattern ACCOUNT_ID =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"); // RFC 9562 section 4
    private static final long LATEST_SECOND = 253_402_300_799L; // 9999-12-31

    private TokenParser() {}

    /**
     * Parses the JWS compact serialization (RFC 7515 section 7.1).
     *
     * @throws InvalidTokenException with the reason
     */
    public static UnverifiedToken parse(String compact) {
        if (compact.length() > MAX_LENGTH) {
            throw new InvalidTokenException("too_long");
        }
        String[] parts = compact.split("\\.", -1);
        if (parts.length != 3) {
            throw new InvalidTokenException("parts");
        }
        JsonObject header = object(parts[0], "header");
        requireOurHeader(header);
        decode(parts[2], "signature");
        JsonObject claims = object(parts[1], "claims");
        if (!TYPE.equals(string(claims, "type"))) {
            throw new InvalidTokenException("type");
        }
        TokenClaims parsed = new TokenClaims(
                string(claims, "jti"),
                shaped(claims, "sub", ACCOUNT_ID),
                string(claims, "upn"),
                shaped(claims, "sid", SessionHandle.SHAPE),
                wholeNumber(claims, "gen"),
                strings(claims, "roles"),
                strings(claims, "permissions"),
                flag(claims, MUST_CHANGE_PASSWORD),
                flag(claims, MUST_ENROLL),
                signIn(claims),
                string(claims, "ip"),
                string(claims, "ua_hash"),
                time(claims, "iat"),
                time(claims, "nbf"),
                time(claims, "exp"));
        if (!strings(claims, "groups").equals(parsed.roles())) {
            throw new InvalidTokenException("claim_groups");
        }
        return new UnverifiedToken(
                compact, string(header, "kid"), string(claims, "iss"), string(claims, "aud"), parsed);
    }

    private static void requireOurHeader(JsonObject header) {
        // checked first: algorithm confusion is audited as an attack of its own
        if (!(header.get("alg") instanceof JsonString alg) || !alg.getString().equals("RS256")) {
            throw InvalidTokenException.algorithmConfusion();
        }
        // no jwk, jku, x5u, x5c, crit, b64, zip: a token may not choose its key or its interpretation
        if (!header.keySet().equals(HEADER) || !string(header, "typ").equals("JWT")) {
            throw new InvalidTokenException("header");
        }
    }

    private static JsonObject object(String part, String name) {
        try {
            return StrictJson.parse(decode(part, name));
        } catch (MalformedJsonException malformed) {
            throw new InvalidTokenException(name);
        }
    }

    /** Strict base64url without padding (RFC 7515 section 2): only the canonical encoding. */
    private static byte[] decode(String part, String name) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            if (bytes.length > 0 && Sha256.base64url(bytes).equals(part)) {
                return bytes;
            }
        } catch (IllegalArgumentException malformed) {
            // refused below
        }
        throw new InvalidTokenException(name);
    }

    private static String string(JsonObject from, String name) {
        if (from.get(name) instanceof JsonString value && !value.getString().isEmpty()) {
            return value.getString();
        }
        throw new InvalidTokenException("claim_" + name);
    }

    /** A claim that becomes part of a store key, so must match its format exactly. */
    private static String shaped(JsonObject from, String name, Pattern form) {
        String value = string(from, name);
        if (form.matcher(value).matches()) {
            return value;
        }
        throw new InvalidTokenException("claim_" + name);
    }

    private static List<String> strings(JsonObject from, String name) {
        if (from.get(name) instanceof JsonArray array
                && array.stream().allMatch(value -> value.getValueType() == JsonValue.ValueType.STRING)) {
            return List.copyOf(array.getValuesAs(JsonString::getString));
        }
        throw new InvalidTokenException("claim_" + name);
    }

    /** Absent from every other token. */
    private static boolean flag(JsonObject from, String name) {
        JsonValue value = from.get(name);
        if (value == null || value == JsonValue.TRUE) {
            return value != null;
        }
        throw new InvalidTokenException("claim_" + name);
    }

    /** All three claims, or, in a token of an earlier version, none. */
    private static Optional<SignInFacts> signIn(JsonObject from) {
        if (SIGN_IN.stream().noneMatch(from::containsKey)) {
            return Optional.empty();
        }
        SignInFacts signIn = new SignInFacts(time(from, AUTH_TIME), strings(from, AMR));
        if (signIn.acr().equals(string(from, ACR))) {
            return Optional.of(signIn);
        }
        throw new InvalidTokenException("claim_" + ACR);
    }

    private static long wholeNumber(JsonObject from, String name) {
        if (from.get(name) instanceof JsonNumber number && number.isIntegral()) {
            try {
                long value = number.longValueExact();
                if (value >= 0 && value <= LATEST_SECOND) {
                    return value;
                }
            } catch (ArithmeticException tooLarge) {
                // refused below
            }
        }
        throw new InvalidTokenException("claim_" + name);
    }

    private static Instant time(JsonObject from, String name) {
        return Instant.ofEpochSecond(wholeNumber(from, name));
    }
}

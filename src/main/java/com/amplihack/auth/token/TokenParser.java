package com.amplihack.auth.token;

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
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads a token of ours and nothing else, before anything verifies it: what MP-JWT would let pass (malleable base64url,
 * duplicate members, foreign header parameters, missing claims) is refused here.
 */
public final class TokenParser {
    /** Of the specification: no token of ours is longer, and a longer one is not looked at. */
    public static final int MAX_LENGTH = 4096;

    static final String TYPE = "access";

    private static final Set<String> HEADER = Set.of("alg", "kid", "typ");
    private static final Pattern ACCOUNT_ID =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"); // RFC 9562 section 4
    private static final long LATEST_SECOND = 253_402_300_799L; // 9999-12-31, the last that a date can show

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
        TokenClaims said = new TokenClaims(
                string(claims, "jti"),
                shaped(claims, "sub", ACCOUNT_ID),
                string(claims, "upn"),
                shaped(claims, "sid", SessionHandle.SHAPE),
                wholeNumber(claims, "gen"),
                strings(claims, "roles"),
                strings(claims, "permissions"),
                string(claims, "ip"),
                string(claims, "ua_hash"),
                time(claims, "iat"),
                time(claims, "nbf"),
                time(claims, "exp"));
        if (!strings(claims, "groups").equals(said.roles())) {
            throw new InvalidTokenException("claim_groups");
        }
        return new UnverifiedToken(compact, string(header, "kid"), string(claims, "iss"), string(claims, "aud"), said);
    }

    private static void requireOurHeader(JsonObject header) {
        // first of all: what is signed in another way (or not at all) is an attack of its own kind
        if (!(header.get("alg") instanceof JsonString alg) || !alg.getString().equals("RS256")) {
            throw InvalidTokenException.algorithmConfusion();
        }
        // none of jwk, jku, x5u, x5c, crit, b64, zip: nothing in a token may choose its own key or meaning
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

    /** Strict base64url without padding (RFC 7515 section 2): only the one spelling that an encoder makes. */
    private static byte[] decode(String part, String name) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(part);
            if (bytes.length > 0 && Sha256.base64url(bytes).equals(part)) {
                return bytes;
            }
        } catch (IllegalArgumentException foreign) {
            // told below, with the same words
        }
        throw new InvalidTokenException(name);
    }

    private static String string(JsonObject from, String name) {
        if (from.get(name) instanceof JsonString value && !value.getString().isEmpty()) {
            return value.getString();
        }
        throw new InvalidTokenException("claim_" + name);
    }

    /** What becomes part of the store's keys has the one form that we write. */
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

    private static long wholeNumber(JsonObject from, String name) {
        if (from.get(name) instanceof JsonNumber number && number.isIntegral()) {
            try {
                long value = number.longValueExact();
                if (value >= 0 && value <= LATEST_SECOND) {
                    return value;
                }
            } catch (ArithmeticException tooLarge) {
                // told below, with the same words
            }
        }
        throw new InvalidTokenException("claim_" + name);
    }

    private static Instant time(JsonObject from, String name) {
        return Instant.ofEpochSecond(wholeNumber(from, name));
    }
}

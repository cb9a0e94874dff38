package com.amplihack.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.StrictJson;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** Tokens for tests: good ones, and ones that are wrong in one thing but truly signed. */
public final class Tokens {
    public static final Instant NOW = Instant.parse("2026-11-23T10:20:30Z");
    public static final String SUBJECT = "7d0f0f2e-6a3a-4f0e-9c53-0d4c0d1f2a3b";
    public static final String SID = Sha256.of("a session");
    public static final ClientContext CLIENT = new ClientContext("192.0.2.7", "curl/8.5.0", "request-1");

    /** Two rings that know nothing of each other; making one takes a while. */
    public static final KeyRing RING = ring();

    public static final KeyRing FOREIGN = ring();

    /** Signed in by password, now. */
    public static final TokenIssuer.Standing STANDING = new TokenIssuer.Standing(SignInFacts.password(NOW), false);

    private Tokens() {}

    public static Configuration configuration(Map<String, String> overrides) {
        Map<String, String> all = new HashMap<>(Map.of("jwt.key.size", "2048"));
        all.putAll(overrides);
        return new Configuration(TestSettings.dev(Path.of("/nowhere"), all));
    }

    static TokenVerifier verifier(Instant now) {
        return new TokenVerifier(RING, configuration(Map.of()), InstantSource.fixed(now));
    }

    static JsonObject header() {
        return Json.createObjectBuilder()
                .add("alg", "RS256")
                .add("kid", RING.active().kid())
                .add("typ", "JWT")
                .build();
    }

    static JsonObject claims() {
        return Json.createObjectBuilder()
                .add("iss", "https://api.amplihack.com")
                .add("sub", SUBJECT)
                .add("aud", "amplihack-api")
                .add("exp", NOW.getEpochSecond() + 900)
                .add("nbf", NOW.getEpochSecond())
                .add("iat", NOW.getEpochSecond())
                .add("jti", "AAAAAAAAAAAAAAAAAAAAAA")
                .add("type", "access")
                .add("roles", Json.createArrayBuilder().add("user"))
                .add("groups", Json.createArrayBuilder().add("user"))
                .add("permissions", Json.createArrayBuilder().add("chat:write"))
                .add("upn", "eva")
                .add("sid", SID)
                .add("gen", 1)
                .add("auth_time", NOW.getEpochSecond())
                .add("amr", Json.createArrayBuilder().add("pwd"))
                .add("acr", "urn:amplihack:pwd")
                .add("ip", "192.0.2.7")
                .add("ua_hash", Sha256.of("curl/8.5.0"))
                .build();
    }

    static JsonObject with(JsonObject object, String name, JsonValue value) {
        return Json.createObjectBuilder(object).add(name, value).build();
    }

    static JsonObject without(JsonObject object, String name) {
        return Json.createObjectBuilder(object).remove(name).build();
    }

    /** Any JSON value from its text. */
    static JsonValue json(String text) {
        return StrictJson.parse(("{\"v\":" + text + "}").getBytes(UTF_8)).get("v");
    }

    public static String good() {
        return signed(header(), claims());
    }

    static String signed(JsonObject header, JsonObject claims) {
        return signed(header.toString(), claims.toString());
    }

    /** Truly signed by {@link #RING}, whatever the texts say. */
    static String signed(String header, String claims) {
        return signed(header, claims, RING);
    }

    static String signed(String header, String claims, KeyRing ring) {
        String input = base64url(header) + "." + base64url(claims);
        try {
            var rs256 = new JWSHeader(JWSAlgorithm.RS256);
            return input + "." + ring.active().signer().sign(rs256, input.getBytes(UTF_8));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String base64url(String text) {
        return Sha256.base64url(text.getBytes(UTF_8));
    }

    static JsonObject part(String compact, int index) {
        return StrictJson.parse(Base64.getUrlDecoder().decode(compact.split("\\.")[index]));
    }

    private static KeyRing ring() {
        try {
            Path home = Files.createTempDirectory("keys");
            KeyRing ring = new KeyRing(
                    new Configuration(TestSettings.dev(home, Map.of("jwt.key.size", "2048"))), InstantSource.system());
            ring.open();
            delete(home); // the ring keeps what it has read
            return ring;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failed) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}

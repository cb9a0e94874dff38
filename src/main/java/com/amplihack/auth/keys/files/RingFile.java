package com.amplihack.auth.keys.files;

import com.amplihack.auth.config.files.PrivateFiles;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.ring.KeyRules;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.Ring;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.keys.ring.VerifyingKey;
import com.amplihack.auth.web.MalformedJsonException;
import com.amplihack.auth.web.StrictJson;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads and atomically replaces {@code ring.json}: the keys' metadata and public keys. */
public final class RingFile {
    static final String NAME = "ring.json";

    private static final int MAX_BYTES = 1024 * 1024;
    private static final Pattern FILE = Pattern.compile(
            "jwt_private\\.pem|key-[A-Za-z0-9_-]{43}\\.pem|pkcs11:object=amplihack-auth-[A-Za-z0-9_-]{43}");

    /** Tolerated clock difference between nodes. */
    private static final Duration MAX_CLOCK_DIFFERENCE = Duration.ofDays(1);

    /** Upper bound of the time that a key stays published after it has stopped signing (see {@link Ring#rotate}). */
    private static final Duration MAX_RETIREMENT = Duration.ofDays(366);

    private final Path file;
    private final InstantSource clock;

    public RingFile(Path directory, InstantSource clock) {
        file = directory.resolve(NAME);
        this.clock = clock;
    }

    boolean exists() {
        return Files.exists(file);
    }

    /** The file's current text. */
    String text() throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw refuse();
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** @throws InvalidSettingException when the text is not a valid ring */
    Ring parse(String text) {
        try {
            JsonObject json = StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
            if (json.getInt("version", 0) != 1) {
                throw refuse();
            }
            return new Ring(member(json, "keys", JsonArray.class).getValuesAs(JsonObject.class).stream()
                    .map(this::key)
                    .toList());
        } catch (MalformedJsonException | ClassCastException | IllegalArgumentException | DateTimeException foreign) {
            throw refuse();
        }
    }

    public void write(Ring ring) throws IOException {
        JsonArrayBuilder keys = StrictJson.provider().createArrayBuilder();
        ring.keys().forEach(key -> keys.add(json(key)));
        String text = StrictJson.provider()
                .createObjectBuilder()
                .add("version", 1)
                .add("keys", keys)
                .build()
                .toString();
        PrivateFiles.write(file, text.getBytes(StandardCharsets.UTF_8), "r--------");
    }

    private RingKey key(JsonObject json) {
        RSAPublicKey half = publicHalf(member(json, "jwk", JsonObject.class));
        RSAKey jwk = VerifyingKey.named(
                half); // rebuilt from modulus and exponent alone, so that its kid is their thumbprint
        String name = string(json, "file");
        if (!jwk.getKeyID().equals(string(json, "kid")) || !FILE.matcher(name).matches()) {
            throw refuse();
        }
        Optional<String> fault = KeyRules.fault(half.getModulus(), half.getPublicExponent());
        if (fault.isPresent()) {
            throw refuse("names the key " + jwk.getKeyID() + ", which " + fault.get());
        }
        RingKey key = new RingKey(
                jwk,
                KeyState.valueOf(string(json, "state")),
                name,
                Instant.parse(string(json, "created_at")),
                instant(json, "signs_from"),
                instant(json, "signs_until"),
                instant(json, "retires_at"),
                member(json, "compromised", JsonValue.class) == JsonValue.TRUE);
        requirePast(key);
        return key;
    }

    /** A key dated in the future would stay published and never be replaced. */
    private void requirePast(RingKey key) {
        Instant now = clock.instant();
        Instant latest = now.plus(MAX_CLOCK_DIFFERENCE);
        if (key.createdAt().isAfter(latest)
                || key.signsFrom().filter(latest::isBefore).isPresent()
                || key.signsUntil().filter(latest::isBefore).isPresent()
                || key.retiresAt().filter(latest.plus(MAX_RETIREMENT)::isBefore).isPresent()) {
            throw refuse("holds times that are far in the future for the clock of this machine, which says " + now
                    + ": correct the one or the other");
        }
    }

    private RSAPublicKey publicHalf(JsonObject json) {
        try {
            return RSAKey.parse(json.toString()).toRSAPublicKey();
        } catch (ParseException | JOSEException foreign) {
            throw refuse();
        }
    }

    private static JsonObjectBuilder json(RingKey key) {
        JsonObjectBuilder json = StrictJson.provider()
                .createObjectBuilder()
                .add("kid", key.kid())
                .add("state", key.state().name())
                .add("file", key.file())
                .add("created_at", key.createdAt().toString());
        for (var time : List.of(
                new Named("signs_from", key.signsFrom()),
                new Named("signs_until", key.signsUntil()),
                new Named("retires_at", key.retiresAt()))) {
            time.value()
                    .ifPresentOrElse(value -> json.add(time.name(), value.toString()), () -> json.addNull(time.name()));
        }
        return json.add("compromised", key.compromised())
                .add("jwk", StrictJson.parse(key.jwk().toJSONString().getBytes(StandardCharsets.UTF_8)));
    }

    private record Named(String name, Optional<Instant> value) {}

    private Optional<Instant> instant(JsonObject json, String name) {
        return member(json, name, JsonValue.class) == JsonValue.NULL
                ? Optional.empty()
                : Optional.of(Instant.parse(string(json, name)));
    }

    private String string(JsonObject json, String name) {
        return member(json, name, JsonString.class).getString();
    }

    private <T extends JsonValue> T member(JsonObject json, String name, Class<T> kind) {
        JsonValue value = json.get(name);
        if (!kind.isInstance(value)) {
            throw refuse();
        }
        return kind.cast(value);
    }

    private InvalidSettingException refuse() {
        return refuse("is not a key ring: restore it");
    }

    private InvalidSettingException refuse(String why) {
        return new InvalidSettingException("jwt.key.path: " + file + " " + why);
    }
}

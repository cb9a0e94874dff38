package com.amplihack.auth.keys.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.TestKeys;
import com.amplihack.auth.keys.files.RingFile;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody has put a public half, or a time, into {@code ring.json}. */
class RingRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:20:30Z");

    @TempDir
    Path home;

    private Path file;
    private KeyRing running;

    @BeforeEach
    void start() {
        file = home.resolve("keys/ring.json");
        running = ring();
        running.open();
    }

    private KeyRing ring() {
        return new KeyRing(new Configuration(TestSettings.dev(home, Map.of("jwt.key.size", "2048"))), () -> NOW);
    }

    private String refusal() {
        return assertThrows(InvalidSettingException.class, ring()::open).getMessage();
    }

    private void add(RSAPublicKey key, KeyState state) throws IOException {
        RSAKey jwk = VerifyingKey.named(key);
        add(new RingKey(
                jwk,
                state,
                "key-" + jwk.getKeyID() + ".pem",
                NOW.minusSeconds(9000),
                Optional.of(NOW.minusSeconds(8000)),
                Optional.of(NOW.minusSeconds(7000)),
                Optional.of(NOW.plusSeconds(7000)),
                false));
    }

    private void add(RingKey key) throws IOException {
        List<RingKey> keys = new ArrayList<>(running.keys());
        keys.add(key);
        new RingFile(home.resolve("keys"), () -> NOW).write(new Ring(keys));
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyState.class,
            names = {"RETIRING", "RETIRED"})
    void shortPublicHalfIsNotPublished(KeyState state) throws Exception {
        assertRefused(TestKeys.rsa(1024, RSAKeyGenParameterSpec.F4), state, "has 1024 bits, at least 2048 are needed");
    }

    @Test
    void publicHalfWithAnotherExponentIsNotPublished() throws Exception {
        assertRefused(
                TestKeys.rsa(2048, BigInteger.valueOf(3)), KeyState.RETIRING, "has another public exponent than 65537");
    }

    @Test
    void publicHalfThatCanBeFactoredIsNotPublished() throws Exception {
        assertRefused(
                TestKeys.rocaWeak(),
                KeyState.RETIRING,
                "was made by a generator whose keys can be factored (ROCA, CVE-2017-15361)");
    }

    private void assertRefused(KeyPair weak, KeyState state, String why) throws IOException {
        String kid = VerifyingKey.named((RSAPublicKey) weak.getPublic()).getKeyID();
        add((RSAPublicKey) weak.getPublic(), state);

        running.refresh();
        assertTrue(running.find(kid).isEmpty());
        assertTrue(running.findIncludingRetired(kid).isEmpty());
        assertFalse(running.jwks().text().contains(kid));
        assertFalse(running.isReadable());
        assertEquals("jwt.key.path: " + file + " names the key " + kid + ", which " + why, refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"created_at", "signs_from", "signs_until", "retires_at"})
    void timeInTheFarFutureIsRefused(String name) throws Exception {
        add((RSAPublicKey) TestKeys.rsa(2048, RSAKeyGenParameterSpec.F4).getPublic(), KeyState.RETIRING);
        ring().open();
        String text = Files.readString(file);
        String tampered = text.replaceFirst(
                "(\"state\":\"RETIRING\".*?\"" + name + "\":)\"[^\"]+\"", "$1\"9999-01-01T00:00:00Z\"");
        write(tampered);

        assertEquals(
                "jwt.key.path: " + file + " holds times that are far in the future for the clock of this machine, which"
                        + " says " + NOW + ": correct the one or the other",
                refusal());
    }

    @Test
    void timesThatAClockALittleBehindSeesAreGood() throws Exception {
        RSAKey jwk = VerifyingKey.named(
                (RSAPublicKey) TestKeys.rsa(2048, RSAKeyGenParameterSpec.F4).getPublic());
        Instant ahead = NOW.plus(Duration.ofHours(1));
        add(new RingKey(
                jwk,
                KeyState.RETIRING,
                "key-" + jwk.getKeyID() + ".pem",
                ahead,
                Optional.of(ahead),
                Optional.of(ahead),
                Optional.of(ahead.plus(Duration.ofHours(8760 + 2))),
                false));
        ring().open();
    }

    @ParameterizedTest
    @CsvSource({"\"ACTIVE\", \"NEXT\"", "\"NEXT\", \"ACTIVE\"", "\"ACTIVE\", \"UNKNOWN\"", "\"ACTIVE\", \"active\""})
    void statesThatNoRingHasAreRefused(String from, String to) throws IOException {
        write(Files.readString(file).replace("\"state\":" + from, "\"state\":" + to));
        assertEquals("jwt.key.path: " + file + " is not a key ring: restore it", refusal());
    }

    @Test
    void keyTwiceIsRefused() throws IOException {
        String text = Files.readString(file);
        String first = text.substring(text.indexOf("[{") + 1, text.indexOf("}},") + 2);
        write(text.replace("[{", "[" + first + ",{"));
        assertEquals("jwt.key.path: " + file + " is not a key ring: restore it", refusal());
    }

    private void write(String text) throws IOException {
        Files.delete(file);
        Files.writeString(file, text);
    }
}

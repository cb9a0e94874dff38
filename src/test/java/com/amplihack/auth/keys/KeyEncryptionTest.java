package com.amplihack.auth.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.audit.RecordedAudit;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.store.embedded.EmbeddedBackend;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.web.ClientContext;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A passphrase that comes later than the keys, or goes. */
@Tag("fault-32")
class KeyEncryptionTest {
    private static final Map<String, String> PASSPHRASE = Map.of("jwt.key.passphrase", "correct horse battery staple");
    private static final KeyChangeCause ADMIN = KeyChangeCause.by("eva", "eva", "sid", ClientContext.NONE);

    @TempDir
    Path home;

    private Path directory;
    private Instant now = Instant.parse("2026-11-23T10:20:30Z");

    @BeforeEach
    void name() {
        directory = home.resolve("keys");
    }

    private KeyRing start(Map<String, String> overrides) {
        KeyRing ring = new KeyRing(configuration(overrides), () -> now);
        ring.open();
        return ring;
    }

    private Configuration configuration(Map<String, String> overrides) {
        Map<String, String> all = new HashMap<>(Map.of("jwt.key.size", "2048"));
        all.putAll(overrides);
        return new Configuration(TestSettings.dev(home, all));
    }

    /** A ring with a key that signs, one that waits, and one that has just ceased to sign, all in the clear. */
    private KeyRing threeKeys() {
        KeyRing ring = start(Map.of());
        now = now.plus(Duration.ofMinutes(10));
        new KeyRotation(
                        ring,
                        configuration(Map.of()),
                        () -> now,
                        new RecordedAudit(),
                        new ScriptedStore(new EmbeddedBackend(() -> now)))
                .rotate(ADMIN);
        return ring;
    }

    private List<Path> privateFiles() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".pem") && !file.endsWith("jwt_public.pem"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isEncrypted(Path file) {
        try {
            return Files.readString(file).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String refusal(Executable start) {
        return assertThrows(InvalidSettingException.class, start).getMessage();
    }

    @Test
    void passphraseThatIsSetOverKeysInTheClearEncryptsThemAll() throws IOException {
        KeyRing before = threeKeys();
        assertEquals(3, privateFiles().size());
        assertTrue(privateFiles().stream().noneMatch(KeyEncryptionTest::isEncrypted));

        KeyRing after = start(PASSPHRASE);

        assertEquals(before.jwks(), after.jwks());
        assertEquals(before.active().kid(), after.active().kid());
        assertEquals(3, privateFiles().size());
        for (Path file : privateFiles()) {
            assertTrue(isEncrypted(file), file.toString());
            assertEquals("r--------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertTrue(files.noneMatch(file -> file.getFileName().toString().startsWith(".new-")), "nothing is left");
        }
        byte[] once = Files.readAllBytes(directory.resolve("jwt_private.pem"));
        assertEquals(before.active().kid(), start(PASSPHRASE).active().kid());
        assertArrayEquals(once, Files.readAllBytes(directory.resolve("jwt_private.pem")), "once is enough");
    }

    @Test
    void whatAStartThatWasKilledHasLeftIsEncryptedByTheNext() throws IOException {
        threeKeys();
        Path first = directory.resolve("jwt_private.pem");
        byte[] clear = Files.readAllBytes(first);
        start(PASSPHRASE);
        Files.delete(first);
        Files.write(first, clear);
        Files.write(directory.resolve(".new-123"), clear);

        start(PASSPHRASE);

        assertTrue(privateFiles().stream().allMatch(KeyEncryptionTest::isEncrypted));
        assertTrue(Files.notExists(directory.resolve(".new-123")));
    }

    @Test
    void pairThatIsAdoptedInTheClearIsEncrypted() throws Exception {
        Files.createDirectories(directory);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        PrivateKey key = generator.generateKeyPair().getPrivate();
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(key); // PKCS#1
        }
        Path file = directory.resolve("jwt_private.pem");
        Files.writeString(file, text.toString());

        KeyRing adopted = start(PASSPHRASE);

        assertTrue(isEncrypted(file));
        assertEquals(adopted.active().kid(), start(PASSPHRASE).active().kid());
    }

    @Test
    void keyThatCannotBeEncryptedWhereItLiesIsRefused() throws IOException {
        String kid = start(Map.of()).active().kid();
        Path file = directory.resolve("jwt_private.pem");
        Path mounted = home.resolve("..data");
        Files.move(file, mounted);
        Files.createSymbolicLink(file, mounted);
        byte[] before = Files.readAllBytes(mounted);

        assertEquals(
                "jwt.key.path: " + file
                        + " is a link to a key in the clear, though jwt.key.passphrase is set: encrypt the"
                        + " key that it leads to (openssl pkcs8 -topk8), or put the key itself there",
                refusal(() -> start(PASSPHRASE)));
        assertArrayEquals(before, Files.readAllBytes(mounted));
        assertTrue(
                privateFiles().stream().noneMatch(KeyEncryptionTest::isEncrypted),
                "a start that is refused changes none");
        assertEquals(kid, start(Map.of()).active().kid(), "without one it is read");
    }

    @Test
    void keyThatOthersCouldReadIsNotMadeGoodByItsEncryption() throws IOException {
        start(Map.of());
        Path file = directory.resolve("jwt_private.pem");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        KeyRing production =
                new KeyRing(new Configuration(TestSettings.production(home, new HashMap<>(PASSPHRASE))), () -> now);
        assertEquals(
                "jwt.key.path: " + file + " can be read by others than its owner: chmod 0400",
                refusal(production::open));
    }

    @Test
    void passphraseThatGoesIsMissed() {
        start(PASSPHRASE);
        assertEquals(
                "jwt.key.path: " + directory.resolve("jwt_private.pem")
                        + " is encrypted, but jwt.key.passphrase is not set",
                refusal(() -> start(Map.of())));
    }

    @Test
    void directoryThatCannotBeWrittenSaysWhatToDo() {
        Path mount = Path.of("/sys/kernel"); // nobody can, not even root
        Assumptions.assumeTrue(Files.isDirectory(mount), "only Linux has such a directory");
        assertEquals(
                "jwt.key.path: the key directory " + mount
                        + " cannot be written, and keys are rotated in it: copy the keys"
                        + " of a read-only mount into a directory of this service's own user, and name that",
                refusal(() -> start(Map.of("jwt.key.path", mount.toString()))));
    }
}

package com.amplihack.auth.keys.files;

import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.files.DirectoryLock;
import com.amplihack.auth.config.files.PrivateFiles;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.hsm.HsmKeys;
import com.amplihack.auth.keys.hsm.HsmUnavailableException;
import com.amplihack.auth.keys.ring.Jwks;
import com.amplihack.auth.keys.ring.KeyState;
import com.amplihack.auth.keys.ring.PrivateKeyStore;
import com.amplihack.auth.keys.ring.Ring;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.keys.ring.UnpublishedKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The key directory, shared by any number of processes: changes are atomic and made under a lock file. A private key is
 * stored before the ring lists it and destroyed after it has stopped signing, so that a crash leaves at most an orphan.
 */
public final class KeyDirectory {
    private static final Logger LOG = Logger.getLogger(KeyDirectory.class.getName());

    /** How long a private key is kept after it has stopped signing: other nodes may still use the older ring. */
    private static final Duration RETENTION = Duration.ofMinutes(1);

    private final Path path;
    private final KeySettings settings;
    private final KeyFiles files;
    private final Optional<HsmKeys> hsm;
    private final RingFile ringFile;

    /** @throws InvalidSettingException when an HSM is configured and cannot be used */
    public KeyDirectory(KeySettings settings, boolean production, InstantSource clock) {
        this.settings = settings;
        path = settings.path();
        files = new KeyFiles(settings, production);
        hsm = settings.hsm().map(present -> new HsmKeys(settings));
        ringFile = new RingFile(path, clock);
    }

    /** A change from one ring to the next, which may write key files first. */
    @FunctionalInterface
    public interface Step {
        Ring from(Ring ring) throws IOException;
    }

    /**
     * The ring before and after opening the directory.
     *
     * @param before empty when there was no ring
     */
    public record Opened(Ring before, Ring after) {}

    /** Whether opening it would generate an ACTIVE and a NEXT key in files. */
    public static boolean isEmpty(KeySettings settings) {
        return settings.hsm().isEmpty()
                && Files.notExists(settings.path().resolve(RingFile.NAME))
                && Files.notExists(settings.path().resolve(KeyFiles.FIRST));
    }

    /**
     * Reads the ring, or creates it from an existing or a new key pair, and completes it with an ACTIVE and a NEXT key.
     * Encrypts unencrypted private keys if a passphrase is set.
     *
     * @throws InvalidSettingException when the directory's content cannot be used
     */
    public Opened open(Instant now) {
        try {
            PrivateFiles.makeDirectory(path);
            return DirectoryLock.hold(path, () -> {
                try {
                    Ring before = Ring.EMPTY;
                    if (ringFile.exists()) {
                        before = read();
                    } else {
                        createRing(now);
                    }
                    Ring after = change(now, ring -> complete(ring, now));
                    encrypt(after, now);
                    return new Opened(before, after);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (HsmUnavailableException e) {
            throw new InvalidSettingException("jwt.key.store: " + e.getMessage());
        } catch (IOException e) {
            throw KeyFiles.unusable(path, e);
        }
    }

    /** The current text of ring.json, by which a change is detected. */
    public String text() throws IOException {
        return ringFile.text();
    }

    public Ring parse(String text) {
        return ringFile.parse(text);
    }

    public Ring read() throws IOException {
        return parse(text());
    }

    /** Applies a change under the lock, writes the ring if it differs, and removes obsolete files. */
    public Ring change(Instant now, Step step) throws IOException {
        return DirectoryLock.hold(path, () -> {
            try {
                Ring before = read();
                Ring after = step.from(before);
                if (!after.equals(before)) {
                    ringFile.write(after);
                }
                writeJwks(after);
                sweep(after, now);
                return after;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Loads the private key of an ACTIVE or NEXT key. */
    public SigningKey load(RingKey key) throws IOException {
        if (files.owns(key.file())) {
            return files.read(key);
        }
        return hsm.orElseThrow(() -> new InvalidSettingException(
                        "jwt.key.store must be pkcs11: the key " + key.kid() + " of the ring lies in an HSM"))
                .read(key);
    }

    /** See {@link PrivateKeyStore#make}. */
    public UnpublishedKey make() throws IOException {
        return home().make();
    }

    /** The HSM, if one is configured. */
    public Optional<HsmKeys> hsm() {
        return hsm;
    }

    /** Destroys HSM keys that no longer sign; needs no lock, since deleting an absent key does nothing. */
    public void sweepHsm(Ring ring, Instant now) {
        Instant cutoff = now.minus(RETENTION);
        hsm.ifPresent(keys -> ring.keys().stream()
                .filter(key -> keys.owns(key.file()) && !isKept(key, cutoff))
                .forEach(key -> keys.destroy(key.file())));
    }

    /** Stores a private key and adds it to the ring as NEXT; to be called within a {@link #change}. */
    public Ring publish(Ring ring, UnpublishedKey fresh, Instant now) throws IOException {
        fresh.keep();
        return ring.publish(fresh.key().jwk(), fresh.name(), now);
    }

    /** Only the first pair can exist without a ring: the ring is written before any later key is generated. */
    private void createRing(Instant now) throws IOException {
        if (files.hasLaterKeys() || (hsm.isPresent() && Files.exists(keySet()))) {
            throw new InvalidSettingException("jwt.key.path: " + path
                    + " holds keys of a ring, but no ring.json: restore it, or move the keys (and jwks.json) away to begin"
                    + " anew");
        }
        if (hsm.isPresent() && !files.exists(KeyFiles.FIRST)) {
            UnpublishedKey first = make();
            first.keep();
            ringFile.write(Ring.EMPTY.adopt(first.key().jwk(), first.name(), now));
        } else {
            SigningKey first = files.readOrMake();
            ringFile.write(Ring.EMPTY.adopt(first.jwk(), KeyFiles.FIRST, now));
        }
    }

    private PrivateKeyStore home() {
        return hsm.<PrivateKeyStore>map(keys -> keys).orElse(files);
    }

    /**
     * Whether the private key of a NEXT key exists in the configured key store; if not, it is replaced.
     *
     * @throws HsmUnavailableException when the HSM does not answer
     */
    public boolean isUsable(RingKey next) throws IOException {
        return home().owns(next.file()) && home().exists(next.file());
    }

    private void require(RingKey key) throws IOException {
        if (hsm.isPresent() && hsm.get().owns(key.file())) {
            hsm.get().require(key);
        } else {
            load(key);
        }
    }

    private Ring complete(Ring found, Instant now) throws IOException {
        Ring ring = found;
        if (ring.active().isPresent()) { // before a key is generated: it may be the wrong token
            require(ring.active().get());
        }
        if (ring.next().isPresent() && !isUsable(ring.next().get())) {
            ring = ring.withoutNext();
        }
        if (files.exists(KeyFiles.FIRST)
                && ring.keys().stream()
                        .noneMatch(key -> key.file().equals(KeyFiles.FIRST) && key.state() != KeyState.RETIRED)) {
            LOG.log(Level.WARNING, "{0} in {1} is no key of ring.json: it is not used", new Object[] {
                KeyFiles.FIRST, path
            });
        }
        if (ring.next().isEmpty()) {
            ring = publish(ring, make(), now);
        }
        if (ring.active().isEmpty()) { // the process that replaced a compromised key has died
            ring = ring.rotate(now, settings.grace());
            ring = publish(ring, make(), now);
            require(ring.active().orElseThrow());
        }
        require(ring.next().orElseThrow());
        if (!home().owns(ring.active().get().file())) {
            LOG.log(
                    Level.WARNING,
                    "Key {0} signs from its file until the next rotation: keys are made in the HSM now",
                    ring.active().get().kid());
        }
        return ring;
    }

    /** An interrupted start leaves the rest to the next one. */
    private void encrypt(Ring ring, Instant now) throws IOException {
        Instant cutoff = now.minus(RETENTION);
        List<Path> encrypted = files.encrypt(ring.keys().stream()
                .filter(key -> isKept(key, cutoff)) // the file of any other may hold another key by now
                .map(RingKey::file)
                .filter(files::owns)
                .toList());
        if (!encrypted.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Private keys lay in the clear and are encrypted with jwt.key.passphrase now: {0}. Copies of them, as in a"
                            + " backup, are not: rotate the keys, or destroy the copies",
                    encrypted);
        }
    }

    /** Written after the first ring.json. */
    private Path keySet() {
        return path.resolve("jwks.json");
    }

    /** For resource servers that read the key set from a file. */
    private void writeJwks(Ring ring) throws IOException {
        Path file = keySet();
        byte[] text = Jwks.of(ring.published()).bytes();
        if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), text)) {
            PrivateFiles.write(file, text, "r--r--r--");
        }
    }

    private void sweep(Ring ring, Instant now) throws IOException {
        Instant cutoff = now.minus(RETENTION);
        files.sweep(kid -> ring.find(kid).filter(key -> isKept(key, cutoff)).isPresent());
        for (RingKey key : ring.keys()) {
            if (key.file().equals(KeyFiles.FIRST) && !isKept(key, cutoff)) {
                files.sweepFirst(key.kid());
            }
        }
    }

    private static boolean isKept(RingKey key, Instant cutoff) {
        return key.state() == KeyState.ACTIVE
                || key.state() == KeyState.NEXT
                || key.signsUntil().filter(cutoff::isBefore).isPresent();
    }
}

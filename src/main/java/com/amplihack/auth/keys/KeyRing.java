package com.amplihack.auth.keys;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.files.PrivateFiles;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.keys.files.KeyDirectory;
import com.amplihack.auth.keys.files.KeyFiles;
import com.amplihack.auth.keys.hsm.HsmKeys;
import com.amplihack.auth.keys.ring.Jwks;
import com.amplihack.auth.keys.ring.RingKey;
import com.amplihack.auth.keys.ring.SigningKey;
import com.amplihack.auth.keys.ring.VerifyingKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * The keys that sign, verify and authenticate what this service issues, as this node knows them; the same on every node
 * of a key directory as soon as each has looked ({@link #refresh}).
 */
@Singleton
public class KeyRing {
    private static final Logger LOG = Logger.getLogger(KeyRing.class.getName());

    private static final long RETRY = Duration.ofSeconds(10).toNanos();

    private final Configuration configuration;
    private final InstantSource clock;
    private KeyDirectory directory;
    private KeyDirectory.Opened atStart;
    private final KeysInForce inForce;
    private volatile boolean readable = true;

    /** The text that is shown whole; empty while it is not. */
    private String shown = "";

    /** The text that could not be shown, and when to try again: a wrong passphrase costs half a second each time. */
    private String refused = "";

    private long retryAt;
    private byte[] handleKey;

    @Inject
    public KeyRing(Configuration configuration, InstantSource clock) {
        this.configuration = configuration;
        this.clock = clock;
        inForce = new KeysInForce(clock);
    }

    /** Reads or makes the keys and hands the public ones to MP-JWT. */
    @PostConstruct
    public void open() {
        Settings settings = configuration.settings();
        MpJwtConfigSource.open(settings.tokens());
        directory = new KeyDirectory(settings.keys(), settings.production(), clock);
        try {
            atStart = directory.open(clock.instant().truncatedTo(ChronoUnit.MILLIS));
            show(directory.text());
            handleKey = PrivateFiles.secret(settings.keys().path().resolve("handle.key"));
        } catch (IOException e) {
            close();
            throw KeyFiles.unusable(settings.keys().path(), e);
        } catch (RuntimeException refused) {
            close();
            throw refused;
        }
    }

    @PreDestroy
    void close() {
        directory.hsm().ifPresent(HsmKeys::close);
    }

    /**
     * Looks whether another node has changed the ring. What cannot be read changes nothing: the keys that were known
     * stay in force.
     */
    public synchronized void refresh() {
        String text = "";
        try {
            text = directory.text();
            if (text.equals(refused) && System.nanoTime() - retryAt < 0) {
                return;
            }
            if (!text.equals(shown)) {
                show(text);
            }
            refused = "";
            readable = true;
        } catch (IOException | InvalidSettingException unreadable) {
            if (readable) {
                LOG.log(Level.SEVERE, "The key ring cannot be read: what was known stays in force: {0}", unreadable);
            }
            readable = false;
            refused = text;
            retryAt = System.nanoTime() + RETRY;
        }
    }

    /**
     * Believes these no more, whatever the key directory says: it may be an older copy of itself. Holds at once, also while
     * the directory or an HSM hangs.
     */
    public void distrust(Set<String> kids) {
        inForce.distrust(kids);
    }

    /** Whether the last look at the key directory succeeded. */
    public boolean isReadable() {
        return readable;
    }

    /**
     * The one key that signs.
     *
     * @throws AuthException 503 in the seconds in which a compromised key has no successor yet
     */
    public SigningKey active() {
        return inForce.active()
                .orElseThrow(() -> new AuthException(
                        ErrorCode.STORE_UNAVAILABLE, "The signing key is being replaced: try again shortly."));
    }

    /** Bits of the longest key that signs, waits to sign, or is made next under the settings in force. */
    public int mostBits() {
        int made = configuration.settings().keys().size();
        return Stream.of(inForce.active(), inForce.next())
                .flatMap(Optional::stream)
                .mapToInt(SigningKey::bits)
                .reduce(made, Math::max);
    }

    /** The key that waits, if it is known already. */
    Optional<SigningKey> waiting() {
        return inForce.next();
    }

    /**
     * Which of {@link SigningKey#PROVIDERS} signs; empty in the seconds in which a compromised key has no successor yet.
     */
    public Optional<String> signingProvider() {
        return inForce.active().map(key -> key.provider().orElse("JDK"));
    }

    /** Opens an HSM that had failed anew, and has a key that lies in it try, if none was needed lately. */
    public void probe() {
        directory
                .hsm()
                .ifPresent(hsm -> hsm.probe(Stream.of(inForce.active(), inForce.next())
                        .flatMap(Optional::stream)
                        .filter(SigningKey::isInHsm)
                        .findFirst()));
    }

    /** Why the HSM does not sign, if there is one and it does not. */
    public Optional<String> hsmFault() {
        return directory.hsm().flatMap(HsmKeys::fault);
    }

    /** The key of that {@code kid}, if it is published. */
    public Optional<VerifyingKey> find(String kid) {
        return inForce.find(kid);
    }

    /** The key of that {@code kid} also when it has retired lately, but not when it was compromised. */
    public Optional<VerifyingKey> findEvenRetired(String kid) {
        return find(kid).or(() -> inForce.ring()
                .find(kid)
                .filter(key -> !key.compromised())
                .map(key -> VerifyingKey.of(key.jwk())));
    }

    /**
     * The key set. It is another object as soon as {@link #find} knows a key more or less: who remembers what a key has
     * verified compares it.
     */
    public Jwks jwks() {
        return inForce.jwks();
    }

    /** Every key that is remembered, the newest first. */
    public List<RingKey> keys() {
        return inForce.ring().keys();
    }

    /** 256 bits for the MACs of what we hand out and want back unchanged. */
    public byte[] handleKey() {
        return handleKey.clone();
    }

    /** What the start has made of the ring. */
    KeyDirectory.Opened atStart() {
        return atStart;
    }

    KeyDirectory directory() {
        return directory;
    }

    /**
     * First what no longer holds, then what takes longer: a private half that is encrypted costs half a second. Only a
     * ring that is shown whole counts as read.
     */
    private synchronized void show(String text) throws IOException {
        shown = "";
        inForce.show(directory.parse(text));
        for (RingKey key : inForce.lacking()) {
            inForce.add(directory.load(key));
        }
        shown = text;
    }
}

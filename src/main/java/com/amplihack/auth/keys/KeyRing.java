package com.amplihack.auth.keys;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.config.files.PrivateFiles;
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
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** This node's view of the signing keys, which {@link RingReader} brings up to date. */
@Singleton
public class KeyRing {
    private final Configuration configuration;
    private final InstantSource clock;
    private KeyDirectory directory;
    private KeyDirectory.Opened atStart;
    private final TrustedKeys inForce;
    private RingReader reader;
    private byte[] handleKey;

    @Inject
    public KeyRing(Configuration configuration, InstantSource clock) {
        this.configuration = configuration;
        this.clock = clock;
        inForce = new TrustedKeys(clock);
    }

    /** Loads or generates the keys and publishes the public ones to MP-JWT. */
    @PostConstruct
    public void open() {
        Settings settings = configuration.settings();
        MpJwtConfigSource.open(settings.tokens());
        directory = new KeyDirectory(settings.keys(), settings.production(), clock);
        try {
            atStart = directory.open(clock.instant().truncatedTo(ChronoUnit.MILLIS));
            reader = new RingReader(directory, inForce);
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

    /** Reloads the ring if another node has changed it. */
    public void refresh() {
        reader.refresh();
    }

    /**
     * Distrusts these keys at once, even while the directory or an HSM hangs, and even if the directory, restored
     * from a backup, does not list them as compromised.
     */
    public void distrust(Set<String> kids) {
        inForce.distrust(kids);
    }

    /** Whether the last {@link #refresh} could read the key directory. */
    public boolean isReadable() {
        return reader.isReadable();
    }

    /**
     * The ACTIVE key.
     *
     * @throws AuthException 503 in the seconds in which a compromised key has no successor yet
     */
    public SigningKey active() {
        return inForce.active()
                .orElseThrow(() -> new AuthException(
                        ErrorCode.STORE_UNAVAILABLE, "The signing key is being replaced: try again shortly."));
    }

    /** Size in bits of the longest of the ACTIVE key, the NEXT key and one generated under the current settings. */
    public int longestKeyBits() {
        int made = configuration.settings().keys().size();
        return Stream.of(inForce.active(), inForce.next())
                .flatMap(Optional::stream)
                .mapToInt(SigningKey::bits)
                .reduce(made, Math::max);
    }

    /** The NEXT key, once its private key is loaded. */
    Optional<SigningKey> waiting() {
        return inForce.next();
    }

    /** The one of {@link SigningKey#PROVIDERS} that signs; empty while a compromised key has no successor yet. */
    public Optional<String> signingProvider() {
        return inForce.active().map(key -> key.provider().orElse("JDK"));
    }

    /** Reconnects to an HSM that has failed, and test-signs with a key in it if none has signed recently. */
    public void probe() {
        directory
                .hsm()
                .ifPresent(hsm -> hsm.probe(Stream.of(inForce.active(), inForce.next())
                        .flatMap(Optional::stream)
                        .filter(SigningKey::isInHsm)
                        .findFirst()));
    }

    /** Why the HSM, if one is configured, cannot sign; empty while it can. */
    public Optional<String> hsmFault() {
        return directory.hsm().flatMap(HsmKeys::fault);
    }

    /** The published key with that {@code kid}. */
    public Optional<VerifyingKey> find(String kid) {
        return inForce.find(kid);
    }

    /** The key with that {@code kid}, published or recently retired, unless it is compromised. */
    public Optional<VerifyingKey> findIncludingRetired(String kid) {
        return find(kid).or(() -> inForce.ring()
                .find(kid)
                .filter(key -> !key.compromised())
                .map(key -> VerifyingKey.of(key.jwk())));
    }

    /**
     * The published key set: a new object whenever the set changes, so that caches of verified tokens can compare it by
     * identity.
     */
    public Jwks jwks() {
        return inForce.jwks();
    }

    /** Every key of the ring, retired ones included, newest first. */
    public List<RingKey> keys() {
        return inForce.ring().keys();
    }

    /** The 256-bit MAC key of refresh tokens and device cookies. */
    public byte[] handleKey() {
        return handleKey.clone();
    }

    /** The ring before and after startup. */
    KeyDirectory.Opened atStart() {
        return atStart;
    }

    KeyDirectory directory() {
        return directory;
    }
}

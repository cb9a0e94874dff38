package com.amplihack.auth.keys;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.InvalidSettingException;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.files.PrivateFiles;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The keys that sign, verify and authenticate what this service issues, as this node knows them; the same on every node
 * of a key directory as soon as each has looked ({@link #refresh}).
 */
@ApplicationScoped
public class KeyRing {
    private static final Logger LOG = Logger.getLogger(KeyRing.class.getName());

    private static final long RETRY = Duration.ofSeconds(10).toNanos();

    private Configuration configuration;
    private InstantSource clock;
    private KeyDirectory directory;
    private KeyDirectory.Opened atStart;
    private volatile Snapshot snapshot;
    private volatile boolean readable = true;

    /** The text that could not be shown, and when to try again: a wrong passphrase costs half a second each time. */
    private String refused = "";

    private long retryAt;
    private Set<String> dead = Set.of();
    private byte[] handleKey;

    /** For CDI. */
    public KeyRing() {}

    @Inject
    public KeyRing(Configuration configuration, InstantSource clock) {
        this.configuration = configuration;
        this.clock = clock;
    }

    /** Reads or makes the keys and hands the public ones to MP-JWT. */
    @PostConstruct
    public void open() {
        Settings settings = configuration.settings();
        MpJwtConfigSource.open(settings.tokens());
        directory = new KeyDirectory(settings.keys(), settings.production());
        try {
            atStart = directory.open(clock.instant().truncatedTo(ChronoUnit.MILLIS));
            show(directory.text());
            handleKey = PrivateFiles.secret(settings.keys().path().resolve("handle.key"));
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
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
            if (!text.equals(snapshot.text())) {
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

    /** Believes these no more, whatever the key directory says: it may be an older copy of itself. */
    public synchronized void distrust(Set<String> kids) {
        if (!dead.containsAll(kids)) {
            Set<String> more = new HashSet<>(dead);
            more.addAll(kids);
            dead = Set.copyOf(more);
            publish(Snapshot.of(trusted(snapshot.ring()), snapshot).readFrom(snapshot.text()));
        }
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
        return snapshot.active()
                .orElseThrow(() -> new AuthException(
                        ErrorCode.STORE_UNAVAILABLE, "The signing key is being replaced: try again shortly."));
    }

    /** The key that waits, if it is known already. */
    Optional<SigningKey> waiting() {
        return snapshot.next();
    }

    /**
     * Which of {@link SigningKey#PROVIDERS} signs; empty in the seconds in which a compromised key has no successor yet.
     */
    public Optional<String> signingProvider() {
        return snapshot.active().map(key -> key.provider().orElse("JDK"));
    }

    /** Has the key that signs try, if it lies in an HSM and was not needed lately; an HSM that had failed is opened anew. */
    public void probe() {
        directory.hsm().ifPresent(hsm -> snapshot.active().ifPresent(hsm::probe));
    }

    /** Why the HSM does not sign, if there is one and it does not. */
    public Optional<String> hsmFault() {
        return directory.hsm().flatMap(HsmKeys::fault);
    }

    /** The key of that {@code kid}, if it is published. */
    public Optional<VerifyingKey> find(String kid) {
        return Optional.ofNullable(snapshot.published().get(kid));
    }

    /** The key of that {@code kid} also when it has retired lately, but not when it was compromised. */
    public Optional<VerifyingKey> findEvenRetired(String kid) {
        return find(kid).or(() -> snapshot.ring()
                .find(kid)
                .filter(key -> !key.compromised())
                .map(key -> VerifyingKey.of(key.jwk())));
    }

    /**
     * The key set. It is another object as soon as {@link #find} knows a key more or less: who remembers what a key has
     * verified compares it.
     */
    public Jwks jwks() {
        return snapshot.jwks();
    }

    /** Every key that is remembered, the newest first. */
    public List<RingKey> keys() {
        return snapshot.ring().keys();
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
        Ring ring = trusted(directory.parse(text));
        publish(Snapshot.of(ring, snapshot));
        Optional<RingKey> active = ring.active();
        if (active.isPresent() && snapshot.active().isEmpty()) {
            publish(snapshot.signedBy(directory.load(active.get())));
        }
        Optional<RingKey> next = ring.next();
        if (next.isPresent() && snapshot.next().isEmpty()) {
            publish(snapshot.followedBy(directory.load(next.get())));
        }
        publish(snapshot.readFrom(text));
    }

    private Ring trusted(Ring ring) {
        Ring trusted = ring;
        for (String kid : dead) {
            trusted = trusted.kill(kid, clock.instant());
        }
        return trusted;
    }

    private void publish(Snapshot shown) {
        snapshot = shown;
        MpJwtConfigSource.publish(shown.jwks().text());
    }

    /**
     * Keys and key set change together, in one write.
     *
     * @param text that it was read from; empty while it is not whole
     * @param active the key that signs, unless its private half is still to be read
     * @param next the same of the key that waits
     */
    private record Snapshot(
            String text,
            Ring ring,
            Optional<SigningKey> active,
            Optional<SigningKey> next,
            Map<String, VerifyingKey> published,
            Jwks jwks) {
        static Snapshot of(Ring ring, Snapshot before) {
            Map<String, VerifyingKey> published = ring.published().stream()
                    .map(key -> VerifyingKey.of(key.jwk()))
                    .collect(Collectors.toUnmodifiableMap(VerifyingKey::kid, Function.identity()));
            Jwks jwks = Jwks.of(ring.published());
            return before == null
                    ? new Snapshot("", ring, Optional.empty(), Optional.empty(), published, jwks)
                    : new Snapshot(
                            "",
                            ring,
                            before.known(ring.active()),
                            before.known(ring.next()),
                            published,
                            before.jwks().equals(jwks) ? before.jwks() : jwks);
        }

        Snapshot signedBy(SigningKey key) {
            return new Snapshot(text, ring, Optional.of(key), next, published, jwks);
        }

        Snapshot followedBy(SigningKey key) {
            return new Snapshot(text, ring, active, Optional.of(key), published, jwks);
        }

        Snapshot readFrom(String whole) {
            return new Snapshot(whole, ring, active, next, published, jwks);
        }

        private Optional<SigningKey> known(Optional<RingKey> wanted) {
            return Stream.of(active, next)
                    .flatMap(Optional::stream)
                    .filter(key -> wanted.filter(other -> other.kid().equals(key.kid()))
                            .isPresent())
                    .findFirst();
        }
    }
}

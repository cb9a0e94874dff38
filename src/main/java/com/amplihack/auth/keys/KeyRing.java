package com.amplihack.auth.keys;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.Settings;
import com.amplihack.auth.files.PrivateFiles;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** The keys that sign, verify and authenticate what this service issues; the same on every node of a key directory. */
@ApplicationScoped
public class KeyRing {
    private Configuration configuration;
    private volatile Published published;
    private byte[] handleKey;

    /** For CDI. */
    public KeyRing() {}

    @Inject
    public KeyRing(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Reads or makes the keys and hands the public ones to MP-JWT. */
    @PostConstruct
    public void open() {
        Settings settings = configuration.settings();
        published = Published.of(new KeyFiles(settings.keys(), settings.production()).readOrMake());
        JwksConfigSource.publish(jwks().text());
        try {
            handleKey = PrivateFiles.secret(settings.keys().path().resolve("handle.key"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one key that signs. */
    public SigningKey active() {
        return published.active();
    }

    /** The key of that {@code kid}, if it is published. */
    public Optional<SigningKey> find(String kid) {
        SigningKey active = published.active();
        return active.kid().equals(kid) ? Optional.of(active) : Optional.empty();
    }

    /**
     * The key set. It is another object as soon as {@link #find} knows a key more or less, and not before: who remembers
     * what a key has verified compares it.
     */
    public Jwks jwks() {
        return published.jwks();
    }

    /** 256 bits for the MACs of what we hand out and want back unchanged. */
    public byte[] handleKey() {
        return handleKey.clone();
    }

    /** Keys and key set change together, in one write. */
    private record Published(SigningKey active, Jwks jwks) {
        static Published of(SigningKey active) {
            return new Published(active, Jwks.of(List.of(active)));
        }
    }
}

package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.SettingsReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Storage and rotation of the signing keys.
 *
 * @param path the key directory ({@code jwt.key.path})
 * @param hsm the HSM that generates and keeps private keys; empty if they are files ({@code jwt.key.store})
 * @param passphrase that encrypts private key files
 * @param size of new keys in bits, 2048 to 8192
 * @param rotation how long a key signs ({@code jwt.key.rotation.days}); zero disables automatic rotation
 * @param publish how long a key is published before it may sign ({@code jwt.key.publish.seconds})
 * @param grace how long a key stays published after its last token has expired ({@code jwt.key.grace.hours})
 */
public record KeySettings(
        Path path,
        Optional<Hsm> hsm,
        Optional<Secret> passphrase,
        int size,
        Duration rotation,
        Duration publish,
        Duration grace) {
    /**
     * The PKCS#11 token that holds the private keys ({@code jwt.key.store=pkcs11}).
     *
     * @param library the vendor's PKCS#11 library
     * @param slot the token's slot number
     * @param pin the token's user PIN
     */
    public record Hsm(Path library, int slot, Secret pin) {
        static Hsm read(SettingsReader from) {
            return new Hsm(
                    from.path("jwt.key.pkcs11.library"),
                    from.integer("jwt.key.pkcs11.slot", 0, Integer.MAX_VALUE),
                    from.requiredSecret("jwt.key.pkcs11.pin"));
        }
    }

    private enum Store {
        FILE,
        PKCS11
    }

    /** Exceeds the JWKS's {@code max-age=60} and the time in which nodes load a new key. */
    private static final int MIN_PUBLISH_SECONDS = 70;

    /** Exceeds this server's own key caches, the only ones in development. */
    private static final int MIN_PUBLISH_SECONDS_IN_DEVELOPMENT = 5;

    static KeySettings read(SettingsReader from, boolean production) {
        int leastPublish = production ? MIN_PUBLISH_SECONDS : MIN_PUBLISH_SECONDS_IN_DEVELOPMENT;
        return new KeySettings(
                from.path("jwt.key.path"),
                from.choice("jwt.key.store", Store.class) == Store.PKCS11
                        ? Optional.of(Hsm.read(from))
                        : Optional.empty(),
                from.secret("jwt.key.passphrase"),
                from.integer("jwt.key.size", 2048, 8192),
                Duration.ofDays(from.integer("jwt.key.rotation.days", 0, 3650)),
                Duration.ofSeconds(from.integer("jwt.key.publish.seconds", leastPublish, 604_800)),
                Duration.ofHours(from.integer("jwt.key.grace.hours", 0, 8760)));
    }
}

package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.SettingsReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the signing keys live, and when one follows another.
 *
 * @param path the key directory ({@code jwt.key.path})
 * @param hsm where private halves are made and stay; empty when they are files of the key directory
 *     ({@code jwt.key.store})
 * @param passphrase of the private keys' files, if they have one
 * @param size of a key that is made here, in bits, 2048 to 8192
 * @param rotation how long a key signs ({@code jwt.key.rotation.days}); zero: until somebody rotates by hand
 * @param publish how long a key is published before it may sign ({@code jwt.key.publish.seconds})
 * @param grace how long a key stays published after the last token that it signed has expired
 *     ({@code jwt.key.grace.hours})
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
     * The token of an HSM that holds the private halves of the signing keys ({@code jwt.key.store=pkcs11}).
     *
     * @param library the vendor's PKCS#11 library
     * @param slot number of the slot that the token is in
     * @param pin of the token's user
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

    /** Longer than any cache may keep the key set ({@code max-age=60}), and than nodes need to hear of a key. */
    private static final int LEAST_PUBLISH_SECONDS = 70;

    /** Longer than this server's own caches of keys, which are all that a developer has. */
    private static final int LEAST_PUBLISH_SECONDS_IN_DEVELOPMENT = 5;

    static KeySettings read(SettingsReader from, boolean production) {
        int leastPublish = production ? LEAST_PUBLISH_SECONDS : LEAST_PUBLISH_SECONDS_IN_DEVELOPMENT;
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

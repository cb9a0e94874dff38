package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.source.Setting;
import com.amplihack.auth.config.source.SettingsReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
        private static final Setting<Path> LIBRARY = Setting.path("jwt.key.pkcs11.library")
                .example("/usr/lib/softhsm/libsofthsm2.so")
                .says("the vendor's PKCS#11 library; must be set with `pkcs11`");
        private static final Setting<Integer> SLOT = Setting.integer("jwt.key.pkcs11.slot", "", 0, Integer.MAX_VALUE)
                .example("0")
                .says("the slot of the token; must be set with `pkcs11`");
        private static final Setting<Secret> PIN = Setting.secret("jwt.key.pkcs11.pin")
                .example("${ALIAS=auth-hsm}")
                .says("the PIN of the token's user; must be set with `pkcs11`");

        static Optional<Hsm> read(SettingsReader from, boolean inUse) {
            if (inUse) {
                return Optional.of(new Hsm(from.read(LIBRARY), from.read(SLOT), from.read(PIN)));
            }
            List.of(LIBRARY, SLOT, PIN).forEach(from::find); // they are documented all the same
            return Optional.empty();
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

    private static final Setting<Path> PATH = Setting.path("jwt.key.path")
            .byDefault("${auth.home}/keys")
            .says("the key directory, created with mode 0700; it must be writable, since keys are rotated in it"
                    + " (docs/runbooks/install.md#keys-from-a-read-only-mount)");
    private static final Setting<Store> STORE = Setting.choice("jwt.key.store", Store.class)
            .byDefault("file")
            .says(
                    "`file`: private keys are files of the key directory; `pkcs11`: they are made in an HSM and stay there"
                            + " (docs/hsm.md)");
    private static final Setting<Secret> PASSPHRASE = Setting.secret("jwt.key.passphrase")
            .example("${ALIAS=auth-key-passphrase}")
            .says(
                    "encrypts the private key files; the log warns when it is not set. Set later, it encrypts the unencrypted"
                            + " keys at that start (docs/adr/0046-passphrase-over-clear-keys.md). Without it a start with encrypted"
                            + " keys fails");
    private static final Setting<Integer> SIZE = Setting.integer("jwt.key.size", "bits", 2048, 8192)
            .byDefault("4096")
            .says("the size of new keys");
    private static final Setting<Integer> ROTATION = Setting.integer("jwt.key.rotation.days", "days", 0, 3650)
            .byDefault("90")
            .says("how long a key signs before the next one takes over; 0 turns the schedule off"
                    + " (docs/runbooks/key-rotation.md)");
    private static final Setting<Integer> PUBLISH = publish(MIN_PUBLISH_SECONDS);
    private static final Setting<Integer> PUBLISH_IN_DEVELOPMENT = publish(MIN_PUBLISH_SECONDS_IN_DEVELOPMENT);
    private static final Setting<Integer> GRACE = Setting.integer("jwt.key.grace.hours", "hours", 0, 8760)
            .byDefault("24")
            .says("how long a key stays published after the last token that it signed has expired");

    static KeySettings read(SettingsReader from, boolean production) {
        return new KeySettings(
                from.read(PATH),
                Hsm.read(from, from.read(STORE) == Store.PKCS11),
                from.find(PASSPHRASE),
                from.read(SIZE),
                Duration.ofDays(from.read(ROTATION)),
                Duration.ofSeconds(from.read(production ? PUBLISH : PUBLISH_IN_DEVELOPMENT)),
                Duration.ofHours(from.read(GRACE)));
    }

    private static Setting<Integer> publish(int least) {
        return Setting.integer("jwt.key.publish.seconds", "seconds", least, 604_800)
                .byDefault("600")
                .says(
                        "how long a key is published before it may sign; in production at least 70. It must be longer than"
                                + " any verifier caches the key set: HTTP caches may keep it for 60 s, many libraries for 5 min,"
                                + " Payara's MP-JWT for 6 min");
    }
}

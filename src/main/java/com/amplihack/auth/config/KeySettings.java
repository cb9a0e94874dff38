package com.amplihack.auth.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the signing keys live.
 *
 * @param path the key directory ({@code jwt.key.path})
 * @param passphrase of the private key's file, if it has one
 * @param size of a key that is made here, in bits, 2048 to 8192
 */
public record KeySettings(Path path, Optional<Secret> passphrase, int size) {
    static KeySettings read(SettingsReader from) {
        return new KeySettings(
                from.path("jwt.key.path"), from.secret("jwt.key.passphrase"), from.integer("jwt.key.size", 2048, 8192));
    }
}

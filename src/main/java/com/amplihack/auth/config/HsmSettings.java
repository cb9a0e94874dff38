package com.amplihack.auth.config;

import java.nio.file.Path;

/**
 * The token of an HSM that holds the private halves of the signing keys ({@code jwt.key.store=pkcs11}).
 *
 * @param library the vendor's PKCS#11 library
 * @param slot number of the slot that the token is in
 * @param pin of the token's user
 */
public record HsmSettings(Path library, int slot, Secret pin) {
    static HsmSettings read(SettingsReader from) {
        return new HsmSettings(
                from.path("jwt.key.pkcs11.library"),
                from.integer("jwt.key.pkcs11.slot", 0, Integer.MAX_VALUE),
                from.requiredSecret("jwt.key.pkcs11.pin"));
    }
}

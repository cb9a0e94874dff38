package com.amplihack.auth.users.login;

import java.util.Optional;

/** The device cookies of a login, which show that the device has signed in before. */
@FunctionalInterface
public interface PresentedDevices {
    /** No device cookie. */
    PresentedDevices NONE = (accountId, passwordVersion) -> Optional.empty();

    /** The nonce of a device that has signed in to this account with its current password. */
    Optional<String> nonceFor(String accountId, long passwordVersion);
}

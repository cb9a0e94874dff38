package com.amplihack.auth.users.login;

import java.util.Optional;

/** What a login brings along to show that it comes from a device that has signed in before. */
@FunctionalInterface
public interface PresentedDevices {
    /** Nothing at all. */
    PresentedDevices NONE = (accountId, passwordVersion) -> Optional.empty();

    /** The nonce of a device that has signed in to this account since its password was last changed. */
    Optional<String> nonceFor(String accountId, long passwordVersion);
}

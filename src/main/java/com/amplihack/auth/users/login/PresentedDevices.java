package com.amplihack.auth.users.login;

import java.util.List;
import java.util.Optional;

/** What a login presents of its past: the cookies of a device that has signed in before, and proofs of sessions. */
@FunctionalInterface
public interface PresentedDevices {
    /** No device cookie. */
    PresentedDevices NONE = (accountId, passwordVersion) -> Optional.empty();

    /** The nonce of a device that has signed in to this account with its current password. */
    Optional<String> nonceFor(String accountId, long passwordVersion);

    /** Ids of sessions, alive or not, whose handles were presented. */
    default List<String> sessions() {
        return List.of();
    }

    /** Adds sessions whose handles were presented. */
    default PresentedDevices with(List<String> sids) {
        PresentedDevices devices = this;
        return new PresentedDevices() {
            @Override
            public Optional<String> nonceFor(String accountId, long passwordVersion) {
                return devices.nonceFor(accountId, passwordVersion);
            }

            @Override
            public List<String> sessions() {
                return List.copyOf(sids);
            }
        };
    }
}

package com.amplihack.auth.users;

import com.amplihack.auth.config.source.Secret;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * An administrator's change of an account; empty fields stay unchanged.
 *
 * @param username the account's new name
 * @param further changes what follows no rule of its own; may run several times
 */
public record AccountChange(
        Optional<Secret> password,
        Optional<Set<String>> roles,
        Optional<Set<String>> permissions,
        Optional<Boolean> enabled,
        Optional<Boolean> mustChangePassword,
        Optional<Username> username,
        Consumer<Account> further) {
    /** A change of none but these. */
    public AccountChange(
            Optional<Secret> password,
            Optional<Set<String>> roles,
            Optional<Set<String>> permissions,
            Optional<Boolean> enabled,
            Optional<Boolean> mustChangePassword) {
        this(password, roles, permissions, enabled, mustChangePassword, Optional.empty(), account -> {});
    }

    /** Whether access tokens may carry outdated rights afterwards. */
    public boolean touchesRights() {
        return roles.isPresent() || permissions.isPresent();
    }

    /** Whether access tokens may say something else than the account afterwards. */
    boolean outdatesTokens() {
        return touchesRights() || mustChangePassword.isPresent() || username.isPresent();
    }

    /** Whether its API keys may be good again. */
    boolean enables() {
        return enabled.orElse(false);
    }

    /** Whether the account's sessions must end: it is disabled, or its password is reset. */
    boolean endsSessions() {
        return password.isPresent() || enabled.filter(may -> !may).isPresent();
    }
}

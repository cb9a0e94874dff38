package com.amplihack.auth.users;

import com.amplihack.auth.config.source.Secret;
import java.util.Optional;
import java.util.Set;

/** An administrator's change of an account; empty fields stay unchanged. */
public record AccountChange(
        Optional<Secret> password,
        Optional<Set<String>> roles,
        Optional<Set<String>> permissions,
        Optional<Boolean> enabled,
        Optional<Boolean> mustChangePassword) {
    /** Whether access tokens may carry outdated rights afterwards. */
    public boolean touchesRights() {
        return roles.isPresent() || permissions.isPresent();
    }

    /** Whether access tokens may say something else than the account afterwards. */
    boolean outdatesTokens() {
        return touchesRights() || mustChangePassword.isPresent();
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

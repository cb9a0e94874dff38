package com.amplihack.auth.users;

import com.amplihack.auth.config.source.Secret;
import java.util.Optional;
import java.util.Set;

/** What an administrator changes of an account; what is empty stays as it is. */
public record AccountChange(
        Optional<Secret> password,
        Optional<Set<String>> roles,
        Optional<Set<String>> permissions,
        Optional<Boolean> enabled) {
    /** Whether access tokens say something that may no longer be true. */
    public boolean touchesRights() {
        return roles.isPresent() || permissions.isPresent();
    }

    /** Whether nobody may go on with the sessions that there are: disabled, or a password that was reset. */
    boolean endsSessions() {
        return password.isPresent() || enabled.filter(may -> !may).isPresent();
    }
}

package com.amplihack.auth.users;

import com.amplihack.auth.config.source.Secret;
import jakarta.persistence.EntityManager;
import java.util.Optional;
import java.util.Set;

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
        Step further) {
    /** A further step of a change, in the transaction that makes it. */
    @FunctionalInterface
    public interface Step {
        /** Nothing more. */
        Step NONE = (transaction, account) -> {};

        /**
         * Does more; may run several times.
         *
         * @param account that is stored; of a deletion, as it was
         * @throws com.amplihack.auth.problem.AuthException when that is not allowed; nothing is stored
         */
        void apply(EntityManager transaction, Account account);

        /** Both, one after the other. */
        default Step then(Step next) {
            return (transaction, account) -> {
                apply(transaction, account);
                next.apply(transaction, account);
            };
        }
    }

    /** A change of none but these. */
    public AccountChange(
            Optional<Secret> password,
            Optional<Set<String>> roles,
            Optional<Set<String>> permissions,
            Optional<Boolean> enabled,
            Optional<Boolean> mustChangePassword) {
        this(password, roles, permissions, enabled, mustChangePassword, Optional.empty(), Step.NONE);
    }

    /** Nothing but a further step. */
    public static AccountChange further(Step step) {
        return new AccountChange(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                step);
    }

    /** This change, without the new name if the account is spelt like that already. */
    public AccountChange unlessNamed(String current) {
        return new AccountChange(
                password,
                roles,
                permissions,
                enabled,
                mustChangePassword,
                username.filter(name -> !name.shown().equals(current)),
                further);
    }

    /** That step, and then those of this change. */
    AccountChange after(Step first) {
        return new AccountChange(
                password, roles, permissions, enabled, mustChangePassword, username, first.then(further));
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

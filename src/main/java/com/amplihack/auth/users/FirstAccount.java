package com.amplihack.auth.users;

import com.amplihack.auth.config.AccountSettings;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.users.password.PasswordPolicy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;

/** Creates the first administrator if there is no account. */
@Singleton
public class FirstAccount {
    private final AccountDirectory directory;
    private final AccountAdministration administration;
    private final Configuration configuration;

    @Inject
    public FirstAccount(AccountDirectory directory, AccountAdministration administration, Configuration configuration) {
        this.directory = directory;
        this.administration = administration;
        this.configuration = configuration;
    }

    /**
     * Creates the account if there is none.
     *
     * @return a line to show to the operator once, with the password if it was generated; empty when an account exists
     */
    public Optional<String> createIfNone() {
        if (!directory.isEmpty()) {
            return Optional.empty();
        }
        AccountSettings first = configuration.settings().accounts();
        Secret password = first.password().orElseGet(PasswordPolicy::random);
        try {
            if (administration
                    .createFirst(first.username(), password, Set.of(Account.ADMIN, "user"))
                    .isEmpty()) {
                return Optional.empty(); // another node was faster
            }
        } catch (AuthException refused) {
            if (refused.code().status() == 400) {
                String which = refused.code() == ErrorCode.WEAK_PASSWORD ? "password" : "username";
                throw new InvalidSettingException(
                        "auth.bootstrap." + which + " cannot be used: " + refused.getMessage());
            }
            throw refused;
        }
        String shown = first.password().isPresent() ? "as configured" : password.reveal();
        return Optional.of("First account: " + first.username() + ", password: " + shown);
    }
}

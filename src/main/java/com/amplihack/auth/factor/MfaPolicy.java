package com.amplihack.auth.factor;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Role;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Collections;

/** Who must have a second factor: {@code auth.mfa}, as it is now. */
@Singleton
public class MfaPolicy {
    private final Configuration configuration;
    private final Factors factors;

    @Inject
    public MfaPolicy(Configuration configuration, Factors factors) {
        this.configuration = configuration;
        this.factors = factors;
    }

    /** Whether whoever has these rights must have a second factor. */
    public boolean requires(Collection<String> roles, Collection<String> permissions) {
        return switch (configuration.settings().factors().mode()) {
            case OPTIONAL -> false;
            case ADMINS -> roles.contains(Account.ADMIN) || !Collections.disjoint(permissions, Role.ADMINISTRATION);
            case REQUIRED -> true;
        };
    }

    /** Whether a session of the account may do nothing but get a second factor. */
    public boolean mustEnroll(Account account, SignInFacts signIn) {
        return !signIn.isMfa() && requires(account.roles(), account.permissions()) && !factors.has(account.id());
    }
}

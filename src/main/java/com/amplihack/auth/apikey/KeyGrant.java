package com.amplihack.auth.apikey;

import com.amplihack.auth.store.budget.Budget;
import java.time.Instant;
import java.util.List;

/**
 * What a live API key may do: the database's row joined with its account as it is now.
 *
 * @param keyId see {@link ApiKey#id}
 * @param hash see {@link ApiKey#hash}
 * @param subject the account's id
 * @param username the account's name
 * @param roles the account's; empty for a key with permissions of its own, which must not act with more than those
 * @param permissions those of the key that the account still has; the account's for a key without
 * @param models globs of the models that it may ask for; empty for all
 * @param cidrs address ranges that it may be used from; empty for all
 * @param expiresAt when it ends
 * @param budgets the key's, its account's and those of its account's roles
 */
public record KeyGrant(
        String keyId,
        String hash,
        String subject,
        String username,
        List<String> roles,
        List<String> permissions,
        List<String> models,
        List<String> cidrs,
        Instant expiresAt,
        List<Budget> budgets) {
    public KeyGrant {
        roles = List.copyOf(roles);
        permissions = List.copyOf(permissions);
        models = List.copyOf(models);
        cidrs = List.copyOf(cidrs);
        budgets = List.copyOf(budgets);
    }
}

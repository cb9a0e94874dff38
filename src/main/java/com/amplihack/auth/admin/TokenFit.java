package com.amplihack.auth.admin;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.TokenIssuer;
import com.amplihack.auth.users.AccountDirectory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Refuses rights that would make a token which verification then refuses for its length (FAULTS.md 35). */
@ApplicationScoped
public class TokenFit {
    private static final Pattern PERMISSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:*/-]*");

    @Inject
    private TokenIssuer issuer;

    @Inject
    private AccountDirectory accounts;

    /**
     * Permissions travel in headers and lists: letters, digits and {@code . _ : * / -}, nothing that separates or breaks a
     * line.
     */
    static Set<String> wellFormed(Set<String> permissions) {
        for (String permission : permissions) {
            if (!PERMISSION.matcher(permission).matches()) {
                throw new AuthException(
                        ErrorCode.INVALID_REQUEST,
                        "permissions: each is letters, digits and . _ : * / - that start with a letter or digit.");
            }
        }
        return permissions;
    }

    static Optional<Set<String>> wellFormed(Optional<Set<String>> permissions) {
        return permissions.map(TokenFit::wellFormed);
    }

    /** Of an account with these roles and permissions of its own. */
    void require(String username, Set<String> roles, Set<String> ownPermissions) {
        require(username, roles, accounts.effectivePermissions(roles, ownPermissions));
    }

    /** Of an account with these roles that may do all this. */
    void require(String username, Collection<String> roles, List<String> effectivePermissions) {
        if (!issuer.fits(username, List.copyOf(roles), effectivePermissions)) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST,
                    "permissions: together with the roles those of " + username + " do not fit a token.");
        }
    }
}

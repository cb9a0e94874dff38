package com.amplihack.auth.admin;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.TokenIssuer;
import com.amplihack.auth.users.RightsCheck;
import com.amplihack.auth.users.Role;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Refuses rights that do not fit into an access token of the maximum length (docs/specification.md, fault 35). */
@Singleton
public class TokenSizeCheck implements RightsCheck {
    private final TokenIssuer issuer;

    @Inject
    public TokenSizeCheck(TokenIssuer issuer) {
        this.issuer = issuer;
    }

    /** Allows letters, digits and {@code . _ : * / -}, as permissions go into headers and lists. */
    static Set<String> wellFormed(Set<String> permissions) {
        for (String permission : permissions) {
            if (!Role.isPermission(permission)) {
                throw new AuthException(
                        ErrorCode.INVALID_REQUEST,
                        "permissions: each must be letters, digits and . _ : * / - and start with a letter or digit.");
            }
        }
        return permissions;
    }

    static Optional<Set<String>> wellFormed(Optional<Set<String>> permissions) {
        return permissions.map(TokenSizeCheck::wellFormed);
    }

    @Override
    public void require(String username, List<String> roles, List<String> permissions) {
        if (!issuer.fits(username, roles, permissions)) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST,
                    "permissions: roles and permissions of " + username + " do not fit into a token.");
        }
    }
}

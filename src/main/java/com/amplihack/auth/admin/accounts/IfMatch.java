package com.amplihack.auth.admin.accounts;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.token.Sha256;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.RightsCheck;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The condition {@code If-Match} (RFC 9110 section 13.1.1) of a change of an account, checked inside the transaction that
 * makes the change, after the caller's rights.
 */
public final class IfMatch implements RightsCheck {
    /** RFC 9110 section 8.8.3; empty elements of the list are allowed (section 5.6.1). */
    private static final Pattern TAG =
            Pattern.compile("[ \\t]*(?:(W/)?(\"[\\x21\\x23-\\x7e\\x80-\\xff]*\")[ \\t]*)?(?:,|\\z)");

    private final RightsCheck rights;
    private final Set<String> strongTags;

    private IfMatch(RightsCheck rights, Set<String> strongTags) {
        this.rights = rights;
        this.strongTags = strongTags;
    }

    /**
     * The entity tag of an account: another one after every change that an administrator or the account's owner makes, and
     * after a change of its roles. Sign-ins and locks leave it as it is.
     */
    public static String tag(Account account) {
        return '"'
                + Sha256.of(account.version() + "\n" + account.enabled() + "\n" + String.join(" ", account.roles())
                                + "\n" + String.join(" ", account.ownPermissions()))
                        .substring(0, 22)
                + '"';
    }

    /**
     * Adds a request's condition to a rule; {@code *} holds for every account, a weak tag for none.
     *
     * @throws AuthException {@code invalid_request} when the header is malformed
     */
    public static RightsCheck of(HttpServletRequest request, RightsCheck rights) {
        List<String> headers = Collections.list(request.getHeaders("If-Match"));
        if (headers.isEmpty() || headers.equals(List.of("*"))) {
            return rights;
        }
        return new IfMatch(rights, strongTags(String.join(",", headers)));
    }

    private static Set<String> strongTags(String list) {
        Set<String> strong = new HashSet<>();
        boolean any = false;
        Matcher next = TAG.matcher(list);
        int end = 0;
        while (end < list.length()) {
            if (!next.find(end) || next.start() != end) {
                throw malformed();
            }
            end = next.end();
            any |= next.group(2) != null;
            if (next.group(1) == null && next.group(2) != null) {
                strong.add(next.group(2));
            }
        }
        if (!any) {
            throw malformed();
        }
        return strong;
    }

    private static AuthException malformed() {
        return new AuthException(
                ErrorCode.INVALID_REQUEST, "If-Match: must be * or entity tags in quotes, separated by commas.");
    }

    @Override
    public void requireCaller(Function<String, Optional<Account>> accounts) {
        rights.requireCaller(accounts);
    }

    @Override
    public void requireChangeable(Account before) {
        rights.requireChangeable(before);
        if (!strongTags.contains(tag(before))) {
            throw new AuthException(
                    ErrorCode.PRECONDITION_FAILED, "The account has changed: read it again, then decide.");
        }
    }

    @Override
    public void require(String username, List<String> roles, List<String> permissions) {
        rights.require(username, roles, permissions);
    }
}

package com.amplihack.auth.admin.accounts;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.util.Locale;
import java.util.regex.Pattern;

/** The account's id in a path. */
public final class AccountPath {
    /** RFC 9562 section 4: case-insensitive on input, lower case on output. */
    private static final Pattern UUID_FORM = Pattern.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");

    private AccountPath() {}

    /**
     * Validates and normalizes an id, as it becomes part of a store key.
     *
     * @throws AuthException {@code not_found}
     */
    public static String uuid(String path) {
        if (!isId(path)) {
            throw noSuchUser();
        }
        return path.toLowerCase(Locale.ROOT);
    }

    public static boolean isId(String text) {
        return UUID_FORM.matcher(text).matches();
    }

    public static AuthException noSuchUser() {
        return new AuthException(ErrorCode.NOT_FOUND, "There is no account with this id.");
    }
}

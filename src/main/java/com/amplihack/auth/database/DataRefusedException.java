package com.amplihack.auth.database;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;

/**
 * The database has answered that it does not take what it was given: a value that it cannot hold, or a constraint that does not
 * hold (SQL:2016 part 2, section 24.1, classes 22 and 23). Nothing was stored, and a retry would not help.
 */
public final class DataRefusedException extends AuthException {
    private static final long serialVersionUID = 1;

    DataRefusedException(Throwable cause) {
        super(ErrorCode.STORE_UNAVAILABLE, "The account database does not take it.", cause);
    }
}

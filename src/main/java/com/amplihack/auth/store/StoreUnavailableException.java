package com.amplihack.auth.store;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;

/** The store did not answer: 503 with {@code Retry-After}; the client keeps its cookies and tries again. */
public class StoreUnavailableException extends AuthException {
    private static final long serialVersionUID = 1;

    public StoreUnavailableException(Throwable cause) {
        this("The session store does not answer.", cause);
    }

    public StoreUnavailableException(String sentence, Throwable cause) {
        super(ErrorCode.STORE_UNAVAILABLE, sentence, cause);
    }
}

package com.amplihack.auth.proxy;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;

/** The refusal of a body beyond {@code auth.proxy.max.body.mib}. */
final class TooLarge {
    private TooLarge() {}

    static AuthException of(long most) {
        return new AuthException(ErrorCode.TOO_LARGE, "A body has at most " + most / 1_048_576 + " MiB here.");
    }
}

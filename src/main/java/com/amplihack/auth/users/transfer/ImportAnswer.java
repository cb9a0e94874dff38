package com.amplihack.auth.users.transfer;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.users.Account;
import java.util.Optional;

/**
 * What became of one line.
 *
 * @param number of the line, from 1
 * @param username as far as it could be read
 * @param userId of the account, if there is one now or would be
 * @param administrator whether the line gives the role {@code admin}
 * @param refusal of a failed line
 */
public record ImportAnswer(
        long number,
        Status status,
        Optional<String> username,
        Optional<String> userId,
        boolean administrator,
        Optional<AuthException> refusal) {
    /** Its name in lower case is the answer's {@code status}. */
    public enum Status {
        CREATED,
        UPDATED,
        UNCHANGED,
        /** The account is there and differs, and was not to be updated. */
        EXISTS,
        FAILED
    }

    static ImportAnswer failed(long number, Optional<String> username, AuthException refusal) {
        return new ImportAnswer(number, Status.FAILED, username, Optional.empty(), false, Optional.of(refusal));
    }

    static ImportAnswer of(ImportedAccount line, Status status, String userId) {
        return new ImportAnswer(
                line.number(),
                status,
                Optional.of(line.name().shown()),
                Optional.of(userId),
                line.roles().filter(roles -> roles.contains(Account.ADMIN)).isPresent(),
                Optional.empty());
    }

    /** Whether an account that was there is another now, or a new one administers. */
    public boolean isNotable() {
        return status == Status.UPDATED || (status == Status.CREATED && administrator);
    }

    static ImportAnswer failed(ImportedAccount line, AuthException refusal) {
        return failed(line.number(), Optional.of(line.name().shown()), refusal);
    }
}

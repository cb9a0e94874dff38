package com.amplihack.auth.users.selfservice;

import com.amplihack.auth.mail.MailKind;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.EmailAddress;

/**
 * What the token of a link stands for, once.
 *
 * @param email the address that its mail went to
 * @param passwordVersion {@link Account#passwordVersion} when the link was asked for
 * @param formerEmail {@link EmailAddress#key} of the address that a new one shall replace, or the empty string
 * @param sessionsEnded {@code ended} of the account's epoch when the link was asked for: who signs out everywhere takes
 *     back what somebody else has begun in one of the sessions
 */
record Ticket(
        MailKind purpose,
        String accountId,
        String email,
        long passwordVersion,
        String formerEmail,
        long sessionsEnded) {
    /**
     * Whether the account is still as it was when the link was asked for. A new password or another address makes older
     * links void, so that nobody who could read mails or use a session for a while gets back in.
     */
    boolean isFor(Account account) {
        if (!account.id().equals(accountId) || !account.enabled() || account.passwordVersion() != passwordVersion) {
            return false;
        }
        return switch (purpose) {
            case PASSWORD_RESET -> account.verifiedEmail().filter(email::equals).isPresent();
            case INVITATION -> account.email().filter(email::equals).isPresent();
            case EMAIL_VERIFICATION -> account.emailKey().orElse("").equals(formerEmail);
            default -> false;
        };
    }
}

package com.amplihack.auth.mail;

import java.util.Optional;

/** Makes the tokens of links, at the moment when their mail is sent: none is ever stored in the outbox. */
public interface LinkTokens {
    /**
     * A fresh token for one use.
     *
     * @return empty when the mail has lost its meaning, such as when the account is gone: it is not sent
     */
    Optional<String> issue(Mail mail);
}

package com.amplihack.auth.mail;

import java.util.Map;
import java.util.Optional;

/**
 * A mail that shall be sent.
 *
 * @param recipient the address
 * @param language {@code en} or {@code de}; empty for the installation's
 * @param accountId whom it is about; a link's token is made for this account when the mail is sent
 * @param parameters of the text, never a secret; at most 4,000 characters as JSON
 */
public record Mail(
        MailKind kind, String recipient, Optional<String> language, String accountId, Map<String, String> parameters) {
    public Mail {
        parameters = Map.copyOf(parameters);
    }
}

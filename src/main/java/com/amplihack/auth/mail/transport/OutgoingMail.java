package com.amplihack.auth.mail.transport;

import java.time.Instant;
import java.util.Optional;

/**
 * A mail as its recipient shall read it.
 *
 * @param id unique, the same at each attempt: the left side of the {@code Message-ID}
 * @param kind for file names and logs
 * @param recipient the address
 * @param language {@code en} or {@code de}
 * @param text the plain text
 * @param html the same as an HTML document
 * @param link the link in the text, which nothing but the development's log may show
 */
public record OutgoingMail(
        String id,
        String kind,
        String recipient,
        String language,
        Instant date,
        String subject,
        String text,
        String html,
        Optional<String> link) {
    /** Without the texts and the link, which may hold a token. */
    @Override
    public String toString() {
        return kind + " " + id;
    }
}

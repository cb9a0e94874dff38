package com.amplihack.auth.mail;

import java.time.Instant;

/**
 * A mail in the outbox.
 *
 * @param id a random UUID
 * @param giveUpAt from when on a failed attempt is the last one
 * @param attempts that have begun
 */
record OutboxEntry(String id, Mail mail, Instant createdAt, Instant giveUpAt, int attempts) {}

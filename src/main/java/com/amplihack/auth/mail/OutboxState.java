package com.amplihack.auth.mail;

import java.time.Duration;

/**
 * What is in the outbox.
 *
 * @param waiting mails that will be tried
 * @param dead mails that were given up
 * @param oldest the age of the oldest mail that waits
 */
public record OutboxState(long waiting, long dead, Duration oldest) {}

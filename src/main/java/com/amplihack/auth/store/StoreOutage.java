package com.amplihack.auth.store;

import java.time.Duration;
import java.util.Optional;

/**
 * The beginning or the end of a time in which the store could not serve everybody.
 *
 * @param address of the store
 * @param reason why it cannot: {@code no_answer}, or the first word of what Redis refuses with, such as {@code READONLY}
 * @param lasted how long it could not; empty at the beginning
 */
public record StoreOutage(String address, String reason, Optional<Duration> lasted) {}

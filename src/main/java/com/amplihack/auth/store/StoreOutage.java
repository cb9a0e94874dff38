package com.amplihack.auth.store;

import java.time.Duration;
import java.util.Optional;

/**
 * The beginning or the end of an outage of the store.
 *
 * @param address of the store
 * @param reason {@code no_answer}, or the code of the error with which Redis refuses, such as {@code READONLY}
 * @param lasted how long the outage was; empty at its beginning
 */
public record StoreOutage(String address, String reason, Optional<Duration> lasted) {}

package com.amplihack.auth.store;

import java.util.List;
import java.util.Optional;

/**
 * The result of checking the configuration of a store that answers.
 *
 * @param refusal why the store cannot be used at all; empty if it can
 * @param startRefusal why no start uses the store, while a running service only warns
 * @param warnings dangers in its configuration, each one sentence
 */
public record StoreInspection(Optional<String> refusal, Optional<String> startRefusal, List<String> warnings) {
    public StoreInspection {
        warnings = List.copyOf(warnings);
    }

    /** Usable, without warnings. */
    public static final StoreInspection GOOD = new StoreInspection(Optional.empty(), Optional.empty(), List.of());
}

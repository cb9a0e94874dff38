package com.amplihack.auth.store;

import java.util.List;
import java.util.Optional;

/**
 * The result of checking the configuration of a store that answers.
 *
 * @param refusal why the store cannot be used at all; empty if it can
 * @param warnings dangers in its configuration, each one sentence
 */
public record Inspection(Optional<String> refusal, List<String> warnings) {
    public Inspection {
        warnings = List.copyOf(warnings);
    }

    /** Usable, without warnings. */
    public static final Inspection GOOD = new Inspection(Optional.empty(), List.of());
}

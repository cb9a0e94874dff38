package com.amplihack.auth.store;

import java.util.List;
import java.util.Optional;

/**
 * What an operator should know of a store that answers.
 *
 * @param refusal why it cannot be used at all
 * @param warnings what is dangerous about how it is set up, each a sentence
 */
public record Inspection(Optional<String> refusal, List<String> warnings) {
    public Inspection {
        warnings = List.copyOf(warnings);
    }

    /** Nothing to say. */
    public static final Inspection GOOD = new Inspection(Optional.empty(), List.of());
}

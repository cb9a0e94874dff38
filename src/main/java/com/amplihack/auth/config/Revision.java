package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Property;
import java.util.List;

/**
 * The outcome of rereading the properties.
 *
 * @param policy the new snapshot
 * @param changes that the new snapshot contains
 * @param refusals changes that it does not contain: bad values, or properties that need a restart
 */
public record Revision(Policy policy, List<Change> changes, List<Refusal> refusals) {
    public Revision {
        changes = List.copyOf(changes);
        refusals = List.copyOf(refusals);
    }

    /** A property's old and new value. */
    public record Change(Property before, Property after) {}

    /**
     * A change that was not applied.
     *
     * @param reason a sentence for the operator, without secrets
     */
    public record Refusal(Property wanted, String reason) {}
}

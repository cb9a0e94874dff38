package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Property;
import java.util.List;

/**
 * What became of the properties that were found changed.
 *
 * @param policy in force from now on
 * @param changes in force from now on
 * @param refusals not in force: bad, or only after a restart
 */
public record Revision(Policy policy, List<Change> changes, List<Refusal> refusals) {
    public Revision {
        changes = List.copyOf(changes);
        refusals = List.copyOf(refusals);
    }

    /** One property, of two values. */
    public record Change(Property before, Property after) {}

    /**
     * One property that is found changed and not in force.
     *
     * @param reason one sentence for the operator, without a secret
     */
    public record Refusal(Property wanted, String reason) {}
}

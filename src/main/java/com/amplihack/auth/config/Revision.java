package com.amplihack.auth.config;

import com.amplihack.auth.config.source.Property;
import java.util.List;

/**
 * The outcome of rereading the properties.
 *
 * @param policy the new snapshot
 * @param changes that the new snapshot contains
 */
public record Revision(Policy policy, List<Change> changes) {
    public Revision {
        changes = List.copyOf(changes);
    }

    /** A property's old and new value. */
    public record Change(Property before, Property after) {}
}

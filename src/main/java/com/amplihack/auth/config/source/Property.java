package com.amplihack.auth.config.source;

import java.util.Optional;

/**
 * A property with its value and source.
 *
 * @param name in MicroProfile Config
 * @param value empty if not set; may be a secret
 * @param source where it is set, for the operator
 * @param fault why its value cannot be used, as a sentence that never contains the value
 */
public record Property(String name, Optional<String> value, String source, Optional<String> fault) {
    /** The source of a property that is not set. */
    public static final String NOBODY = "not set";

    public Property {
        value = value.filter(text -> !text.isEmpty());
    }

    /** A property that is not set or has a usable value. */
    public Property(String name, Optional<String> value, String source) {
        this(name, value, source, Optional.empty());
    }

    /** A property whose value cannot be used. */
    public static Property unusable(String name, String source, String why) {
        return new Property(name, Optional.empty(), source, Optional.of(name + " " + why));
    }

    /**
     * The value; empty if not set.
     *
     * @throws InvalidSettingException if it cannot be used
     */
    @Override
    public Optional<String> value() {
        if (fault.isPresent()) {
            throw new InvalidSettingException(fault.get());
        }
        return value;
    }

    /** Never shows the value, which may be a secret. */
    @Override
    public String toString() {
        return name + " (" + source + ")";
    }
}

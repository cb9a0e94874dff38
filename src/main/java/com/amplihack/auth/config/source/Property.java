package com.amplihack.auth.config.source;

import java.util.Optional;

/**
 * One property as it was found.
 *
 * @param name in MicroProfile Config
 * @param value empty when it is not set; may be a secret
 * @param source who set it, in words that an operator knows
 * @param fault why it cannot be used though it is set, as a sentence that shows nothing of the value
 */
public record Property(String name, Optional<String> value, String source, Optional<String> fault) {
    /** Who has set what is not set. */
    public static final String NOBODY = "not set";

    public Property {
        value = value.filter(text -> !text.isEmpty());
    }

    /** One that is not set, or set to what can be used. */
    public Property(String name, Optional<String> value, String source) {
        this(name, value, source, Optional.empty());
    }

    /** One that is set to what cannot be used. */
    public static Property unusable(String name, String source, String why) {
        return new Property(name, Optional.empty(), source, Optional.of(name + " " + why));
    }

    /**
     * Empty when it is not set, and never when it cannot be used.
     *
     * @throws InvalidSettingException when it cannot
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

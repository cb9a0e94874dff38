package com.amplihack.auth.config;

import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;

/** Finds properties by MicroProfile Config, and says in an operator's words who set them. */
final class PropertyFinder implements Function<String, Property> {
    private final Config config;

    PropertyFinder(Config config) {
        this.config = config;
    }

    @Override
    public Property apply(String name) {
        try {
            ConfigValue found = config.getConfigValue(name);
            return found.getValue() == null || found.getValue().isEmpty()
                    ? new Property(name, Optional.empty(), Property.NOBODY)
                    : new Property(name, Optional.of(found.getValue()), source(found));
        } catch (NoSuchElementException | IllegalArgumentException unresolved) {
            return new Property(name, Optional.empty(), Property.NOBODY); // such as ${auth.home} over what is not set
        }
    }

    /** The names are those that Payara gives its sources. */
    private static String source(ConfigValue found) {
        String from = String.valueOf(found.getSourceName());
        return switch (from) {
            case "Environment" -> "pinned by environment";
            case "SystemProperty" -> "pinned by system property";
            case "Properties" -> found.getName().startsWith("%") ? "default of the profile" : "default";
            case "Domain", "Config", "Server", "Cluster", "Application", "Module" ->
                "console (" + from.toLowerCase(Locale.ROOT) + ")";
            default -> from;
        };
    }
}

package com.amplihack.auth.config;

import com.amplihack.auth.config.source.ExpressionResolver;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Property;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The settings with their defaults as MicroProfile Config would give them, without a server. */
public final class TestSettings {
    private TestSettings() {}

    /** As in the {@code dev} profile, everything under that directory, with these values on top. */
    public static Settings dev(Path home, Map<String, String> overrides) {
        return Settings.read(source("dev", with(home, overrides)));
    }

    /** A configuration of the {@code dev} profile that follows what is put into the overrides, with each refresh. */
    public static Configuration following(Path home, Map<String, String> overrides) {
        return new Configuration(
                name -> new Property(name, source("dev", with(home, overrides)).apply(name), "a test"));
    }

    /** As without a profile. */
    public static Settings production(Path home, Map<String, String> overrides) {
        return Settings.read(source("", with(home, overrides)));
    }

    /**
     * Gives each property as an operator's overrides, the profile's values and the defaults (in this order) make it.
     *
     * @param profile the profile's name, or the empty string
     */
    static Function<String, Optional<String>> source(String profile, Map<String, String> overrides) {
        Map<String, String> values = new HashMap<>();
        values.putAll(shipped());
        if (!profile.isEmpty()) {
            String prefix = "%" + profile + ".";
            Map.copyOf(values).forEach((name, value) -> {
                if (name.startsWith(prefix)) {
                    values.put(name.substring(prefix.length()), value);
                }
            });
            values.put("mp.config.profile", profile);
        }
        values.putAll(overrides);
        return name -> Optional.ofNullable(values.get(name)).map(value -> expand(name, value, values));
    }

    /** The name of every setting with a default. */
    static Set<String> names() {
        return shipped().keySet().stream()
                .map(name -> name.startsWith("%") ? name.substring(name.indexOf('.') + 1) : name)
                .collect(Collectors.toSet());
    }

    private static Map<String, String> with(Path home, Map<String, String> overrides) {
        Map<String, String> all = new HashMap<>(Map.of("auth.home", home.toString()));
        all.putAll(overrides);
        return all;
    }

    private static String expand(String name, String value, Map<String, String> values) {
        try {
            return new ExpressionResolver(
                            inner -> Optional.ofNullable(values.getOrDefault(inner, System.getProperty(inner))),
                            variable -> Optional.empty())
                    .resolve(value);
        } catch (ExpressionResolver.UnusableException unusable) {
            throw new InvalidSettingException(name + " " + unusable.getMessage());
        }
    }

    private static Map<String, String> shipped() {
        return new Settings.Defaults().getProperties();
    }
}

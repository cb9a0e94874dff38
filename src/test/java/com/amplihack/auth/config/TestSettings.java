package com.amplihack.auth.config;

import com.amplihack.auth.config.source.ExpressionResolver;
import com.amplihack.auth.config.source.InvalidSettingException;
import com.amplihack.auth.config.source.Property;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The settings of the shipped properties file as MicroProfile Config would give them, without a server. */
public final class TestSettings {
    private static final String FILE = "/META-INF/microprofile-config.properties";

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
        shipped().forEach((name, value) -> values.put((String) name, (String) value));
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

    /** Every name of the shipped file, without profiles. */
    static Set<String> names() {
        return shipped().stringPropertyNames().stream()
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

    private static Properties shipped() {
        Properties shipped = new Properties();
        try (Reader reader = new InputStreamReader(Settings.class.getResourceAsStream(FILE), StandardCharsets.UTF_8)) {
            shipped.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shipped;
    }
}

package com.amplihack.auth.config.source;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;

/**
 * Looks up properties and their sources in MicroProfile Config. {@link ExpressionResolver} resolves their expressions, because the
 * server silently alters some values and treats others as not set and logs them.
 */
public final class PropertyFinder implements Function<String, Property> {
    /** The name of the config source that holds the defaults. */
    public static final String DEFAULTS = "default";

    private static final Pattern FINAL_NEWLINE = Pattern.compile("\\r?\\n\\z");

    private final Config config;
    private final ExpressionResolver expressions;

    /** @throws InvalidSettingException if the server resolves expressions too */
    public PropertyFinder(Config config) {
        this(config, System::getenv);
    }

    public PropertyFinder(Config config, UnaryOperator<String> environment) {
        this.config = config;
        expressions = new ExpressionResolver(
                name -> raw(config.getConfigValue(name)), name -> chomp(environment.apply(name)));
        if (config.getOptionalValue(Config.PROPERTY_EXPRESSIONS_ENABLED, Boolean.class)
                .orElse(true)) {
            throw new InvalidSettingException(Config.PROPERTY_EXPRESSIONS_ENABLED
                    + " must be false, as this service sets it: it resolves the expressions itself");
        }
    }

    @Override
    public Property apply(String name) {
        ConfigValue found = config.getConfigValue(name);
        Optional<String> raw = raw(found);
        if (raw.isEmpty()) {
            return new Property(name, Optional.empty(), Property.NOBODY);
        }
        try {
            return new Property(name, Optional.of(expressions.resolve(raw.get())), source(found));
        } catch (ExpressionResolver.UnusableException unusable) {
            return Property.unusable(name, source(found), String.valueOf(unusable.getMessage()));
        }
    }

    /** Names that look like settings and are none, with the nearest one; some of them if they are many. */
    public List<Refusal> unknown(Collection<String> known) {
        UnknownNames unknown = new UnknownNames(known);
        return StreamSupport.stream(config.getConfigSources().spliterator(), false)
                .flatMap(source -> unknown.in(source, name -> shown(name, "")))
                .toList();
    }

    private static Optional<String> raw(ConfigValue found) {
        return chomp(found.getValue());
    }

    /** Removes one trailing newline, which an editor or {@code echo} leaves in a secret's file. */
    private static Optional<String> chomp(String value) {
        return Optional.ofNullable(value)
                .map(text -> FINAL_NEWLINE.matcher(text).replaceFirst(""))
                .filter(text -> !text.isEmpty());
    }

    private static String source(ConfigValue found) {
        return shown(String.valueOf(found.getSourceName()), String.valueOf(found.getName()));
    }

    /** The cases are Payara's names of its config sources. */
    private static String shown(String from, String name) {
        return switch (from) {
            case "Environment" -> "pinned by environment";
            case "SystemProperty" -> "pinned by system property";
            case DEFAULTS -> name.startsWith("%") ? "profile default" : "default";
            case "Domain", "Config", "Server", "Cluster", "Application", "Module" ->
                "console (" + from.toLowerCase(Locale.ROOT) + ")";
            default -> from;
        };
    }
}

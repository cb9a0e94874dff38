package com.amplihack.auth.config.source;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The declaration of a setting: documentation, administration and error messages say what stands here.
 *
 * @param name with dots only, so that the environment variable is the name in upper case with underscores
 * @param allowed completes "must be", with the unit of a number
 * @param parser of a value that is not blank; empty if it is refused
 * @param description what it does, as text with {@code docs/….md} for links
 * @param byDefault outside development; empty if it is not set then
 * @param inDevelopment the default of the {@code dev} profile where it is another one
 * @param example a value that is accepted
 * @param isLive whether a change applies within seconds, without a restart
 * @param isSecret whether the value must never be shown
 * @param group settings of one group are applied together or not at all; the name if it stands alone
 * @param opens whether a value, stripped and in lower case, opens what the default keeps closed: it must have been set
 *     on purpose, and never stands in for a bad one
 */
public record Setting<T>(
        String name,
        String allowed,
        Function<String, Optional<T>> parser,
        String description,
        Optional<String> byDefault,
        Optional<String> inDevelopment,
        String example,
        boolean isLive,
        boolean isSecret,
        String group,
        Predicate<String> opens) {
    /** A value of any form; {@code allowed} is what a bad one is told. White space at its ends is no part of it. */
    public static <T> Setting<T> of(String name, String allowed, Function<String, Optional<T>> parser) {
        return exact(name, allowed, value -> parser.apply(value.strip()));
    }

    private static <T> Setting<T> exact(String name, String allowed, Function<String, Optional<T>> parser) {
        return new Setting<>(
                name, allowed, parser, "", Optional.empty(), Optional.empty(), "", false, false, name, value -> false);
    }

    /**
     * A whole number.
     *
     * @param unit in the plural; may be empty
     */
    public static Setting<Integer> integer(String name, String unit, int least, int most) {
        String allowed =
                "a whole number " + (unit.isEmpty() ? "" : "of " + unit + " ") + "from " + least + " to " + most;
        return of(name, allowed, value -> {
            try {
                return Optional.of(Integer.valueOf(value)).filter(number -> number >= least && number <= most);
            } catch (NumberFormatException notANumber) {
                return Optional.empty();
            }
        });
    }

    public static Setting<Boolean> bool(String name) {
        return of(name, "true or false", value -> switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        });
    }

    public static <E extends Enum<E>> Setting<E> choice(String name, Class<E> choices) {
        List<E> all = List.of(choices.getEnumConstants());
        return of(
                name,
                "one of " + all.stream().map(Setting::lower).collect(Collectors.joining(", ")),
                value -> all.stream()
                        .filter(choice -> lower(choice).equals(value.toLowerCase(Locale.ROOT)))
                        .findFirst());
    }

    public static Setting<String> text(String name) {
        return of(name, "text", Optional::of);
    }

    public static Setting<Path> path(String name) {
        String allowed = "a path of this system";
        return of(name, allowed, value -> {
            try {
                return Optional.of(Path.of(value).toAbsolutePath().normalize());
            } catch (InvalidPathException invalid) {
                if (value.chars().allMatch(c -> c < 0x80)) {
                    return Optional.empty();
                }
                throw refused(name, allowed + ", which is named in " + SettingsReader.ENCODING_REMEDY, value);
            }
        });
    }

    public static Setting<URI> absoluteUri(String name) {
        return of(name, "an absolute URI", value -> {
            try {
                return Optional.of(URI.create(value)).filter(URI::isAbsolute);
            } catch (IllegalArgumentException invalid) {
                return Optional.empty();
            }
        });
    }

    /** Text that is never shown, with the white space at its ends. */
    public static Setting<Secret> secret(String name) {
        return exact(name, "text", value -> Optional.of(Secret.of(value))).secret();
    }

    /** Values separated by commas, of which a bad one is shown alone. */
    public static <T> Setting<List<T>> list(String name, String allowed, Function<String, Optional<T>> parser) {
        return list(name, allowed, value -> Arrays.asList(value.split(",")), parser);
    }

    /**
     * A list of entries.
     *
     * @param split separates the entries; blank ones are dropped
     */
    public static <T> Setting<List<T>> list(
            String name, String allowed, Function<String, List<String>> split, Function<String, Optional<T>> parser) {
        return of(name, allowed, value -> {
            List<T> entries = split.apply(value).stream()
                    .map(String::strip)
                    .filter(entry -> !entry.isEmpty())
                    .map(entry -> parser.apply(entry).orElseThrow(() -> refused(name, allowed, entry)))
                    .toList();
            if (entries.isEmpty()) {
                throw new InvalidSettingException(name + " must not hold separators alone");
            }
            return Optional.of(entries);
        });
    }

    public Setting<T> byDefault(String value) {
        return new Setting<>(
                name,
                allowed,
                parser,
                description,
                Optional.of(value),
                inDevelopment,
                example.isEmpty() ? value : example,
                isLive,
                isSecret,
                group,
                opens);
    }

    public Setting<T> inDevelopment(String value) {
        return new Setting<>(
                name,
                allowed,
                parser,
                description,
                byDefault,
                Optional.of(value),
                example,
                isLive,
                isSecret,
                group,
                opens);
    }

    public Setting<T> live() {
        return new Setting<>(
                name, allowed, parser, description, byDefault, inDevelopment, example, true, isSecret, group, opens);
    }

    public Setting<T> secret() {
        return new Setting<>(
                name, allowed, parser, description, byDefault, inDevelopment, example, isLive, true, group, opens);
    }

    public Setting<T> example(String value) {
        return new Setting<>(
                name, allowed, parser, description, byDefault, inDevelopment, value, isLive, isSecret, group, opens);
    }

    public Setting<T> inGroup(String value) {
        return new Setting<>(
                name, allowed, parser, description, byDefault, inDevelopment, example, isLive, isSecret, value, opens);
    }

    public Setting<T> says(String text) {
        return new Setting<>(
                name, allowed, parser, text, byDefault, inDevelopment, example, isLive, isSecret, group, opens);
    }

    public Setting<T> opensWith(Predicate<String> values) {
        return new Setting<>(
                name, allowed, parser, description, byDefault, inDevelopment, example, isLive, isSecret, group, values);
    }

    /** The default of this profile. */
    public Optional<String> byDefault(boolean production) {
        return production ? byDefault : inDevelopment.or(this::byDefault);
    }

    /** Whether a value opens what the default keeps closed. */
    public boolean isOpen(String value) {
        return opens.test(value.strip().toLowerCase(Locale.ROOT));
    }

    T parse(String value) {
        return parser.apply(value).orElseThrow(() -> refused(allowed, value));
    }

    /** Why a value is refused, in a sentence that shows it unless it may be a secret. */
    public InvalidSettingException refused(String allowed, String value) {
        return isSecret ? new InvalidSettingException(name + " must be " + allowed) : refused(name, allowed, value);
    }

    private static InvalidSettingException refused(String name, String allowed, String value) {
        return new InvalidSettingException(name + " must be " + allowed + ", was '" + value + "'");
    }

    private static String lower(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}

package com.amplihack.auth.config.source;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads single properties and refuses a bad value in one sentence that names it and what is allowed. */
public final class SettingsReader {
    /** What Java puts in the place of bytes that are no characters in the encoding that it was told. */
    private static final char UNREADABLE = '\uFFFD';

    private static final String ENCODING = System.getProperty("sun.jnu.encoding", "its encoding");
    private static final String CURE = " (LC_ALL=C.UTF-8 in its environment makes that UTF-8)";

    private final Function<String, Optional<String>> source;
    private final boolean readsLive;
    private final Set<String> secrets;
    private final Set<String> live;

    public SettingsReader(Function<String, Optional<String>> source) {
        this(source, false, new HashSet<>(), new HashSet<>());
    }

    private SettingsReader(
            Function<String, Optional<String>> source, boolean readsLive, Set<String> secrets, Set<String> live) {
        this.source = source;
        this.readsLive = readsLive;
        this.secrets = secrets;
        this.live = live;
    }

    /** Reads properties of which a change is in force within seconds; any other waits for a restart. */
    public SettingsReader live() {
        return new SettingsReader(source, true, secrets, live);
    }

    /** The trimmed value; an empty one counts as not set, and one of blanks alone is a mistake. */
    public Optional<String> find(String name) {
        return untrimmed(name).map(String::strip);
    }

    public String text(String name) {
        return find(name).orElseThrow(() -> new InvalidSettingException(name + " must be set"));
    }

    /** A value that nobody may see. */
    public Optional<Secret> secret(String name) {
        secrets.add(name);
        return untrimmed(name).map(Secret::of);
    }

    /** The value as it is: one of which the JVM could not read a byte is not what somebody has set. */
    private Optional<String> untrimmed(String name) {
        if (readsLive) {
            live.add(name);
        }
        Optional<String> value = source.apply(name).filter(text -> !text.isEmpty());
        if (value.filter(String::isBlank).isPresent()) {
            throw new InvalidSettingException(name + " must not be blank");
        }
        if (value.filter(text -> text.indexOf(UNREADABLE) >= 0).isPresent()) {
            throw new InvalidSettingException(
                    name + " has bytes that are no characters in " + ENCODING + ", which this process reads" + CURE);
        }
        return value;
    }

    public Secret requiredSecret(String name) {
        text(name);
        return secret(name).orElseThrow();
    }

    /** The names of the values that nobody may see, as far as they were asked for. */
    public Set<String> secrets() {
        return Set.copyOf(secrets);
    }

    /** The names of the properties that were read as live ones. */
    public Set<String> liveOnes() {
        return Set.copyOf(live);
    }

    public int integer(String name, int least, int most) {
        String value = text(name);
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // told below, with the same words
        }
        throw refuse(name, "a whole number from " + least + " to " + most, value);
    }

    public boolean bool(String name) {
        String value = text(name);
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refuse(name, "true or false", value);
        };
    }

    public <E extends Enum<E>> E choice(String name, Class<E> choices) {
        String value = text(name);
        for (E choice : choices.getEnumConstants()) {
            if (lower(choice).equals(value.toLowerCase(Locale.ROOT))) {
                return choice;
            }
        }
        String allowed = Arrays.stream(choices.getEnumConstants())
                .map(SettingsReader::lower)
                .collect(Collectors.joining(", "));
        throw refuse(name, "one of " + allowed, value);
    }

    public Path path(String name) {
        String value = text(name);
        try {
            return Path.of(value).toAbsolutePath().normalize();
        } catch (InvalidPathException invalid) {
            boolean ascii = value.chars().allMatch(c -> c < 0x80);
            throw refuse(
                    name, "a path of this system" + (ascii ? "" : ", which is named in " + ENCODING + CURE), value);
        }
    }

    public URI absoluteUri(String name) {
        String value = text(name);
        try {
            URI uri = URI.create(value);
            if (uri.isAbsolute()) {
                return uri;
            }
        } catch (IllegalArgumentException invalid) {
            // told below, with the same words
        }
        throw refuse(name, "an absolute URI", value);
    }

    /** Comma-separated values; none when not set. */
    public List<String> list(String name) {
        return list(name, value -> List.of(value.split(",")));
    }

    /** Values that are separated in a way of their own; none when not set, and only then. */
    public List<String> list(String name, Function<String, List<String>> split) {
        Optional<String> value = find(name);
        List<String> entries = value.stream()
                .flatMap(text -> split.apply(text).stream())
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .toList();
        if (value.isPresent() && entries.isEmpty()) {
            throw new InvalidSettingException(name + " must not hold separators alone");
        }
        return entries;
    }

    public static InvalidSettingException refuse(String name, String allowed, String value) {
        return new InvalidSettingException(name + " must be " + allowed + ", was '" + value + "'");
    }

    private static String lower(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}

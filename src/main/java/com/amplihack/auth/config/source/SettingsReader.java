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

/** Reads typed properties and refuses a bad value in one sentence with the property, the allowed values and the bad one. */
public final class SettingsReader {
    /** The replacement character, which Java substitutes for bytes that its encoding cannot decode. */
    private static final char UNREADABLE = '\uFFFD';

    private static final String ENCODING = System.getProperty("sun.jnu.encoding", "its encoding");
    private static final String REMEDY = " (LC_ALL=C.UTF-8 in its environment makes that UTF-8)";

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

    /** A view that marks the properties it reads as live: a change applies within seconds, not at the next restart. */
    public SettingsReader live() {
        return new SettingsReader(source, true, secrets, live);
    }

    /** The trimmed value; empty if not set or set to the empty string. A blank one is refused. */
    public Optional<String> find(String name) {
        return untrimmed(name).map(String::strip);
    }

    public String text(String name) {
        return find(name).orElseThrow(() -> new InvalidSettingException(name + " must be set"));
    }

    public Optional<Secret> secret(String name) {
        secrets.add(name);
        return untrimmed(name).map(Secret::of);
    }

    /** The raw value; refused if it holds bytes that the JVM could not decode. */
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
                    name + " has bytes that are not valid in " + ENCODING + ", the encoding of this process" + REMEDY);
        }
        return value;
    }

    public Secret requiredSecret(String name) {
        text(name);
        return secret(name).orElseThrow();
    }

    /** The names of the secrets read so far. */
    public Set<String> secrets() {
        return Set.copyOf(secrets);
    }

    /** The names of the live properties read so far. */
    public Set<String> liveNames() {
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
            // refused below
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
                    name, "a path of this system" + (ascii ? "" : ", which is named in " + ENCODING + REMEDY), value);
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
            // refused below
        }
        throw refuse(name, "an absolute URI", value);
    }

    /** Comma-separated values; empty if not set. */
    public List<String> list(String name) {
        return list(name, value -> List.of(value.split(",")));
    }

    /** Values separated by a custom rule; empty only if not set. */
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

package com.amplihack.auth.config.source;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Finds names that look like settings of this service and are none: in the console's sources every one under the prefixes of
 * this service; among environment variables and system properties, which other programs read too, those that differ from a
 * setting by a letter or two.
 */
final class UnknownNames {
    private static final List<String> PREFIXES = List.of("auth", "jwt", "redis");
    private static final String RARE_PREFIX = "enable"; // of enable.jwt.auth
    private static final Set<String> CONSOLE = Set.of("Domain", "Config", "Server", "Cluster", "Application", "Module");
    private static final String ENVIRONMENT = "Environment";
    private static final int MOST = 50;

    private final Set<String> known;

    UnknownNames(Collection<String> known) {
        this.known = Set.copyOf(known);
    }

    /** @param shown the source as operators know it */
    Stream<Refusal> in(ConfigSource source, Function<String, String> shown) {
        boolean console = CONSOLE.contains(source.getName());
        boolean environment = source.getName().equals(ENVIRONMENT);
        if (!console && !environment && !source.getName().equals("SystemProperty")) {
            return Stream.empty();
        }
        return source.getPropertyNames().stream()
                .filter(name -> !(environment && isVariableOfASetting(name)))
                .flatMap(name -> reason(name, console).stream()
                        .map(reason -> new Refusal(
                                new Property(legible(name), Optional.empty(), shown.apply(source.getName())),
                                legible(name) + reason,
                                false)))
                .sorted(Comparator.comparing(Refusal::name))
                .limit(MOST);
    }

    private boolean isVariableOfASetting(String name) {
        return known.contains(canonical(name)) && name.equals(name.toUpperCase(Locale.ROOT));
    }

    private Optional<String> reason(String name, boolean console) {
        String plain = name.startsWith("%") ? name.substring(name.indexOf('.') + 1) : name;
        String canonical = canonical(plain);
        String prefix = canonical.substring(0, Math.max(canonical.indexOf('.'), 0));
        if (known.contains(plain)
                || Stream.concat(PREFIXES.stream(), Stream.of(RARE_PREFIX))
                        .noneMatch(ours -> distance(prefix, ours) <= 1)) {
            return Optional.empty();
        }
        String nearest = known.stream()
                .min(Comparator.comparingInt((String other) -> distance(canonical, other))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
        int distance = distance(canonical, nearest);
        boolean near = distance <= (canonical.length() < 12 ? 1 : 2);
        if (!near && !(console && PREFIXES.contains(prefix))) {
            return Optional.empty();
        }
        return Optional.of(" is no setting of this service"
                + (near || distance <= canonical.length() / 4 ? ": did you mean " + nearest + "?" : ""));
    }

    private static String canonical(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '.').replace('-', '.');
    }

    /** Whatever was typed into the field of a name, a value among it, is cut off where no name goes on. */
    private static String legible(String name) {
        return name.replaceFirst("(?s)[^A-Za-z0-9._%-].*|(?<=^.{100}).+", "…");
    }

    /** Levenshtein's distance, in which two letters that changed places count once. */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        Arrays.setAll(d[0], j -> j);
        for (int i = 1; i <= a.length(); i++) {
            d[i][0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + changed);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}

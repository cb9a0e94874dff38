package com.amplihack.auth.config.source;

import java.util.Optional;
import java.util.function.Function;

/**
 * Replaces every {@code ${…}} in a value or rejects the value; all other text is literal, backslashes included.
 *
 * <p>{@code ${name}} and {@code ${MPCONFIG=name}} stand for another property, resolved recursively; {@code ${ENV=NAME}} for
 * an environment variable and {@code ${ALIAS=name}} for a password alias of the server, both literal. A default may follow
 * after a colon.
 */
public final class ExpressionResolver {
    private static final String BEGIN = "${";
    private static final char END = '}';
    private static final int MAX_NESTING = 16; // ends a recursion

    private final Function<String, Optional<String>> properties;
    private final Function<String, Optional<String>> environment;

    /**
     * @param properties raw property values; an alias is looked up by its whole expression, {@code ${ALIAS=name}}
     * @param environment values of environment variables
     */
    public ExpressionResolver(
            Function<String, Optional<String>> properties, Function<String, Optional<String>> environment) {
        this.properties = properties;
        this.environment = environment;
    }

    /** Why a value cannot be used: the end of a sentence that never contains the value. */
    public static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        UnusableException(String why) {
            super(why, null, false, false);
        }
    }

    /**
     * Resolves a value completely; never returns an empty string.
     *
     * @param value not empty
     */
    public String resolve(String value) throws UnusableException {
        if (!value.contains(BEGIN)) {
            return value;
        }
        String resolved = resolve(value, 0);
        if (resolved.isBlank()) {
            throw new UnusableException("is empty once its ${...} is resolved");
        }
        return resolved;
    }

    private String resolve(String value, int depth) throws UnusableException {
        if (depth > MAX_NESTING) {
            throw new UnusableException("holds a ${...} that refers to itself");
        }
        StringBuilder resolved = new StringBuilder();
        int done = 0;
        for (int begin = value.indexOf(BEGIN); begin >= 0; begin = value.indexOf(BEGIN, done)) {
            if (begin > 0 && value.charAt(begin - 1) == '\\') {
                throw new UnusableException("holds a \\${, and a backslash escapes nothing here: put the value into a"
                        + " variable and name that, as in ${ENV=MY_VALUE}, whose content is taken to the letter");
            }
            int end = end(value, begin);
            resolved.append(value, done, begin).append(named(value.substring(begin + BEGIN.length(), end), depth + 1));
            done = end + 1;
        }
        return resolved.append(value, done, value.length()).toString();
    }

    /** The index of the brace that closes the expression at {@code begin}. */
    private static int end(String value, int begin) throws UnusableException {
        int open = 0;
        for (int i = begin; i < value.length(); i++) {
            if (value.startsWith(BEGIN, i)) {
                open++;
            } else if (value.charAt(i) == END && --open == 0) {
                return i;
            }
        }
        throw new UnusableException("holds an unclosed ${");
    }

    private String named(String expression, int depth) throws UnusableException {
        int colon = colon(expression);
        String name = resolve(expression.substring(0, colon), depth);
        Optional<String> found = name.isEmpty() ? Optional.empty() : find(name, depth);
        if (found.isPresent()) {
            return found.get();
        }
        if (colon == expression.length()) {
            throw new UnusableException("holds a ${...} that cannot be resolved");
        }
        return resolve(expression.substring(colon + 1), depth);
    }

    private Optional<String> find(String name, int depth) throws UnusableException {
        if (name.startsWith("ENV=")) {
            return present(environment.apply(name.substring("ENV=".length())));
        }
        if (name.startsWith("ALIAS=")) {
            return present(properties.apply(BEGIN + name + END));
        }
        String property = name.startsWith("MPCONFIG=") ? name.substring("MPCONFIG=".length()) : name;
        Optional<String> raw = present(properties.apply(property));
        return raw.isPresent() ? Optional.of(resolve(raw.get(), depth)) : raw;
    }

    private static Optional<String> present(Optional<String> value) {
        return value.filter(text -> !text.isEmpty());
    }

    /** The index of the first colon outside nested expressions, where the default begins; the length if there is none. */
    private static int colon(String expression) {
        int open = 0;
        for (int i = 0; i < expression.length(); i++) {
            if (expression.startsWith(BEGIN, i)) {
                open++;
            } else if (expression.charAt(i) == END) {
                open--;
            } else if (expression.charAt(i) == ':' && open == 0) {
                return i;
            }
        }
        return expression.length();
    }
}

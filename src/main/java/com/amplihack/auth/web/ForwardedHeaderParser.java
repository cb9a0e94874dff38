package com.amplihack.auth.web;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses {@code Forwarded} by its grammar (RFC 7239 section 4), so that a quoted string cannot inject a parameter. */
final class ForwardedHeaderParser {
    /** RFC 9110 section 5.6.2 and 5.6.4; possessive, so that no value causes backtracking. */
    private static final Pattern PAIR =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]++)=(?:([!#$%&'*+.^_`|~0-9A-Za-z-]++)"
                    + "|\"((?:[\\t !#-\\[\\]-~\\x80-\\xFF]|\\\\[\\t -~\\x80-\\xFF])*+)\")");

    private final List<String> values = new ArrayList<>();
    private final String text;
    private final String wanted;
    private int at;

    private ForwardedHeaderParser(String text, String wanted) {
        this.text = text;
        this.wanted = wanted;
    }

    /**
     * One parameter of every element from left to right, unquoted; an empty string if an element has none.
     *
     * @param headers all {@code Forwarded} headers in order
     * @param parameter such as {@code for}, in lower case
     * @return empty if any header violates the grammar
     */
    static Optional<List<String>> values(List<String> headers, String parameter) {
        List<String> all = new ArrayList<>();
        for (String header : headers) {
            ForwardedHeaderParser parser = new ForwardedHeaderParser(header, parameter);
            if (!parser.elements()) {
                return Optional.empty();
            }
            all.addAll(parser.values);
        }
        return Optional.of(all);
    }

    /** Parses a comma-separated list and ignores empty elements (RFC 9110 section 5.6.1.2). */
    private boolean elements() {
        do {
            if (!element()) {
                return false;
            }
        } while (skip(','));
        return at == text.length();
    }

    /** Parses semicolon-separated pairs without duplicates. */
    private boolean element() {
        Set<String> names = new HashSet<>();
        String value = "";
        Matcher pair = PAIR.matcher(text);
        do {
            blanks();
            if (pair.region(at, text.length()).lookingAt()) {
                String name = pair.group(1).toLowerCase(Locale.ROOT);
                if (!names.add(name)) {
                    return false;
                }
                if (name.equals(wanted)) {
                    value = pair.group(2) != null ? pair.group(2) : unescaped(pair.group(3));
                }
                at = pair.end();
                blanks();
            }
        } while (skip(';'));
        if (!names.isEmpty()) {
            values.add(value);
        }
        return true;
    }

    private static String unescaped(String quoted) {
        return quoted.replaceAll("\\\\(.)", "$1");
    }

    private void blanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private boolean skip(char separator) {
        boolean there = at < text.length() && text.charAt(at) == separator;
        at += there ? 1 : 0;
        return there;
    }
}

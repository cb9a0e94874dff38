package com.amplihack.auth.database;

import java.util.Optional;

/** Texts that begin alike, as a range of an index that compares by code point. */
public final class TextPrefix {
    private TextPrefix() {}

    /** The first text after all that begin with the prefix; empty for the empty prefix. */
    public static Optional<String> beyond(String prefix) {
        if (prefix.isEmpty()) {
            return Optional.empty();
        }
        int last = prefix.codePointBefore(prefix.length());
        // the last of all code points and the one before the surrogates are unassigned, so in no name
        return Optional.of(
                prefix.substring(0, prefix.length() - Character.charCount(last)) + Character.toString(last + 1));
    }
}

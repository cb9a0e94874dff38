package com.amplihack.auth.users;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A name that an account may have: 1 to 64 code points after NFKC (Unicode Standard Annex 15), no control, format or
 * unassigned characters. White space at the ends is no part of it: keyboards put a blank behind a completed word.
 *
 * @param shown as the person wrote it, trimmed and normalized
 * @param key the case-folded form; two accounts never share it
 */
public record Username(String shown, String key) {
    /** Code points of a name. */
    public static final int LONGEST = 64;

    private static final int LONGEST_KEY = 512;
    private static final Pattern EDGES = Pattern.compile("^\\p{IsWhite_Space}+|\\p{IsWhite_Space}+\\z");

    /** Empty when no account may have that name. */
    public static Optional<Username> parse(String text) {
        if (text.length() > 4 * LONGEST) {
            return Optional.empty(); // before any normalization is paid for
        }
        String shown = normalize(text);
        int length = shown.codePointCount(0, shown.length());
        // some characters become a blank with an accent (U+00B4): none may stand at an end
        boolean allowed = length >= 1 && length <= LONGEST && shown.equals(normalize(shown)) && isAllowed(shown);
        return allowed ? Optional.of(new Username(shown, fold(shown))) : Optional.empty();
    }

    /** The spelling that counts, whatever it contains: without white space at the ends, in NFKC. */
    public static String normalize(String text) {
        return Normalizer.normalize(EDGES.matcher(text).replaceAll(""), Normalizer.Form.NFKC);
    }

    /**
     * What the keys of all names begin with that begin with this text, in any spelling that signs in; empty when there can
     * be none. The empty text begins them all.
     */
    static Optional<String> startOfKeys(String text) {
        if (text.length() > 4 * LONGEST) {
            return Optional.empty();
        }
        String start = normalize(text);
        return isAllowed(start) ? Optional.of(fold(start)) : Optional.empty();
    }

    /** Whether a name could have this key, or the key is the empty one before all names. */
    public static boolean mayBeKey(String text) {
        return text.length() <= LONGEST_KEY && isAllowed(text);
    }

    /**
     * By way of upper case, which folds what has no one-to-one lower case, such as the German sharp s; and from lower case,
     * since the capital sharp s is its own upper case.
     */
    private static String fold(String normalized) {
        String key =
                normalized.toLowerCase(Locale.ROOT).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        return Normalizer.normalize(key, Normalizer.Form.NFKC);
    }

    private static boolean isAllowed(String text) {
        return text.codePoints().allMatch(Username::isAllowed);
    }

    private static boolean isAllowed(int codePoint) {
        if (isInvisible(codePoint)) {
            return false; // or "admin" could have a twin that looks the same
        }
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** Unicode's Default_Ignorable_Code_Points that are neither format characters nor unassigned, and the blank braille. */
    private static boolean isInvisible(int codePoint) {
        return codePoint == 0x034F
                || codePoint == 0x115F
                || codePoint == 0x1160
                || codePoint == 0x17B4
                || codePoint == 0x17B5
                || codePoint == 0x2800
                || codePoint == 0x3164
                || codePoint == 0xFFA0
                || (codePoint >= 0x180B && codePoint <= 0x180F)
                || (codePoint >= 0xFE00 && codePoint <= 0xFE0F)
                || (codePoint >= 0xE0100 && codePoint <= 0xE01EF);
    }
}

package com.amplihack.auth.users;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/**
 * A name that an account may have: 1 to 64 code points after NFKC (Unicode Standard Annex 15), no control, format or
 * unassigned characters, no space at either end.
 *
 * @param shown as the person wrote it, normalized
 * @param key the case-folded form; two accounts never share it
 */
public record Username(String shown, String key) {
    private static final int LONGEST = 64;

    /** Empty when no account may have that name. */
    public static Optional<Username> parse(String text) {
        if (text.length() > 4 * LONGEST) {
            return Optional.empty(); // before any normalization is paid for
        }
        String shown = Normalizer.normalize(text, Normalizer.Form.NFKC);
        int length = shown.codePointCount(0, shown.length());
        boolean allowed = length >= 1
                && length <= LONGEST
                && shown.equals(shown.strip())
                && shown.codePoints().allMatch(Username::isAllowed);
        // upper before lower: folds what has no one-to-one lower case, such as the German sharp s
        String key = shown.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        return allowed
                ? Optional.of(new Username(shown, Normalizer.normalize(key, Normalizer.Form.NFKC)))
                : Optional.empty();
    }

    private static boolean isAllowed(int codePoint) {
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
}

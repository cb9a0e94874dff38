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
        // by way of upper case: folds what has no one-to-one lower case, such as the German sharp s; and from lower
        // case, since the capital sharp s is its own upper case
        String key = shown.toLowerCase(Locale.ROOT).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        return allowed
                ? Optional.of(new Username(shown, Normalizer.normalize(key, Normalizer.Form.NFKC)))
                : Optional.empty();
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

package com.amplihack.auth.users;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A valid user name: 1 to 64 code points after trimming and NFKC (Unicode Standard Annex 15), without control, format,
 * invisible or unassigned characters.
 *
 * @param shown as entered, trimmed and normalized
 * @param key the case-folded form, unique among accounts
 */
public record Username(String shown, String key) {
    /** The maximum length in code points. */
    public static final int MAX_LENGTH = 64;

    private static final int MAX_KEY_LENGTH = 512;
    private static final Pattern EDGES = Pattern.compile("^\\p{IsWhite_Space}+|\\p{IsWhite_Space}+\\z");

    /** Empty when the name is invalid. */
    public static Optional<Username> parse(String text) {
        if (text.length() > 4 * MAX_LENGTH) {
            return Optional.empty(); // before paying for normalization
        }
        String shown = normalize(text);
        int length = shown.codePointCount(0, shown.length());
        // NFKC turns some characters (U+00B4) into a space and an accent: none may stand at an end
        boolean allowed = length >= 1 && length <= MAX_LENGTH && shown.equals(normalize(shown)) && isAllowed(shown);
        return allowed ? Optional.of(new Username(shown, fold(shown))) : Optional.empty();
    }

    /**
     * A name that an account shall have.
     *
     * @throws AuthException {@code invalid_request} when it is invalid
     */
    public static Username required(String text) {
        return parse(text)
                .orElseThrow(() -> new AuthException(
                        ErrorCode.INVALID_REQUEST,
                        "username: 1 to 64 characters, no control or invisible characters."));
    }

    /** Trims and normalizes to NFKC, without validation. */
    public static String normalize(String text) {
        return Normalizer.normalize(EDGES.matcher(text).replaceAll(""), Normalizer.Form.NFKC);
    }

    /**
     * The part of the keys of all names that have this text in them, in any spelling that signs in; empty when no such
     * name is valid.
     */
    public static Optional<String> searchKey(String text) {
        if (text.length() > 4 * MAX_LENGTH) {
            return Optional.empty();
        }
        String prefix = normalize(text);
        return isAllowed(prefix) ? Optional.of(fold(prefix)) : Optional.empty();
    }

    /** An opaque cursor for the page of a list that follows this key. */
    public static String cursor(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    /** The key in a {@link #cursor}, empty for the empty one; nothing if there is none in it. */
    public static Optional<String> ofCursor(String cursor) {
        try {
            String key = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor)))
                    .toString();
            return Optional.of(key).filter(text -> text.length() <= MAX_KEY_LENGTH && isAllowed(text));
        } catch (IllegalArgumentException | CharacterCodingException foreign) {
            return Optional.empty();
        }
    }

    /**
     * Case-folds by way of upper case, for characters such as the German sharp s, whose upper case has two letters;
     * lower case comes first because the capital sharp s is its own upper case.
     */
    static String fold(String normalized) {
        String key =
                normalized.toLowerCase(Locale.ROOT).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        return Normalizer.normalize(key, Normalizer.Form.NFKC);
    }

    /** Whether no character is one that no name may have. */
    static boolean isAllowed(String text) {
        return text.codePoints().allMatch(Username::isAllowed);
    }

    private static boolean isAllowed(int codePoint) {
        if (isInvisible(codePoint)) {
            return false; // or another account could look like "admin"
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

    /**
     * Unicode's Default_Ignorable_Code_Points that are neither format characters nor unassigned, and the blank braille.
     */
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

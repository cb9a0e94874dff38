package com.amplihack.auth.users.password;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Bounds the part of a password that zxcvbn measures, so that it takes milliseconds: its work is quadratic in the
 * length, times the number of ways to read digits and symbols as letters (l33t).
 */
final class ZxcvbnInput {
    /** Code points that are measured; a password whose prefix is strong is strong. */
    private static final int MAX_LENGTH = 64;

    /** Readings that are tried; {@code p4$$w0rd} has one, all digits together have four, all symbols together 576. */
    private static final int MAX_READINGS = 8;

    /** The symbols that zxcvbn reads as the same letter; letters with one symbol only do not multiply the readings. */
    private static final List<String> AMBIGUOUS = List.of("4@", "({[<", "69", "1!|", "1|7", "$5", "+7");

    private static final int PRIVATE_USE =
            0xE000; // maps each symbol to a private use character, which is read as no letter

    private ZxcvbnInput() {}

    /** The prefix of the text; symbols that would exceed the readings are read as no letter. */
    public static String of(String text) {
        String start = text.substring(
                0, text.offsetByCodePoints(0, Math.min(MAX_LENGTH, text.codePointCount(0, text.length()))));
        Set<Character> read = new HashSet<>();
        Map<Character, Character> unread = new HashMap<>();
        StringBuilder measured = new StringBuilder(start.length());
        for (int i = 0; i < start.length(); i++) {
            char c = start.charAt(i);
            if (c < 0x80 && !unread.containsKey(c) && read.add(c) && readings(read) > MAX_READINGS) {
                read.remove(c);
                unread.put(c, (char) (PRIVATE_USE + c));
            }
            measured.append(unread.getOrDefault(c, c));
        }
        return measured.toString();
    }

    /** The number of ways to read a text with these symbols. */
    private static int readings(Set<Character> signs) {
        int product = 1;
        for (String ofOneLetter : AMBIGUOUS) {
            long present = ofOneLetter
                    .chars()
                    .filter(sign -> signs.contains((char) sign))
                    .count();
            product *= (int) Math.max(1, present);
        }
        return product;
    }
}

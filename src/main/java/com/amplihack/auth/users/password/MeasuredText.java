package com.amplihack.auth.users.password;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Bounds what zxcvbn is given of a password, so that measuring it takes some milliseconds whatever it is: its work grows
 * with the square of the length, times the ways in which digits and signs can be read as letters.
 */
final class MeasuredText {
    /** Code points that are measured; what takes enough guesses so far is strong. */
    private static final int LONGEST = 64;

    /** Readings that are tried; {@code p4$$w0rd} has one, all digits together have four, every sign that there is 576. */
    private static final int MOST_READINGS = 8;

    /** The letters that zxcvbn reads in several signs each, so that their numbers multiply; the others have one sign. */
    private static final List<String> AMBIGUOUS = List.of("4@", "({[<", "69", "1!|", "1|7", "$5", "+7");

    private static final int OUT_OF_REACH =
            0xE000; // a private use character for each sign: no letter, and still itself

    private MeasuredText() {}

    /** The start of the text; signs that would make more readings than are tried stand for themselves alone. */
    public static String of(String text) {
        String start =
                text.substring(0, text.offsetByCodePoints(0, Math.min(LONGEST, text.codePointCount(0, text.length()))));
        Set<Character> read = new HashSet<>();
        Map<Character, Character> unread = new HashMap<>();
        StringBuilder measured = new StringBuilder(start.length());
        for (int i = 0; i < start.length(); i++) {
            char c = start.charAt(i);
            if (c < 0x80 && !unread.containsKey(c) && read.add(c) && readings(read) > MOST_READINGS) {
                read.remove(c);
                unread.put(c, (char) (OUT_OF_REACH + c));
            }
            measured.append(unread.getOrDefault(c, c));
        }
        return measured.toString();
    }

    /** In how many ways a text with these signs can be read. */
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

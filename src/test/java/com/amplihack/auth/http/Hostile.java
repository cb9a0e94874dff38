package com.amplihack.auth.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Values that nobody foresaw, fixed ones and random ones: the same for the same seed. */
final class Hostile {
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\t",
            "x",
            "0",
            "-1",
            "null",
            "undefined",
            "NaN",
            "\u0000",
            "a\u0000b",
            "\u0007\u001b[31m",
            "\r\nX-Injected: 1",
            "' or '1'='1",
            "\"",
            "\\",
            "%",
            "%zz",
            "%00",
            "%s%n%x",
            "_",
            "*",
            "!",
            ":",
            "a:b:c",
            "{}",
            "${jndi:ldap://127.0.0.1/x}",
            "#{1+1}",
            "..",
            "../../etc/passwd",
            "/",
            "//",
            ";x=1",
            "?",
            "=",
            ",",
            ", ,",
            "é",
            "e\u0301",
            "İıſß\u1e9e",
            "\u202e\ufeff\u200b",
            "\ufffd",
            "\ud83d\ude00",
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            "1-1-1-1-1",
            "99999999999999999999",
            "1e400",
            "A".repeat(43),
            "x".repeat(65),
            "\ud83d\ude00".repeat(64),
            "x".repeat(1025),
            "x".repeat(2900));

    private static final List<String> JSON = List.of(
            "null",
            "true",
            "false",
            "0",
            "-0",
            "-1",
            "1.5",
            "1e2",
            "1e400",
            "1e999999999",
            "-1e-999999999",
            "253402300799",
            "253402300800",
            "9223372036854775807",
            "9223372036854775808",
            "99999999999999999999999999999999999999",
            "[]",
            "[[]]",
            "[null]",
            "[1,\"x\",{}]",
            "[\"x\",\"x\"]",
            "[\"\"]",
            "[\"admin\"]",
            "[\"\\u0000\"]",
            "[\"" + "x".repeat(200) + "\"]",
            "[" + "\"x\",".repeat(300) + "\"x\"]",
            "{}",
            "{\"a\":1}",
            "{\"a\":1,\"a\":2}",
            "{\"\":{\"\":{\"\":{}}}}",
            "[".repeat(20) + "]".repeat(20),
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\\u0000\"",
            "NaN",
            "undefined",
            "'x'",
            "\"x",
            "");

    private final Random random;

    Hostile(Random random) {
        this.random = random;
    }

    /** So many of the fixed texts, and so many random ones. */
    List<String> texts(int fixed, int fresh) {
        List<String> all = new ArrayList<>(some(fixed));
        for (int i = 0; i < fresh; i++) {
            all.add(text());
        }
        return all;
    }

    /** Every fixed value, well-formed or not, so many of the fixed texts as JSON strings, and so many random values. */
    List<String> json(int fixed, int fresh) {
        List<String> all = new ArrayList<>(JSON);
        some(fixed).forEach(text -> all.add(quoted(text)));
        for (int i = 0; i < fresh; i++) {
            all.add(value(3));
        }
        return all;
    }

    private List<String> some(int number) {
        List<String> shuffled = new ArrayList<>(TEXTS);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, number);
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Code points of every plane, none of them a surrogate. */
    private String text() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(40);
        while (text.length() < length) {
            int bound = oneOf(List.of(0x20, 0x80, 0x100, 0x3000, 0x110000));
            int codePoint = random.nextInt(bound);
            if (codePoint < 0xD800 || codePoint > 0xDFFF) {
                text.appendCodePoint(codePoint);
            }
        }
        return text.toString();
    }

    private String value(int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> Long.toString(random.nextLong());
            case 1 -> Double.toString(random.nextGaussian() * Math.pow(10, random.nextInt(300)));
            case 2 -> oneOf(JSON);
            case 3 -> quoted(text());
            case 4 -> '[' + value(depth - 1) + ',' + value(depth - 1) + ']';
            default -> '{' + quoted(text()) + ':' + value(depth - 1) + '}';
        };
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c < ' ' || c == '"' || c == '\\') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}

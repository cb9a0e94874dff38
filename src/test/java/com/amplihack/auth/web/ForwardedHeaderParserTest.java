package com.amplihack.auth.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.Seed;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedHeaderParserTest {
    private static final String ALPHABET = "for=\",;\\\\ \t127.0[]:_-by\u00e9\u0000\n\u4e2d";

    /** The examples of RFC 7239 among them. */
    static Stream<Arguments> wellFormed() {
        return Stream.of(
                Arguments.of("for=\"_gazonk\"", List.of("_gazonk")),
                Arguments.of("For=\"[2001:db8:cafe::17]:4711\"", List.of("[2001:db8:cafe::17]:4711")),
                Arguments.of("for=192.0.2.60;proto=http;by=203.0.113.43", List.of("192.0.2.60")),
                Arguments.of("for=192.0.2.43, for=198.51.100.17", List.of("192.0.2.43", "198.51.100.17")),
                Arguments.of("for=a;host=\"x,for=b\"", List.of("a")),
                Arguments.of("host=\"for=b;for=c\";for=a", List.of("a")),
                Arguments.of("for=\"\\1\\2\"", List.of("12")),
                Arguments.of("for=\"\"", List.of("")),
                Arguments.of("proto=http", List.of("")),
                Arguments.of("for=a ; by=b\t,\tby=c", List.of("a", "")),
                Arguments.of(";for=a;;", List.of("a")),
                Arguments.of(",, for=a,\t,", List.of("a")),
                Arguments.of("", List.of()));
    }

    @ParameterizedTest
    @MethodSource("wellFormed")
    void theGrammarIsFollowed(String header, List<String> clients) {
        assertEquals(Optional.of(clients), ForwardedHeaderParser.values(List.of(header), "for"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for",
                "for=",
                "=a",
                "for =a",
                "for= a",
                "for=\"a",
                "for=a\"",
                "for=\"a\"b",
                "for=\"a\\\"",
                "for=a b",
                "for=a;for=b",
                "for=a;FOR=\"b\"",
                "for=[::1]",
                "for=1.2.3.4:5",
                "for=a/b",
                "for=\"a\u0000b\"",
                "for=\"a\u4e2db\"",
                "for=a, (b)"
            })
    void whatIsNotOfTheGrammarTellsNothing(String header) {
        assertEquals(Optional.empty(), ForwardedHeaderParser.values(List.of(header), "for"));
        assertEquals(Optional.empty(), ForwardedHeaderParser.values(List.of(header, "for=a"), "for"));
        assertEquals(Optional.empty(), ForwardedHeaderParser.values(List.of("for=a", header), "for"));
    }

    @Test
    void whateverAClientSaysInAValueTheProxysWordStays() {
        Random random = Seed.random();
        for (int i = 0; i < 20_000; i++) {
            String said = text(random, 30);
            StringBuilder quoted = new StringBuilder();
            said.chars()
                    .filter(c -> c == '\t' || (c >= ' ' && c <= 0xFF && c != 0x7F))
                    .forEach(c -> {
                        if (c == '"' || c == '\\') {
                            quoted.append('\\');
                        }
                        quoted.append((char) c);
                    });
            String header = "for=203.0.113.7;host=\"" + quoted + "\"";
            assertEquals(
                    Optional.of(List.of("203.0.113.7")), ForwardedHeaderParser.values(List.of(header), "for"), header);
            assertEquals(
                    Optional.of(List.of(quoted.toString().replaceAll("\\\\(.)", "$1"), "203.0.113.7")),
                    ForwardedHeaderParser.values(List.of("for=\"" + quoted + "\"", "for=203.0.113.7"), "for"),
                    header);
        }
    }

    @Test
    void aProxyThatAppendsToAnythingIsBelievedOrNobodyIs() {
        Random random = Seed.random();
        int believed = 0;
        for (int i = 0; i < 50_000; i++) {
            String said = text(random, 24);
            Optional<List<String>> clients = ForwardedHeaderParser.values(List.of(said + ", for=203.0.113.7"), "for");
            if (clients.isPresent()) {
                List<String> chain = clients.get();
                assertEquals("203.0.113.7", chain.get(chain.size() - 1), said);
                believed++;
            }
        }
        assertTrue(believed > 100, "some of it was well-formed");
    }

    /** No header is longer than 8 KiB, but nothing here may depend on it. */
    @Test
    void aLongHeaderIsReadToItsEnd() {
        int times = 50_000;
        String quoted = "for=\"" + "\\a".repeat(times) + "\"";
        assertEquals(Optional.of(List.of("a".repeat(times))), ForwardedHeaderParser.values(List.of(quoted), "for"));
        assertEquals(Optional.empty(), ForwardedHeaderParser.values(List.of(quoted + "\""), "for"));
        assertEquals(Optional.empty(), ForwardedHeaderParser.values(List.of("for=\"" + "a".repeat(times)), "for"));
        assertEquals(
                Optional.of(List.of("a")), ForwardedHeaderParser.values(List.of(";".repeat(times) + "for=a"), "for"));
        assertEquals(
                Optional.of(List.of("a")), ForwardedHeaderParser.values(List.of(",".repeat(times) + "for=a"), "for"));
        assertEquals(
                times,
                ForwardedHeaderParser.values(List.of("for=a,".repeat(times)), "for")
                        .orElseThrow()
                        .size());
    }

    private static String text(Random random, int longest) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(longest); length > 0; length--) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }
}

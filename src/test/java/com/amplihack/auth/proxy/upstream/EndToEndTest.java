package com.amplihack.auth.proxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

class EndToEndTest {
    @Test
    void namesAreComparedAsTheMostCarelessReaderDoes() {
        assertEquals("x-forwarded-for", EndToEnd.key("X_Forwarded.For"));
        assertEquals("x-auth-roles", EndToEnd.key("X-AUTH~ROLES"));
    }

    @Test
    void whatConnectionNamesIsHopByHop() {
        Set<String> named = EndToEnd.namedByConnection(Set.of("close, X_Hop", "other"));
        assertEquals(Set.of("close", "x-hop", "other"), named);
    }

    @Test
    void bytesAboveAsciiArePercentEncoded() {
        assertEquals("a%C3%A4\tb ~%7F%FF", EndToEnd.ascii("a\u00c3\u00a4\tb ~\u007f\u00ff"));
        assertEquals("%E2%82%AC", EndToEnd.ascii("\u20ac"));
        assertEquals("%F0%9F%98%80", EndToEnd.ascii("\ud83d\ude00"));
    }
}

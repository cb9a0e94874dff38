package com.amplihack.auth.proxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

class HeaderFilterTest {
    @Test
    void namesAreComparedAsTheMostCarelessReaderDoes() {
        assertEquals("x-forwarded-for", HeaderFilter.key("X_Forwarded.For"));
        assertEquals("x-auth-roles", HeaderFilter.key("X-AUTH~ROLES"));
    }

    @Test
    void whatConnectionNamesIsHopByHop() {
        Set<String> named = HeaderFilter.namedByConnection(Set.of("close, X_Hop", "other"));
        assertEquals(Set.of("close", "x-hop", "other"), named);
    }

    @Test
    void bytesAboveAsciiArePercentEncoded() {
        assertEquals("a%C3%A4\tb ~%7F%FF", HeaderFilter.ascii("a\u00c3\u00a4\tb ~\u007f\u00ff"));
        assertEquals("%E2%82%AC", HeaderFilter.ascii("\u20ac"));
        assertEquals("%F0%9F%98%80", HeaderFilter.ascii("\ud83d\ude00"));
    }
}

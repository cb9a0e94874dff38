package com.amplihack.auth.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MpJwtConfigSourceTest {
    private final MpJwtConfigSource source = new MpJwtConfigSource();

    @ParameterizedTest
    @CsvSource({
        "mp.jwt.token.header, Authorization",
        "mp.jwt.token.cookie, Bearer",
        "mp.jwt.verify.publickey.algorithm, RS256"
    })
    void noOtherSourceSaysItInAnyProfile(String name, String value) {
        assertEquals(value, source.getValue(name));
        assertEquals(value, source.getValue("%dev." + name));
        assertEquals(value, source.getProperties().get(name));
        assertEquals(Integer.MAX_VALUE, source.getOrdinal());
    }

    @Test
    void nothingElseIsSaidHere() {
        assertNull(source.getValue("auth.home"));
        assertNull(source.getValue("%dev"));
        assertTrue(source.getPropertyNames().stream().allMatch(name -> name.startsWith("mp.jwt.")));
        assertTrue(source.getPropertyNames().containsAll(Set.of("mp.jwt.token.header", "mp.jwt.token.cookie")));
    }
}

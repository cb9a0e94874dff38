package com.amplihack.auth.config.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.amplihack.auth.config.source.Secret;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SecretTest {
    private static final String VALUE = "correct horse battery staple";

    @Test
    void textOfASecretShowsNothing() {
        assertEquals("***", Secret.of(VALUE).toString());
        assertEquals("Optional[***]", Optional.of(Secret.of(VALUE)).toString());
        assertEquals("***", String.format("%s", Secret.of(VALUE)));
    }

    @Test
    void revealGivesTheValue() {
        assertEquals(VALUE, Secret.of(VALUE).reveal());
    }

    @Test
    void secretsAreEqualByValue() {
        assertEquals(Secret.of(VALUE), Secret.of(new String(VALUE)));
        assertNotEquals(Secret.of(VALUE), Secret.of(VALUE + " "));
        assertNotEquals(Secret.of(VALUE), Secret.of("x" + VALUE.substring(1)));
        assertNotEquals(Secret.of(VALUE), (Object) VALUE);
    }

    @Test
    void hashCodeTellsNothingOfTheValue() {
        assertEquals(Secret.of(VALUE).hashCode(), Secret.of("another").hashCode());
    }
}

package com.amplihack.auth.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApiKeyTest {
    // CRC-32 by zlib.crc32 of Python, written in base62 of digits, upper and lower case
    private static final String KNOWN = "amp_" + "0123456789ABCDEF" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg";

    @Test
    void aKeyIsReadBack() {
        ApiKey key = ApiKey.random(new SecureRandom());
        assertEquals(4 + 16 + 43 + 6, key.reveal().length());
        assertTrue(key.reveal().matches("amp_[0-9A-Za-z]{65}"), "base62");
        ApiKey read = ApiKey.parse(key.reveal()).orElseThrow();
        assertEquals(key.id(), read.id());
        assertEquals(key.hash(), read.hash());
        assertEquals(key.reveal().substring(4, 20), key.id());
        assertTrue(ApiKey.isId(key.id()));
    }

    @Test
    void theChecksumIsThatOfZlib() {
        assertEquals(
                "amp_0123456789ABCDEF***",
                ApiKey.parse(KNOWN + "3yZ3rr").orElseThrow().toString());
    }

    @Test
    void everyTypingErrorIsFound() {
        String key = ApiKey.random(new SecureRandom()).reveal();
        for (int i = 0; i < key.length(); i++) {
            for (char other : "aB7".toCharArray()) {
                if (key.charAt(i) != other) {
                    String wrong = key.substring(0, i) + other + key.substring(i + 1);
                    assertEquals(Optional.empty(), ApiKey.parse(wrong), wrong);
                }
            }
        }
        assertEquals(Optional.empty(), ApiKey.parse(key.substring(1)));
        assertEquals(Optional.empty(), ApiKey.parse(key + "0"));
        assertEquals(Optional.empty(), ApiKey.parse(key.substring(0, 68)));
        assertEquals(Optional.empty(), ApiKey.parse(key.substring(0, 20) + "é" + key.substring(21)));
        assertEquals(Optional.empty(), ApiKey.parse(""));
    }

    @Test
    void noTwoKeysAreAlike() {
        SecureRandom random = new SecureRandom();
        ApiKey one = ApiKey.random(random);
        ApiKey another = ApiKey.random(random);
        assertNotEquals(one.id(), another.id());
        assertNotEquals(one.hash(), another.hash());
    }

    @Test
    void neitherItsTextNorItsHashShowsTheSecret() {
        ApiKey key = ApiKey.random(new SecureRandom());
        String secret = key.reveal().substring(20, 63);
        assertFalse(key.toString().contains(secret.substring(0, 6)));
        assertFalse(key.hash().contains(secret));
    }
}

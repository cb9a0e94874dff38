package com.amplihack.auth.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.token.Sha256;
import com.amplihack.auth.token.Tokens;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefreshTokenCodecTest {
    private static final RefreshToken TOKEN = RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 7);

    private final RefreshTokenCodec codec = new RefreshTokenCodec(Tokens.RING);
    private final String text = codec.encode(TOKEN);

    @Test
    void tokenComesBackAsItWas() {
        RefreshToken read = codec.decode(text).orElseThrow();
        assertEquals(TOKEN.subject(), read.subject());
        assertEquals(TOKEN.sid(), read.sid());
        assertEquals(TOKEN.gen(), read.gen());
        assertArrayEquals(TOKEN.secret(), read.secret());
        assertEquals(TOKEN.hash(), read.hash());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, Integer.MAX_VALUE + 1L, Long.MAX_VALUE})
    void everyGenerationComesBack(long gen) {
        String encoded = codec.encode(RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, gen));
        assertEquals(gen, codec.decode(encoded).orElseThrow().gen());
    }

    @Test
    void anotherNodeOfTheSameKeyReadsIt() {
        assertTrue(new RefreshTokenCodec(Tokens.RING).decode(text).isPresent());
    }

    @Test
    void anotherHandleKeyRefuses() {
        assertEquals(Optional.empty(), new RefreshTokenCodec(Tokens.FOREIGN).decode(text));
    }

    @Tag("fault-18")
    @Test
    void everySingleBitCounts() {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertEquals(Optional.empty(), codec.decode(Sha256.base64url(flipped)), "bit " + bit);
        }
        assertTrue(codec.decode(Sha256.base64url(bytes)).isPresent());
    }

    @Test
    void everySingleCharacterCounts() {
        for (int i = 0; i < text.length(); i++) {
            for (char other : "A-_z+/= \u00e4".toCharArray()) {
                String changed = text.substring(0, i) + other + text.substring(i + 1);
                if (other != text.charAt(i)) {
                    assertEquals(Optional.empty(), codec.decode(changed), changed);
                }
            }
        }
    }

    /** Of the last character some bits are not used: no other spelling of them may pass either. */
    @Test
    void noOtherSpellingOfATokenIsRead() {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        String start = text.substring(0, text.length() - 1);
        long read = alphabet.chars()
                .filter(last -> codec.decode(start + (char) last).isPresent())
                .count();
        assertEquals(1, read);
    }

    @Test
    void anotherLengthIsRefused() {
        assertEquals(Optional.empty(), codec.decode(""));
        assertEquals(Optional.empty(), codec.decode(text.substring(1)));
        assertEquals(Optional.empty(), codec.decode(text.substring(0, text.length() - 1)));
        assertEquals(Optional.empty(), codec.decode(text + "="));
        assertEquals(Optional.empty(), codec.decode(text + "A"));
        assertEquals(Optional.empty(), codec.decode(" ".repeat(text.length())));
        assertEquals(Optional.empty(), codec.decode("A".repeat(text.length())));
    }

    @Tag("fault-37")
    @Test
    void accessTokenIsNoRefreshToken() {
        assertEquals(Optional.empty(), codec.decode(Tokens.good()));
        assertEquals(Optional.empty(), codec.decode(Tokens.good().substring(0, text.length())));
    }

    @Test
    void eachTokenHasASecretOfItsOwn() {
        RefreshToken other = RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 7);
        assertEquals(32, other.secret().length);
        assertFalse(Arrays.equals(TOKEN.secret(), other.secret()));
        assertNotEquals(text, codec.encode(other));
    }

    @Test
    void storeLearnsAHashThatIsNoPlainHashOfTheSecret() throws Exception {
        String plain = Sha256.base64url(MessageDigest.getInstance("SHA-256").digest(TOKEN.secret()));
        assertFalse(plain.startsWith(TOKEN.hash()));
        assertEquals(22, TOKEN.hash().length());
        assertFalse(text.contains(TOKEN.hash()));
    }

    @Test
    void textIsSafeInACookieAndOpaque() {
        assertTrue(text.matches("[A-Za-z0-9_-]+"), text);
        String decoded = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.ISO_8859_1);
        assertFalse(decoded.contains(Tokens.SID));
        assertEquals("RefreshToken[gen=7]", TOKEN.toString());
    }
}

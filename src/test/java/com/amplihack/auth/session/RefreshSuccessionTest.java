package com.amplihack.auth.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.TokenMac;
import com.amplihack.auth.store.TokenFamily;
import com.amplihack.auth.token.Sha256;
import com.amplihack.auth.token.Tokens;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** What is made of a refresh token under {@code handle.key}: its successor, and the names of the requests that bring it. */
class RefreshSuccessionTest {
    private static final String KEY = "0b2a7a9e-90c3-4f1c-a6dc-8a1c2a3c2d11";

    private final String salt = RefreshTokenCodec.freshSalt();
    private final RefreshToken parent = RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 4);
    private final RefreshToken successor = made(parent, salt);

    @Test
    void everyNodeMakesTheSameOfTheSame() {
        assertArrayEquals(successor.secret(), made(parent, salt).secret());
        assertEquals(5, successor.gen());
        assertEquals(parent.sid(), successor.sid());
        assertEquals(parent.subject(), successor.subject());
        assertEquals(32, successor.secret().length);
    }

    @Test
    void everyRotationHasASaltOfItsOwn() {
        String other = RefreshTokenCodec.freshSalt();

        assertEquals(16, salt.length());
        assertNotEquals(salt, other);
        assertNotTheSuccessor(made(parent, other));
        assertNotTheSuccessor(made(parent, ""));
    }

    /** Whoever reads the store has the salt, the hash of the live secret, and perhaps an old token. */
    @Test
    void nobodyMakesItWithoutTheKey() {
        assertNotTheSuccessor(new RefreshTokenCodec(Tokens.FOREIGN).successorOf(parent, salt));
    }

    @Test
    void nothingButItsParentMakesIt() {
        String somebody = "11111111-2222-4333-8444-555555555555";
        assertNotTheSuccessor(made(RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 4), salt));
        assertNotTheSuccessor(made(new RefreshToken(Tokens.SUBJECT, Tokens.SID, 3, parent.secret()), salt));
        assertNotTheSuccessor(made(new RefreshToken(Tokens.SUBJECT, Sha256.of("x"), 4, parent.secret()), salt));
        assertNotTheSuccessor(made(new RefreshToken(somebody, Tokens.SID, 4, parent.secret()), salt));
    }

    @Test
    void theMacInTheParentsTextIsAnother() {
        byte[] text = Base64.getUrlDecoder().decode(new RefreshTokenCodec(Tokens.RING).encode(parent));

        assertFalse(Arrays.equals(
                made(parent, "").secret(), Arrays.copyOfRange(text, text.length - TokenMac.BYTES, text.length)));
    }

    @Test
    void aRequestIsItsKeyTogetherWithItsToken() {
        String name = name(Tokens.RING, parent, KEY);

        assertEquals(TokenFamily.REQUEST_LENGTH, name.length());
        assertEquals(name, name(Tokens.RING, parent, KEY));
        assertNotEquals(name, name(Tokens.RING, parent, KEY + "x"));
        assertNotEquals(name, name(Tokens.RING, successor, KEY));
        assertEquals("", name(Tokens.RING, parent, ""));
    }

    /** Else whoever reads the store could look for a key that has the name of a request that was answered. */
    @Test
    void nobodyNamesARequestWithoutTheKey() {
        assertNotEquals(name(Tokens.RING, parent, KEY), name(Tokens.FOREIGN, parent, KEY));
    }

    private void assertNotTheSuccessor(RefreshToken other) {
        assertFalse(Arrays.equals(successor.secret(), other.secret()));
    }

    private static RefreshToken made(RefreshToken parent, String salt) {
        return new RefreshTokenCodec(Tokens.RING).successorOf(parent, salt);
    }

    private static String name(KeyRing keys, RefreshToken token, String idempotencyKey) {
        return new RefreshTokenCodec(keys).nameOf(token, idempotencyKey);
    }
}

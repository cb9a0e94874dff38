package com.amplihack.auth.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.store.TokenFamily;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** What is made of a refresh token under {@code handle.key}: its successor, and the names of the requests that bring it. */
class RefreshSuccessionTest {
    private static final String KEY = "0b2a7a9e-90c3-4f1c-a6dc-8a1c2a3c2d11";

    private final RefreshToken parent = RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 4);

    @Test
    void everyNodeMakesTheSameSuccessorAsOftenAsItIsAsked() {
        RefreshToken successor = successor(Tokens.RING, parent);

        assertArrayEquals(successor.secret(), successor(Tokens.RING, parent).secret());
        assertEquals(5, successor.gen());
        assertEquals(parent.sid(), successor.sid());
        assertEquals(parent.subject(), successor.subject());
        assertEquals(32, successor.secret().length);
    }

    @Test
    void nobodyMakesItWithoutTheKey() {
        assertNotTheSuccessor(successor(Tokens.FOREIGN, parent));
    }

    @Test
    void nothingButItsParentMakesIt() {
        String other = "11111111-2222-4333-8444-555555555555";
        assertNotTheSuccessor(made(RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 4)));
        assertNotTheSuccessor(made(new RefreshToken(Tokens.SUBJECT, Tokens.SID, 3, parent.secret())));
        assertNotTheSuccessor(made(new RefreshToken(Tokens.SUBJECT, Sha256.of("x"), 4, parent.secret())));
        assertNotTheSuccessor(made(new RefreshToken(other, Tokens.SID, 4, parent.secret())));
    }

    /** What a client or a reader of the store has in hand. */
    @Test
    void neitherTheStoreNorTheTokensMacTellsIt() {
        byte[] secret = made(parent).secret();
        byte[] token = Base64.getUrlDecoder().decode(new RefreshTokenCodec(Tokens.RING).encode(parent));

        assertFalse(Arrays.equals(secret, Arrays.copyOfRange(token, token.length - HandleMac.BYTES, token.length)));
        assertFalse(Arrays.equals(secret, parent.secret()));
        assertFalse(Sha256.base64url(secret).startsWith(made(parent).hash()));
    }

    @Test
    void aLineOfTokensDoesNotRepeatItself() {
        RefreshToken grandchild = made(made(parent));

        assertEquals(6, grandchild.gen());
        assertNotTheSuccessor(grandchild);
        assertFalse(Arrays.equals(parent.secret(), grandchild.secret()));
    }

    @Test
    void aRequestIsItsKeyTogetherWithItsToken() {
        String name = name(Tokens.RING, parent, KEY);

        assertEquals(TokenFamily.REQUEST_LENGTH, name.length());
        assertEquals(name, name(Tokens.RING, parent, KEY));
        assertNotEquals(name, name(Tokens.RING, parent, KEY + "x"));
        assertNotEquals(name, name(Tokens.RING, made(parent), KEY));
        assertEquals("", name(Tokens.RING, parent, ""));
    }

    /** Else whoever reads the store could look for a key that has the name of a request that was answered. */
    @Test
    void nobodyNamesARequestWithoutTheKey() {
        assertNotEquals(name(Tokens.RING, parent, KEY), name(Tokens.FOREIGN, parent, KEY));
    }

    private void assertNotTheSuccessor(RefreshToken other) {
        assertFalse(Arrays.equals(made(parent).secret(), other.secret()));
    }

    private static RefreshToken made(RefreshToken parent) {
        return successor(Tokens.RING, parent);
    }

    private static RefreshToken successor(KeyRing keys, RefreshToken parent) {
        return new RefreshTokenCodec(keys).successorOf(parent);
    }

    private static String name(KeyRing keys, RefreshToken token, String idempotencyKey) {
        return new RefreshTokenCodec(keys).nameOf(token, idempotencyKey);
    }
}

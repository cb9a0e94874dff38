package com.amplihack.auth.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuccessorSealTest {
    private final RefreshToken parent = RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 4);
    private final RefreshToken successor = RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 5);
    private final String sealed = SuccessorSeal.seal(parent, successor);

    @Test
    void theParentOpensIt() {
        RefreshToken opened = SuccessorSeal.open(parent, sealed).orElseThrow();

        assertArrayEquals(successor.secret(), opened.secret());
        assertEquals(successor.hash(), opened.hash());
        assertEquals(5, opened.gen());
    }

    @Test
    void nobodyElseDoes() {
        assertClosed(RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 4), "another secret");
        assertClosed(new RefreshToken(Tokens.SUBJECT, Tokens.SID, 3, parent.secret()), "another generation");
        assertClosed(new RefreshToken(Tokens.SUBJECT, Sha256.of("x"), 4, parent.secret()), "another session");
    }

    /** The store knows the hash of the parent's secret: taken for the secret itself, it opens nothing. */
    @Test
    void whatTheStoreKnowsDoesNotOpenIt() {
        byte[] known = java.util.Base64.getUrlDecoder().decode(parent.hash());

        assertClosed(new RefreshToken(Tokens.SUBJECT, Tokens.SID, 4, known), "the lookup hash");
    }

    @Test
    void everySealIsAnother() {
        assertNotEquals(sealed, SuccessorSeal.seal(parent, successor));
        assertEquals(80, sealed.length());
    }

    @Test
    void whatIsNoSealDoesNotOpen() {
        char[] forged = sealed.toCharArray();
        forged[30] = forged[30] == 'A' ? 'B' : 'A';
        for (String text : new String[] {"", "!", "AAAA", sealed + "AAAA", sealed.substring(4), new String(forged)}) {
            assertTrue(SuccessorSeal.open(parent, text).isEmpty(), text);
        }
    }

    private void assertClosed(RefreshToken other, String what) {
        assertEquals(Optional.empty(), SuccessorSeal.open(other, sealed), what);
    }
}

package com.amplihack.auth.signin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.token.Tokens;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MfaTokensTest {
    private static final String ADA = "0b6d7f6e-8a52-4f6b-9c0e-2f7f3d1b5a10";
    private static final Instant END = Instant.parse("2026-11-29T12:05:00Z");
    private static final MfaTokens OURS = new MfaTokens(Tokens.RING);

    @Test
    void aTokenNamesItsAccountItsEndAndASecretOfItsOwn() {
        String first = OURS.fresh(ADA, END.plusMillis(999));
        assertEquals(MfaTokens.LENGTH, first.length());

        MfaToken read = OURS.read(first).orElseThrow();
        assertEquals(ADA, read.subject());
        assertEquals(END, read.expiresAt());
        assertNotEquals(read.id(), OURS.read(OURS.fresh(ADA, END)).orElseThrow().id());
    }

    /** So neither the account nor the end of what somebody holds can be changed. */
    @Test
    void aTokenWithAnyOtherBitIsNone() {
        String token = OURS.fresh(ADA, END);
        byte[] bytes = Base64.getUrlDecoder().decode(token);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertEquals(
                    Optional.empty(),
                    OURS.read(Base64.getUrlEncoder().withoutPadding().encodeToString(flipped)));
        }
        assertEquals(Optional.empty(), OURS.read(token.substring(1)));
        assertEquals(Optional.empty(), OURS.read(token + "A"));
        assertEquals(Optional.empty(), OURS.read("=" + token.substring(1)));
        assertTrue(new MfaTokens(Tokens.FOREIGN).read(token).isEmpty());
    }
}

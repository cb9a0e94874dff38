package com.amplihack.auth.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.store.TokenFamily;
import com.amplihack.auth.token.Tokens;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Each rule of docs/refresh-protocol.md on a session at generation 5, rotated by the request {@code k5}. */
class RefreshRuleTest {
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Instant ROTATED = Tokens.NOW;
    private static final String SALT = RefreshTokenCodec.freshSalt();
    private static final Instant LATER = ROTATED.plus(GRACE);

    private final RefreshTokenCodec codec = new RefreshTokenCodec(Tokens.RING);
    private final RefreshToken parent = RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 4);
    private final RefreshToken live = codec.successorOf(parent, SALT);
    private final String k5 = "key-05";
    private final String k3 = "key-03";
    private final TokenFamily family = new TokenFamily(5, live.hash(), ROTATED, k5, k3, SALT);

    @Test
    void theLiveTokenIsRotatedWhenTheGraceIsOver() {
        assertEquals(RefreshRule.ROTATE, rule(live, "", LATER));
        assertEquals(RefreshRule.ROTATE, rule(live, "other!", LATER), "whatever its key");
    }

    @Test
    void withinTheGraceTheLiveTokenIsItsOwnAnswer() {
        assertEquals(RefreshRule.ANSWER_ITSELF, rule(live, "", ROTATED));
        assertEquals(RefreshRule.ANSWER_ITSELF, rule(live, "", LATER.minusMillis(1)));
    }

    /** Else a duplicate of a request that rotated nothing, kept back by the network, would rotate behind its client. */
    @Test
    void aRequestThatWasAnsweredWithTheLiveTokenIsAnsweredWithItAgainHoweverLate() {
        assertEquals(RefreshRule.ANSWER_ITSELF, rule(live, k3, LATER));
    }

    @Test
    void withoutAGraceNothingIsYoung() {
        assertEquals(RefreshRule.ROTATE, rule(family, live, "", ROTATED, Duration.ZERO));
        assertEquals(RefreshRule.REUSED, rule(family, parent, "", ROTATED, Duration.ZERO));
    }

    @Test
    void theTokenOfALoginIsNotYoung() {
        RefreshToken first = RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 1);
        TokenFamily atLogin = new TokenFamily(1, first.hash(), ROTATED, "", "", SALT);

        assertEquals(RefreshRule.ROTATE, rule(atLogin, first, "", ROTATED, GRACE));
    }

    @Test
    void theParentIsAnsweredWithinTheGraceOrToTheSameRequest() {
        assertEquals(RefreshRule.ANSWER_SUCCESSOR, rule(parent, "", LATER.minusMillis(1)));
        assertEquals(RefreshRule.ANSWER_SUCCESSOR, rule(parent, k5, LATER.plus(Duration.ofDays(6))));
        assertEquals(RefreshRule.ANSWER_SUCCESSOR, rule(parent, k3, LATER), "a tab that raced and asks again");
    }

    @Test
    void theParentIsReuseToAnybodyElse() {
        assertEquals(RefreshRule.REUSED, rule(parent, "", LATER));
        assertEquals(RefreshRule.REUSED, rule(parent, "other!", LATER));
    }

    @Test
    void aRotationWithoutAKeyIsNobodysRequest() {
        TokenFamily unnamed = new TokenFamily(5, live.hash(), ROTATED, "", "", SALT);

        assertEquals(RefreshRule.REUSED, rule(unnamed, parent, "", LATER, GRACE));
    }

    @Test
    void aDuplicateOfAnAnsweredRequestIsSupersededHoweverOldItsToken() {
        assertEquals(RefreshRule.SUPERSEDED, rule(RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 2), k3, LATER));
    }

    @Test
    void anOlderTokenIsReuseEvenWithinTheGrace() {
        RefreshToken older = RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 3);

        assertEquals(RefreshRule.REUSED, rule(older, "", ROTATED));
        assertEquals(RefreshRule.REUSED, rule(older, "other!", LATER));
    }

    @Test
    void aTokenBesideTheLiveOrTheParentIsReuse() {
        RefreshToken besideLive = RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 5);
        RefreshToken besideParent = RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 4);

        assertEquals(RefreshRule.REUSED, rule(besideLive, "", ROTATED));
        assertEquals(RefreshRule.REUSED, rule(besideLive, k3, ROTATED));
        assertEquals(RefreshRule.REUSED, rule(besideParent, "", ROTATED));
        assertEquals(RefreshRule.REUSED, rule(besideParent, "other!", LATER));
    }

    @Test
    void aRolledBackStoreLearnsFromANewerToken() {
        assertEquals(RefreshRule.ROTATE, rule(RefreshToken.fresh(Tokens.SUBJECT, Tokens.SID, 9), "", ROTATED));
    }

    private RefreshRule rule(RefreshToken presented, String request, Instant now) {
        return rule(family, presented, request, now, GRACE);
    }

    private RefreshRule rule(TokenFamily family, RefreshToken presented, String request, Instant now, Duration grace) {
        return RefreshRule.of(family, presented, codec.successorOf(presented, SALT), request, now, grace);
    }
}

package com.amplihack.auth.store;

import static com.amplihack.auth.store.SecurityStoreContract.ADA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.store.KeyStore.KeyAdmission;
import com.amplihack.auth.store.KeyStore.KeyCopy;
import com.amplihack.auth.store.KeyStore.KeyUse;
import com.amplihack.auth.store.KeyStore.KeyVerdict;
import com.amplihack.auth.store.SessionStore.Commit;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.store.script.UserKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that outlive what Redis has lost: what was ended stays ended, on each of them. */
class LostStoreTest extends OnRedis {
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));

    private ScriptedStore remembering;
    private ScriptedStore restarted;

    @BeforeEach
    void connect() {
        remembering = node();
        restarted = node();
    }

    @AfterEach
    void disconnect() {
        remembering.close();
        restarted.close();
    }

    @Test
    void nodesOfWhichOneWasRestartedAgreeAgainWhenTheStoreWasEmptiedAfterAPanic() throws Exception {
        emptyAfterPanic();

        pollAgain();
        open(restarted, "of the restarted");
        open(remembering, "of the other");

        for (ScriptedStore node : new ScriptedStore[] {remembering, restarted}) {
            assertEquals(Verdict.ADMITTED, use(node, "of the restarted"));
            assertEquals(Verdict.ADMITTED, use(node, "of the other"));
        }
    }

    @Test
    void aSecondPanicEndsTheSessionsOfEveryNodeWhateverTheStoreHasLost() throws Exception {
        emptyAfterPanic();
        open(remembering, "stolen");

        restarted.endEverybody();
        pollAgain();

        assertEquals(Verdict.SESSION_OVER, use(remembering, "stolen"));
        assertEquals(Verdict.SESSION_OVER, use(restarted, "stolen"));
        open(restarted, "new");
        assertEquals(Verdict.ADMITTED, use(remembering, "new"));
    }

    @Test
    void thePanicCounterIsTheTimeOfDaySoThatItExceedsWhatAnyNodeEverKnew() {
        long before = Instant.now().getEpochSecond();

        remembering.endEverybody();

        assertTrue(counter() >= before, "ended " + counter());
        remembering.endEverybody();
        restarted.endEverybody();
        assertTrue(counter() >= before + 2, "each one moves it, also within a second: " + counter());
    }

    /** As when the clock of a new Redis is behind: a node that knows more has it raised above what it knows. */
    @Test
    void aPanicBelowWhatANodeKnowsEndsTheSessionsOfThatNodeAllTheSame() throws Exception {
        long future = Instant.now().plus(Duration.ofDays(30)).getEpochSecond();
        operator.hset("auth2:wide", "ended", Long.toString(future));
        pollAgain();
        open(remembering, "stolen");
        assertEquals(Verdict.ADMITTED, use(remembering, "stolen"));
        restart();
        operator.hset("auth2:wide", "ended", Long.toString(future - 1000));

        pollAgain();

        assertTrue(counter() > future, "ended " + counter());
        assertEquals(Verdict.SESSION_OVER, use(remembering, "stolen"));
        assertEquals(Verdict.SESSION_OVER, use(restarted, "stolen"));
    }

    @Test
    void aDeadKeyIsWrittenBackToAStoreThatHasLostIt() throws Exception {
        remembering.markCompromised(Set.of("stolen key"));
        operator.flushAll();
        restart();

        pollAgain();

        assertEquals(Set.of("stolen key"), restarted.compromisedKeys());
        assertEquals(Map.of("dead:stolen key", "1"), operator.hgetAll("auth2:wide"), "and nobody is signed out");
        assertTrue(operator.pttl("auth2:wide") > Duration.ofDays(365).toMillis());
    }

    @Test
    void anApiKeyThatWasRevokedWhileANodeReadItIsNotRevivedByAStoreThatForgotIt() {
        KeyUse use = new KeyUse(ADA, "AbCdEfGhIjKlMnOp", "hash", "", true, "192.0.2.7");
        KeyAdmission leased = remembering.admitKey(use, UNLIMITED);
        assertEquals(KeyVerdict.LEASED, leased.verdict());
        restarted.killKey(ADA, "AbCdEfGhIjKlMnOp");
        operator.flushAll();

        KeyCopy stale = new KeyCopy("hash", Instant.now().plusSeconds(60), "what it could do");
        remembering.fillKey(ADA, "AbCdEfGhIjKlMnOp", leased.lease(), Optional.of(stale));

        assertEquals(KeyVerdict.LEASED, remembering.admitKey(use, UNLIMITED).verdict());
    }

    @Test
    void nothingIsWrittenBackThatTheStoreHas() throws Exception {
        remembering.endEverybody();
        long ended = counter();

        pollAgain();
        pollAgain();

        assertEquals(ended, counter());
    }

    @Test
    void rightsThatWereTakenAwayStayAwayWhenTheStoreLosesTheUsersCounters() {
        Epoch first = remembering.epoch(ADA);
        remembering.changeRights(ADA);
        Epoch second = remembering.epoch(ADA);
        open(remembering, "of the old rights");
        assertEquals(Verdict.ADMITTED, use(remembering, "of the old rights"));

        operator.del(UserKeys.of(ADA).epoch());
        remembering.changeRights(ADA);

        assertTrue(remembering.epoch(ADA).rights() >= second.rights(), "counted anew: " + remembering.epoch(ADA));
        assertTrue(second.rights() >= first.rights() + 1);
        passASecond();
        operator.del(UserKeys.of(ADA).epoch());
        remembering.changeRights(ADA);
        assertEquals(Verdict.SESSION_OVER, use(remembering, "of the old rights"));
    }

    @Test
    void aUsersEndIsNotCountedAnewWhenTheStoreLosesItsCounter() {
        remembering.endAll(ADA);
        Epoch before = remembering.epoch(ADA);
        open(remembering, "forgotten by the index");
        operator.del(UserKeys.of(ADA).epoch());
        operator.del(UserKeys.of(ADA).index());
        passASecond();

        remembering.endAll(ADA);

        assertTrue(remembering.epoch(ADA).ended() > before.ended(), remembering.epoch(ADA) + " after " + before);
        assertEquals(Verdict.SESSION_OVER, use(remembering, "forgotten by the index"));
    }

    private void emptyAfterPanic() throws Exception {
        remembering.endEverybody();
        pollAgain();
        operator.flushAll();
        restart();
    }

    private void restart() {
        restarted.close();
        restarted = node();
    }

    /** Every node asks for what is store-wide each half second, when it is asked something itself. */
    private void pollAgain() throws Exception {
        for (int i = 0; i < 2; i++) {
            Thread.sleep(550);
            remembering.epoch(ADA);
            restarted.epoch(ADA);
        }
    }

    private static void passASecond() {
        try {
            Thread.sleep(1_100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long counter() {
        return Long.parseLong(operator.hget("auth2:wide", "ended"));
    }

    private static void open(ScriptedStore store, String sid) {
        Instant now = Instant.now();
        SessionRecord session = SessionRecord.first(
                ADA, sid, "live", store.epoch(ADA), now, now.plusSeconds(3600), "192.0.2.1", "Test");
        assertEquals(
                Commit.COMMITTED,
                store.open(session, Duration.ofHours(1), SecurityStoreContract.MOST)
                        .commit());
    }

    private static Verdict use(ScriptedStore store, String sid) {
        return store.admit(new Use(ADA, sid, 1, "t", true, ReplayMode.AUTO, Duration.ofMinutes(15)), UNLIMITED)
                .verdict();
    }
}

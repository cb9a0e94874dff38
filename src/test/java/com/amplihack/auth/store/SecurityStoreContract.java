package com.amplihack.auth.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.store.QuotaStore.Reservation;
import com.amplihack.auth.store.QuotaStore.Taken;
import com.amplihack.auth.store.SessionStore.Admission;
import com.amplihack.auth.store.SessionStore.Answer;
import com.amplihack.auth.store.SessionStore.Commit;
import com.amplihack.auth.store.SessionStore.Device;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.Opening;
import com.amplihack.auth.store.SessionStore.RefreshView;
import com.amplihack.auth.store.SessionStore.Renewal;
import com.amplihack.auth.store.SessionStore.Rotation;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.anchor.ChainAnchor;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What every implementation of the store promises; run against memory and against a real Redis. */
abstract class SecurityStoreContract extends BudgetContract {
    static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));
    static final Quota FIVE = new Quota("five", 5, Duration.ofSeconds(60));
    static final Duration WEEK = Duration.ofDays(7);
    static final int MOST = 100;
    static final String KEY = "key-01";
    static final String ADA = "0ada0ada-0ada-4ada-8ada-0ada0ada0ada";
    static final Duration TOKEN_LIFE = Duration.ofMinutes(15);

    final String subject = UUID.randomUUID().toString();
    final String sid = UUID.randomUUID().toString();

    @Override
    abstract SecurityStore store();

    /** The time as the store sees it. */
    @Override
    abstract Instant now();

    /** Lets time pass for the store. */
    @Override
    abstract void advance(Duration duration);

    // sessions

    @Test
    void whatWasNeverOpenedIsOver() {
        assertEquals(Verdict.SESSION_OVER, admit("t1", true).verdict());
        assertTrue(look().session().isEmpty());
        assertFalse(store().end(subject, sid));
        assertEquals(0, store().endAll(subject));
    }

    @Test
    void anOpenedSessionIsReadBackAsItWasWritten() {
        SessionRecord session = session(new Epoch(0, 0), Duration.ofDays(30));

        assertEquals(Commit.COMMITTED, store().open(session, WEEK, MOST).commit());

        assertEquals(session, look().session().orElseThrow());
        assertEquals(List.of(session), listed(store(), subject));
    }

    @Test
    void liveSessionsAreCounted() {
        long before = store().liveSessions();
        open();
        store().lookForRefresh(subject, sid, true, FIVE); // has a key of its own
        String other = UUID.randomUUID().toString();
        store().open(
                        SessionRecord.first(subject, other, "x", new Epoch(0, 0), now(), now().plusSeconds(60), "", ""),
                        WEEK,
                        MOST);

        assertEquals(2, store().liveSessions() - before);
        store().end(subject, other);
        assertEquals(1, store().liveSessions() - before);
        store().endAll(subject);
        assertEquals(before, store().liveSessions());
    }

    @Test
    void aSessionEndsWithItsRefreshToken() {
        store().open(session(new Epoch(0, 0), Duration.ofDays(30)), Duration.ofMillis(300), MOST);
        assertEquals(Verdict.ADMITTED, admit("t1", true).verdict());

        advance(Duration.ofMillis(350));

        assertEquals(Verdict.SESSION_OVER, admit("t1", true).verdict());
        assertEquals(List.of(), listed(store(), subject));
    }

    @Test
    void aSessionEndsAtItsEndAtTheLatest() {
        store().open(session(new Epoch(0, 0), Duration.ofMillis(300)), WEEK, MOST);

        advance(Duration.ofMillis(350));

        assertEquals(Verdict.SESSION_OVER, admit("t1", true).verdict());
        assertTrue(look().session().isEmpty());
    }

    @Test
    void endingASessionKillsItAndLeavesTheOthers() {
        open();
        String other = UUID.randomUUID().toString();
        store().open(session(subject, other, new Epoch(0, 0), Duration.ofDays(30)), WEEK, MOST);

        assertTrue(store().end(subject, sid));

        assertFalse(store().end(subject, sid), "a second time there is nothing to end");
        assertEquals(Verdict.SESSION_OVER, admit("t1", true).verdict());
        assertEquals(
                List.of(other),
                listed(store(), subject).stream().map(SessionRecord::sid).toList());
    }

    @Test
    void endingAllKillsEverySessionOfThatUserAlone() {
        open();
        store().open(session(subject, UUID.randomUUID().toString(), new Epoch(0, 0), Duration.ofDays(30)), WEEK, MOST);
        String stranger = UUID.randomUUID().toString();
        store().open(session(stranger, sid, new Epoch(0, 0), Duration.ofDays(30)), WEEK, MOST);

        assertEquals(2, store().endAll(subject));

        assertEquals(0, store().endAll(subject));
        assertEquals(Verdict.SESSION_OVER, admit("t1", true).verdict());
        assertTrue(look().session().isEmpty());
        assertEquals(1, listed(store(), stranger).size());
    }

    @Test
    void aLoginThatBeganBeforeAllWasEndedOpensNothing() {
        Epoch before = store().epoch(subject);
        store().endAll(subject);

        assertEquals(
                Commit.MOVED,
                store().open(session(before, Duration.ofDays(30)), WEEK, MOST).commit());

        assertEquals(Verdict.SESSION_OVER, admit("t1", true).verdict());
        assertEquals(
                Commit.COMMITTED,
                store().open(session(store().epoch(subject), Duration.ofDays(30)), WEEK, MOST)
                        .commit());
        assertEquals(Verdict.ADMITTED, admit("t1", true).verdict());
    }

    @Test
    void ofRacingLoginsNoneSurvivesTheEndOfAll() throws Exception {
        for (int round = 0; round < 20; round++) {
            String user = UUID.randomUUID().toString();
            Epoch before = store().epoch(user);
            race(8, i -> () -> {
                if (i == 0) {
                    store().endAll(user);
                } else {
                    store().open(session(user, UUID.randomUUID().toString(), before, Duration.ofDays(30)), WEEK, MOST);
                }
                return null;
            });
            assertEquals(List.of(), listed(store(), user));
        }
    }

    @Test
    void anEndedSessionStaysOverWhenAMuchShorterOneComesAfterIt() {
        open();
        store().endAll(subject);
        store().open(
                        session(subject, UUID.randomUUID().toString(), store().epoch(subject), Duration.ofMillis(100)),
                        Duration.ofMillis(100),
                        MOST);

        advance(Duration.ofMillis(500));

        assertTrue(store().epoch(subject).ended() > 0);
        assertEquals(Verdict.SESSION_OVER, admit("t1", true).verdict());
    }

    @Test
    void aBriefSessionDoesNotHideALongerOneFromTheCount() {
        open();
        store().open(
                        session(subject, UUID.randomUUID().toString(), new Epoch(0, 0), Duration.ofMillis(100)),
                        Duration.ofMillis(100),
                        MOST);

        advance(Duration.ofMillis(200));

        assertEquals(1, listed(store(), subject).size());
        assertEquals(1, store().endAll(subject));
    }

    @Test
    void whatEverybodysEndHasEndedIsNotCountedAgain() {
        open();
        store().endEverybody();
        String other = UUID.randomUUID().toString();
        store().open(session(subject, other, store().epoch(subject), Duration.ofDays(30)), WEEK, MOST);

        assertEquals(1, store().endAll(subject));
    }

    @Test
    void endingASessionThatIsPastItsEndEndsNothing() {
        store().open(session(new Epoch(0, 0), Duration.ofMillis(200)), WEEK, MOST);

        advance(Duration.ofMillis(250));

        assertFalse(store().end(subject, sid));
        assertEquals(0, store().endAll(subject));
    }

    // rights

    @Test
    void changedRightsRevokeAccessTokensUntilTheRefreshThatCarriesTheNewOnes() {
        open();
        store().changeRights(subject);

        assertEquals(Verdict.SESSION_OVER, admit("t1", true).verdict());
        RefreshView view = look();
        assertTrue(view.session().isPresent(), "the session goes on");
        assertEquals(Commit.COMMITTED, store().rotate(rotation(1, view.epoch(), "second")));

        assertEquals(
                Verdict.SESSION_OVER,
                admit("t1", 1, true, ReplayMode.AUTO, UNLIMITED).verdict());
        assertEquals(
                Verdict.ADMITTED,
                admit("t2", 2, true, ReplayMode.AUTO, UNLIMITED).verdict());
    }

    /** More than one script takes, and in a cluster of many slots. */
    @Test
    void theRightsOfAllHoldersOfARoleChangeInOneCall() {
        List<String> holders = IntStream.range(0, 300)
                .mapToObj(i -> UUID.randomUUID().toString())
                .toList();
        Map<String, Epoch> before = holders.stream().collect(Collectors.toMap(id -> id, store()::epoch));
        holders.subList(0, 150)
                .forEach(id -> store().open(session(id, "s", before.get(id), Duration.ofDays(30)), WEEK, MOST));
        open();

        store().changeRights(holders);

        for (String id : holders.subList(0, 150)) {
            Use use = new Use(id, "s", 1, "t", true, ReplayMode.AUTO, Duration.ofMinutes(15));
            assertEquals(Verdict.SESSION_OVER, store().admit(use, UNLIMITED).verdict());
            assertTrue(
                    store().lookForRefresh(id, "s", true, UNLIMITED).session().isPresent());
        }
        holders.subList(150, 300)
                .forEach(id -> assertEquals(
                        Commit.MOVED,
                        store().open(session(id, "s", before.get(id), Duration.ofDays(30)), WEEK, MOST)
                                .commit(),
                        "a sign-in that had read the account before"));
        assertEquals(Verdict.ADMITTED, admit("t1", true).verdict(), "others keep their tokens");
    }

    @Test
    void aLoginOrRefreshThatReadTheOldRightsIsNotCommitted() {
        open();
        Epoch before = store().epoch(subject);
        store().changeRights(subject);

        assertEquals(Commit.MOVED, store().rotate(rotation(1, before, "second")));
        assertEquals(
                Commit.MOVED,
                store().open(session(subject, UUID.randomUUID().toString(), before, Duration.ofDays(30)), WEEK, MOST)
                        .commit());
    }

    @Test
    void endingEverybodyEndsEverySessionAlsoOneThatIsBeingOpenedOrRotated() {
        open();
        String somebody = UUID.randomUUID().toString();
        store().open(session(somebody, "s2", store().epoch(somebody), Duration.ofDays(30)), WEEK, MOST);
        SessionRecord seen = look().session().orElseThrow();
        Epoch before = store().epoch(subject);

        store().endEverybody();

        assertEquals(Verdict.SESSION_OVER, admit("t1", true).verdict());
        assertTrue(look().session().isEmpty());
        assertEquals(List.of(), listed(store(), somebody));
        assertEquals(Commit.SESSION_OVER, store().rotate(rotation(seen, before, "second", KEY)));
        assertEquals(
                Commit.MOVED,
                store().open(session(subject, "s3", before, Duration.ofDays(30)), WEEK, MOST)
                        .commit());
        assertFalse(store().end(subject, sid));
        store().open(session(store().epoch(subject), Duration.ofDays(30)), WEEK, MOST);
        assertEquals(Verdict.ADMITTED, admit("t2", true).verdict(), "a new session is good");
    }

    @Test
    void aDeadKeyIsDeadForEverybodyAndStaysSo() {
        assertEquals(Set.of(), store().compromisedKeys());

        store().markCompromised(Set.of("one", "two"));
        assertEquals(Set.of("one", "two"), store().compromisedKeys());
        store().markCompromised(Set.of("two", "three"));

        assertEquals(Set.of("one", "two", "three"), store().compromisedKeys());
        store().endEverybody();
        assertEquals(Set.of("one", "two", "three"), store().compromisedKeys());
    }

    @Test
    void aNodeSeesWhatTheOthersSaid() {
        assertEquals(List.of(), store().beat("one", "first"), "its own record is not among them");
        advance(Duration.ofSeconds(1));

        List<FleetStore.Node> seen = store().beat("two", "second");

        assertEquals(
                List.of("first"), seen.stream().map(FleetStore.Node::record).toList());
        assertTrue(seen.get(0).age().compareTo(Duration.ofSeconds(1)) >= 0);
        store().beat("one", "newer");
        assertEquals("newer", store().beat("two", "second").get(0).record());
    }

    @Test
    void aNodeThatStopsIsNotSeenAnyMore() {
        store().beat("one", "first");

        store().beat("one", "");

        assertEquals(List.of(), store().beat("two", "second"));
    }

    @Test
    void neverMoreNodesAreSeenThanAPageCanShow() {
        for (int i = 0; i < FleetStore.MOST_NODES + 20; i++) {
            store().beat("node-" + i, "record");
        }

        assertEquals(FleetStore.MOST_NODES, store().beat("me", "mine").size());
    }

    // replay

    @Test
    @Tag("fault-2")
    void aBareTokenIsGoodOnceAndNotWithProofAfterwards() {
        open();

        assertEquals(Verdict.ADMITTED, admit("t1", false).verdict());
        assertEquals(Verdict.BARE_REPEAT, admit("t1", false).verdict());
        assertEquals(Verdict.BARE_REPEAT, admit("t1", true).verdict());
        assertEquals(Verdict.ADMITTED, admit("t2", false).verdict(), "another token is not burnt");
    }

    @Test
    void aProvenSessionRepeatsAndIsNeverUsableBare() {
        open();

        assertEquals(Verdict.ADMITTED, admit("t1", true).verdict());
        assertEquals(Verdict.ADMITTED, admit("t1", true).verdict());
        assertEquals(Verdict.AFTER_PROOF, admit("t1", false).verdict());
        assertEquals(Verdict.AFTER_PROOF, admit("t2", false).verdict());
        assertEquals(Verdict.ADMITTED, admit("t1", true).verdict());
    }

    @Test
    void strictBurnsEveryTokenProofOrNot() {
        open();

        assertEquals(
                Verdict.ADMITTED,
                admit("t1", 1, true, ReplayMode.STRICT, UNLIMITED).verdict());
        assertEquals(
                Verdict.BARE_REPEAT,
                admit("t1", 1, true, ReplayMode.STRICT, UNLIMITED).verdict());
        assertEquals(
                Verdict.ADMITTED,
                admit("t2", 1, false, ReplayMode.STRICT, UNLIMITED).verdict());
    }

    @Test
    void offBurnsNothing() {
        open();
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    Verdict.ADMITTED,
                    admit("t1", 1, false, ReplayMode.OFF, UNLIMITED).verdict());
        }
    }

    @Test
    @Tag("fault-11")
    void ofFiftyParallelUsesOfABareTokenOneIsAdmitted() throws Exception {
        open();

        List<Verdict> verdicts = race(50, i -> () -> admit("t1", false).verdict());

        assertEquals(1, verdicts.stream().filter(Verdict.ADMITTED::equals).count(), verdicts.toString());
        assertEquals(49, verdicts.stream().filter(Verdict.BARE_REPEAT::equals).count(), verdicts.toString());
    }

    @Test
    @Tag("fault-12")
    void aBurntTokenIsRememberedAsLongAsItCanBePresented() {
        open();
        Use use = new Use(subject, sid, 1, "t1", false, ReplayMode.AUTO, Duration.ofMillis(600));
        assertEquals(Verdict.ADMITTED, store().admit(use, UNLIMITED).verdict());

        advance(Duration.ofMillis(300));

        assertEquals(Verdict.BARE_REPEAT, store().admit(use, UNLIMITED).verdict());
    }

    // quotas

    @Test
    void theQuotaCountsDownAndTellsWhenItIsFree() {
        open();
        for (int left = 4; left >= 0; left--) {
            assertEquals(left, admit("t1", 1, true, ReplayMode.AUTO, FIVE).remaining());
        }

        Admission refused = admit("t1", 1, true, ReplayMode.AUTO, FIVE);

        assertEquals(Verdict.OVER_QUOTA, refused.verdict());
        assertTrue(refused.reset().toSeconds() >= 50 && refused.reset().toSeconds() <= 60, refused.toString());
    }

    @Test
    void overTheQuotaNoTokenIsBurntAndAReplayCostsNoQuota() {
        open();
        Quota two = new Quota("two", 2, Duration.ofMillis(500));
        assertEquals(
                Verdict.ADMITTED, admit("t1", 1, false, ReplayMode.AUTO, two).verdict());
        assertEquals(
                Verdict.BARE_REPEAT, admit("t1", 1, false, ReplayMode.AUTO, two).verdict());
        assertEquals(
                Verdict.ADMITTED, admit("t2", 1, false, ReplayMode.AUTO, two).verdict());
        assertEquals(
                Verdict.OVER_QUOTA, admit("t3", 1, false, ReplayMode.AUTO, two).verdict());

        advance(Duration.ofMillis(550));

        assertEquals(
                Verdict.ADMITTED, admit("t3", 1, false, ReplayMode.AUTO, two).verdict());
    }

    @Test
    @Tag("fault-24")
    void ofFortyParallelTakersFiveGetOne() throws Exception {
        String key = UUID.randomUUID().toString();

        List<Taken> taken = race(40, i -> () -> store().reserve(FIVE, key).taken());

        assertEquals(5, taken.stream().filter(Taken::granted).count());
    }

    @Test
    void theWindowSlides() {
        Quota two = new Quota("two", 2, Duration.ofMillis(800));
        String key = UUID.randomUUID().toString();
        assertTrue(store().reserve(two, key).taken().granted());
        advance(Duration.ofMillis(500));
        assertTrue(store().reserve(two, key).taken().granted());
        assertFalse(store().reserve(two, key).taken().granted());

        advance(Duration.ofMillis(400)); // the first has left the window, the second has not

        assertTrue(store().reserve(two, key).taken().granted());
        assertFalse(store().reserve(two, key).taken().granted());
    }

    @Test
    void aRefusalDoesNotProlongTheWait() {
        Quota one = new Quota("one", 1, Duration.ofMillis(500));
        String key = UUID.randomUUID().toString();
        assertTrue(store().reserve(one, key).taken().granted());
        advance(Duration.ofMillis(300));
        assertFalse(store().reserve(one, key).taken().granted());

        advance(Duration.ofMillis(250));

        assertTrue(store().reserve(one, key).taken().granted());
    }

    @Test
    void whatDoesNotFailIsGivenBack() {
        for (int i = 0; i < 12; i++) {
            Reservation reservation = store().reserve(FIVE, subject);
            assertEquals(4, reservation.taken().remaining());
            assertEquals(5, store().settle(reservation, false).remaining());
        }
        assertEquals(4, store().settle(store().reserve(FIVE, subject), true).remaining());
        assertEquals(4, store().look(FIVE, subject).remaining());
    }

    @Test
    void whoCouldStillSucceedIsWaitedForAndWhoFailedIsNot() {
        Quota two = new Quota("two", 2, Duration.ofSeconds(60));
        Reservation first = store().reserve(two, subject);
        Reservation second = store().reserve(two, subject);
        assertTrue(store().reserve(two, subject).mustWait());

        store().settle(first, true);
        assertTrue(store().reserve(two, subject).mustWait(), "the second may succeed");
        store().settle(second, true);

        Reservation third = store().reserve(two, subject);
        assertFalse(third.taken().granted());
        assertFalse(third.mustWait());
    }

    @Test
    @Tag("fault-24")
    void ofFortyAtOnceFiveFailHoweverManySucceed() throws Exception {
        List<Boolean> failed = race(40, i -> () -> {
            boolean wrong = i % 2 == 0;
            Reservation reservation = store().reserve(FIVE, subject);
            while (reservation.mustWait()) {
                Thread.sleep(1);
                reservation = store().reserve(FIVE, subject);
            }
            if (reservation.taken().granted()) {
                store().settle(reservation, wrong);
                return wrong;
            }
            return false;
        });

        assertEquals(5, failed.stream().filter(wrong -> wrong).count());
        assertEquals(0, store().look(FIVE, subject).remaining());
    }

    @Test
    void aLiftedQuotaBeginsAnew() {
        assertFalse(store().lift(FIVE, subject));
        store().settle(store().reserve(FIVE, subject), true);

        assertTrue(store().lift(FIVE, subject));

        assertEquals(5, store().look(FIVE, subject).remaining());
    }

    @Test
    void aSessionIsAliveUntilItEnds() {
        open();
        assertTrue(store().isAlive(subject, sid));
        Instant opened = store().signIn(subject, sid).orElseThrow().at();
        assertTrue(!opened.isAfter(now()) && opened.isAfter(now().minusSeconds(30)), "opened at " + opened);
        assertFalse(store().isAlive(subject, "another"));
        assertFalse(store().isAlive(UUID.randomUUID().toString(), sid), "of somebody else");

        store().endAll(subject);

        assertFalse(store().isAlive(subject, sid));
    }

    @Test
    void failedLoginsAreNotedForTheAccountAndForAll() {
        for (int i = 0; i < LoginFailure.PER_ACCOUNT + 2; i++) {
            store().noteFailure(subject, failure(subject, "192.0.2." + i));
            advance(Duration.ofMillis(2));
        }
        store().noteFailure(subject, failure(subject, "192.0.2.5"));
        advance(Duration.ofMillis(2));
        store().noteFailure("00000000-0000-0000-0000-000000000007", failure("", "198.51.100.7"));

        List<LoginFailure.Last> own = store().failures(subject);
        assertEquals(LoginFailure.PER_ACCOUNT, own.size());
        assertEquals(failure(subject, "192.0.2.5"), own.get(0).failure(), "the latest first, the same one once");
        assertEquals(failure(subject, "192.0.2.11"), own.get(1).failure());
        assertEquals(List.of(), store().failures("00000000-0000-0000-0000-000000000007"), "nobody's are not kept");
        assertEquals(failure("", "198.51.100.7"), store().failures(0, 1).get(0).failure());
        assertEquals(
                failure(subject, "192.0.2.5"), store().failures(1, 1).get(0).failure());
    }

    @Test
    void noFieldOfAFailedLoginShiftsTheOthers() {
        store().noteFailure(subject, new LoginFailure(subject, "ada\nlocked\n192.0.2.66", "a\nb", "192.0.2.1\n", "\n"));

        assertEquals(
                new LoginFailure(subject, "ada locked 192.0.2.66", "a b", "192.0.2.1 ", " "),
                store().failures(subject).get(0).failure());
    }

    private static LoginFailure failure(String account, String address) {
        return new LoginFailure(account, "ada", "wrong_password", address, "Firefox on Linux");
    }

    @Test
    void aLoweredLimitLeavesNothingAndNotLess() {
        open();
        for (int i = 0; i < 5; i++) {
            admit("t1", 1, true, ReplayMode.AUTO, FIVE);
        }

        assertEquals(
                0,
                admit("t1", 1, true, ReplayMode.AUTO, new Quota("api", 2, Duration.ofSeconds(60)))
                        .remaining());
    }

    // refresh

    @Test
    void aRotationMovesTheGenerationAndKeepsItsSalt() {
        open();

        assertEquals(Commit.COMMITTED, store().rotate(rotation(1, new Epoch(0, 0), "second")));

        SessionRecord session = look().session().orElseThrow();
        TokenFamily family = session.family();
        assertEquals(2, family.gen());
        assertEquals("second", family.live());
        assertEquals("salt of second", family.salt());
        assertEquals(KEY, family.request());
        assertEquals(KEY, family.answered());
        assertEquals(2, session.issue());
        assertEquals("198.51.100.7", session.address());
        assertEquals("Roaming/2.0", session.device());
        assertTrue(Duration.between(family.rotatedAt(), look().now()).compareTo(Duration.ofSeconds(10)) < 0);
        assertEquals(
                Verdict.ADMITTED,
                admit("t1", 1, true, ReplayMode.AUTO, UNLIMITED).verdict(),
                "older tokens stay");
    }

    @Test
    @Tag("fault-14")
    void ofTwentyRacingRotationsOneIsCommitted() throws Exception {
        open();

        List<Commit> commits = race(20, i -> () -> store().rotate(rotation(1, new Epoch(0, 0), "successor-" + i)));

        assertEquals(1, commits.stream().filter(Commit.COMMITTED::equals).count(), commits.toString());
        assertEquals(19, commits.stream().filter(Commit.MOVED::equals).count(), commits.toString());
        assertEquals(2, look().session().orElseThrow().family().gen());
    }

    @Test
    void aRotationOfAnEndedSessionIsRefused() {
        open();
        store().endAll(subject);

        assertEquals(Commit.SESSION_OVER, store().rotate(rotation(1, new Epoch(0, 0), "second")));
        assertTrue(look().session().isEmpty());
    }

    @Test
    void aRotationProlongsTheRecord() {
        store().open(session(new Epoch(0, 0), Duration.ofDays(30)), Duration.ofMillis(400), MOST);
        advance(Duration.ofMillis(200));
        store().rotate(rotation(1, new Epoch(0, 0), "second"));

        advance(Duration.ofMillis(300));

        assertTrue(look().session().isPresent());
    }

    @Test
    @Tag("fault-26")
    void lookingTakesFromTheSessionsRefreshQuota() {
        open();
        for (int i = 0; i < 5; i++) {
            assertTrue(store().lookForRefresh(subject, sid, true, FIVE).quota().granted());
        }

        assertFalse(store().lookForRefresh(subject, sid, true, FIVE).quota().granted());
    }

    @Test
    void thoseWhoDoNotProveTheSessionTakeNothingFromThoseWhoDo() {
        open();
        for (int i = 0; i < 5; i++) {
            store().lookForRefresh(subject, sid, false, FIVE);
        }

        assertFalse(store().lookForRefresh(subject, sid, false, FIVE).quota().granted());
        assertTrue(store().lookForRefresh(subject, sid, true, FIVE).quota().granted());
    }

    @Test
    void aRolledBackRecordAdoptsWhatIsNewer() {
        open();
        SessionRecord seen = look().session().orElseThrow();
        Rotation adopted = new Rotation(seen, new Epoch(0, 0), 8, 8, "eighth", "salt-8", "", new Device("", ""), WEEK);

        assertEquals(Commit.COMMITTED, store().rotate(adopted));

        SessionRecord session = look().session().orElseThrow();
        assertEquals(8, session.family().gen());
        assertEquals("eighth", session.family().live());
        assertEquals(8, session.issue());
    }

    @Test
    void theLastEightAnsweredKeysAreRemembered() {
        open();
        for (int gen = 1; gen <= 9; gen++) {
            SessionRecord seen = look().session().orElseThrow();
            store().rotate(rotation(seen, new Epoch(0, 0), "live" + gen, key(gen)));
        }

        TokenFamily family = look().session().orElseThrow().family();
        assertFalse(family.hasAnswered(key(1)), "the oldest is forgotten");
        for (int gen = 2; gen <= 9; gen++) {
            assertTrue(family.hasAnswered(key(gen)), family.answered());
        }
        assertFalse(family.hasAnswered(""));
    }

    @Test
    void anAnswerRemembersItsKeyOnceAndMovesNothing() {
        open();
        SessionRecord seen = look().session().orElseThrow();

        for (int i = 0; i < 2; i++) {
            assertEquals(Commit.COMMITTED, store().answer(new Answer(seen, new Epoch(0, 0), 1, KEY)));
        }

        SessionRecord session = look().session().orElseThrow();
        assertEquals(KEY, session.family().answered());
        assertEquals(1, session.family().gen());
        assertEquals(1, session.issue());
        assertEquals("", session.family().request());
        assertEquals("first", session.family().live());
    }

    /** The search of docs/model found this: the other copy would rotate behind the client. */
    @Test
    void ofTwoCopiesOfARequestTheSecondDoesNotRotateAfterTheFirstWasAnsweredWithout() {
        open();
        SessionRecord seen = look().session().orElseThrow();
        store().answer(new Answer(seen, new Epoch(0, 0), 1, KEY));

        assertEquals(Commit.MOVED, store().rotate(rotation(seen, new Epoch(0, 0), "second", KEY)));
        assertEquals(Commit.COMMITTED, store().rotate(rotation(seen, new Epoch(0, 0), "second", key(1))));
    }

    @Test
    void anAnswerUnderChangedRightsRevokesOlderAccessTokensWithoutARotation() {
        open();
        store().changeRights(subject);
        RefreshView view = look();

        assertEquals(Commit.COMMITTED, store().answer(new Answer(view.session().orElseThrow(), view.epoch(), 2, "")));

        assertEquals(
                Verdict.SESSION_OVER,
                admit("t1", 1, true, ReplayMode.AUTO, UNLIMITED).verdict());
        assertEquals(
                Verdict.ADMITTED,
                admit("t2", 2, true, ReplayMode.AUTO, UNLIMITED).verdict());
        assertEquals(1, look().session().orElseThrow().family().gen());
    }

    @Test
    void anAnswerOrRotationDecidedOnAnOlderStateIsNotCommitted() {
        open();
        SessionRecord seen = look().session().orElseThrow();
        Epoch before = store().epoch(subject);
        store().changeRights(subject);
        Epoch after = store().epoch(subject);
        assertEquals(Commit.MOVED, store().answer(new Answer(seen, before, 2, KEY)));
        assertEquals(Commit.COMMITTED, store().answer(new Answer(seen, after, 2, KEY)));

        assertEquals(Commit.MOVED, store().answer(new Answer(seen, after, 2, KEY)), "the issue has moved");
        assertEquals(Commit.MOVED, store().rotate(rotation(seen, after, "second", key(1))), "for a rotation too");

        SessionRecord now = look().session().orElseThrow();
        assertEquals(Commit.COMMITTED, store().rotate(rotation(now, after, "second", key(1))));
        assertEquals(Commit.MOVED, store().answer(new Answer(now, after, 2, KEY)), "the generation has moved");
        store().endAll(subject);
        assertEquals(Commit.SESSION_OVER, store().answer(new Answer(now, after, 2, KEY)));
    }

    // many sessions of one user

    @Test
    void theOldestSessionEndsForTheNewestHoweverLatelyItWasRefreshed() {
        List<String> sids = openMany(3, 3);
        assertEquals(
                Commit.COMMITTED, store().rotate(rotation(seen(subject, sids.get(0), 1), ZERO_EPOCH, "second", KEY)));
        advance(Duration.ofMillis(5));

        Opening fourth = store().open(session(subject, "fourth", ZERO_EPOCH, Duration.ofDays(30)), WEEK, 3);

        assertEquals(new Opening(Commit.COMMITTED, List.of(sids.get(0))), fourth);
        assertEquals(Set.of(sids.get(1), sids.get(2), "fourth"), sidsOf(subject));
        assertTrue(store().lookForRefresh(subject, sids.get(0), true, UNLIMITED)
                .session()
                .isEmpty());
    }

    @Test
    void whatIsOverAlreadyIsNotCountedAndOthersOfTheUserStay() {
        store().open(session(subject, "brief", ZERO_EPOCH, Duration.ofDays(30)), Duration.ofMillis(100), 2);
        advance(Duration.ofMillis(150));
        openMany(1, 2);
        store().endEverybody();
        Epoch epoch = store().epoch(subject);
        assertEquals(List.of(), open("first", epoch, 2));
        advance(Duration.ofMillis(5));

        assertEquals(List.of(), open("second", epoch, 2));

        advance(Duration.ofMillis(5));
        assertEquals(List.of("first"), open("third", epoch, 2));
    }

    @Test
    void aLimitOfOneLeavesTheNewest() {
        openMany(2, MOST);

        assertEquals(2, open("newest", ZERO_EPOCH, 1).size());

        assertEquals(Set.of("newest"), sidsOf(subject));
    }

    @Test
    void aSignInThatIsNotCommittedEndsNothing() {
        openMany(2, 2);
        Epoch before = store().epoch(subject);
        store().changeRights(subject);

        assertEquals(
                new Opening(Commit.MOVED, List.of()),
                store().open(session(subject, "late", before, Duration.ofDays(30)), WEEK, 2));

        assertEquals(2, sidsOf(subject).size());
    }

    @Test
    void ofRacingSignInsNoMoreStayThanTheLimit() throws Exception {
        race(30, i -> () -> open("racer-" + i, ZERO_EPOCH, 5));

        assertEquals(5, sidsOf(subject).size());
    }

    @Test
    void pagesHaveEverySessionOnceTheLastOpenedFirst() {
        Set<String> opened = Set.copyOf(openMany(6, MOST));
        List<String> found = new ArrayList<>();
        Optional<SessionPage.Place> from = Optional.empty();
        for (int left = 4; left >= 0; left -= 2) {
            SessionPage page = store().sessions(subject, from, 2);
            page.sessions().forEach(session -> found.add(session.sid()));
            from = page.next();
            assertEquals(left > 0, from.isPresent(), "after " + found);
        }

        assertEquals(6, found.size());
        assertEquals(opened, Set.copyOf(found));
    }

    @Test
    void pagesGoOnWhenTheLastOneOfAPageWasEndedOrRefreshedMeanwhile() {
        for (boolean end : new boolean[] {true, false}) {
            store().endAll(subject);
            Epoch epoch = store().epoch(subject);
            for (int i = 1; i <= 4; i++) { // of different seconds
                store().open(session(subject, "s" + i, epoch, Duration.ofDays(30)), Duration.ofHours(i), MOST);
            }
            SessionPage first = store().sessions(subject, Optional.empty(), 2);
            assertEquals(List.of("s4", "s3"), sids(first));

            if (end) {
                store().end(subject, "s3");
            } else {
                store().rotate(rotation(seen(subject, "s3", 1), epoch, "second", KEY));
            }

            SessionPage second = store().sessions(subject, first.next(), 2);
            assertEquals(List.of("s2", "s1"), sids(second));
            assertEquals(Optional.empty(), second.next());
        }
    }

    @Test
    void anEndOfManySessionsCountsThemAll() {
        openMany(300, 1000);

        assertEquals(300, store().endAll(subject));

        assertEquals(0, store().endAll(subject));
        assertEquals(Set.of(), sidsOf(subject));
    }

    // helpers

    private static final Epoch ZERO_EPOCH = new Epoch(0, 0);

    /** Sessions that were opened one after the other. */
    private List<String> openMany(int count, int limit) {
        List<String> sids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sids.add("many-" + i);
            open(sids.get(i), ZERO_EPOCH, limit);
            advance(Duration.ofMillis(2));
        }
        return sids;
    }

    /** Opens a session; the ones that end for it. */
    private List<String> open(String newest, Epoch epoch, int limit) {
        Opening opening = store().open(session(subject, newest, epoch, Duration.ofDays(30)), WEEK, limit);
        assertEquals(Commit.COMMITTED, opening.commit());
        return opening.ended();
    }

    private Set<String> sidsOf(String user) {
        return Set.copyOf(listed(store(), user).stream().map(SessionRecord::sid).toList());
    }

    private static List<String> sids(SessionPage page) {
        return page.sessions().stream().map(SessionRecord::sid).toList();
    }

    /** The sessions of a user, on one page. */
    static List<SessionRecord> listed(SecurityStore store, String user) {
        return store.sessions(user, Optional.empty(), SessionPage.LONGEST).sessions();
    }

    private static String key(int number) {
        return "key-" + number + "-";
    }

    final void open() {
        store().open(session(new Epoch(0, 0), Duration.ofDays(30)), WEEK, MOST);
    }

    final SessionRecord session(Epoch epoch, Duration life) {
        return session(subject, sid, epoch, life);
    }

    final SessionRecord session(String user, String id, Epoch epoch, Duration life) {
        Instant now = now().truncatedTo(ChronoUnit.MILLIS);
        return SessionRecord.first(user, id, "first", epoch, now, now.plus(life), "192.0.2.1", "Test/1.0");
    }

    final RefreshView look() {
        return store().lookForRefresh(subject, sid, true, new Quota("refresh", 0, Duration.ofSeconds(60)));
    }

    @Test
    void anotherSignInIsReadBackAndOutlivesARotation() {
        SignInFacts mfa = new SignInFacts(now(), List.of("pwd", "otp", "mfa"));
        open();

        assertEquals(new Renewal(Commit.COMMITTED, 1), store().renew(subject, sid, new Epoch(0, 0), mfa));
        assertEquals(Optional.of(mfa), store().signIn(subject, sid));
        assertEquals(Commit.COMMITTED, store().rotate(rotation(1, new Epoch(0, 0), "second")));
        assertEquals(mfa, look().session().orElseThrow().signIn());
    }

    @Test
    void aSignInByTwoFactorsIsStoredWhenTheSessionOpens() {
        SignInFacts mfa = new SignInFacts(now().minusSeconds(60), List.of("pwd", "otp", "mfa"));
        store().open(session(new Epoch(0, 0), Duration.ofDays(30)).with(mfa), WEEK, MOST);

        assertEquals(Optional.of(mfa), store().signIn(subject, sid));
        assertEquals(mfa, look().session().orElseThrow().signIn());
    }

    @Test
    void anotherSignInAfterAChangeOfRightsRevokesOlderTokens() {
        open();
        Epoch before = store().epoch(subject);
        store().changeRights(subject);
        SignInFacts signIn = SignInFacts.password(now());

        assertEquals(Commit.MOVED, store().renew(subject, sid, before, signIn).commit(), "the account was read before");
        assertEquals(new Renewal(Commit.COMMITTED, 2), store().renew(subject, sid, store().epoch(subject), signIn));
        assertEquals(Verdict.SESSION_OVER, admitted(1));
        assertEquals(Verdict.ADMITTED, admitted(2));
    }

    @Test
    void aSessionThatIsOverHasNoOtherSignIn() {
        open();
        Epoch before = store().epoch(subject);
        store().endAll(subject);

        assertEquals(
                Commit.SESSION_OVER,
                store().renew(subject, sid, before, SignInFacts.password(now())).commit());
        assertEquals(Optional.empty(), store().signIn(subject, sid));
    }

    @Test
    void aPendingSignInHasItsTriesAndSucceedsOnce() {
        begin(2);

        assertEquals(-1, step("another client").left(), "which takes no try");
        assertEquals(new LoginStore.SecondStep(1, 7, store().epoch(subject)), step("client"));
        assertEquals(0, step("client").left());
        assertFalse(step("client").admitted());
        assertTrue(store().finishSecondStep(subject, "pending"));
        assertFalse(store().finishSecondStep(subject, "pending"), "a second time");
        assertFalse(store().finishSecondStep(subject, "never begun"));
    }

    @Test
    void aPendingSignInThatSucceededTakesNoMoreTries() {
        begin(5);
        assertEquals(4, step("client").left());
        assertTrue(store().finishSecondStep(subject, "pending"));

        assertFalse(step("client").admitted());
    }

    @Test
    void aPendingSignInEndsWithTheUsersSessions() {
        begin(5);
        store().endAll(subject);

        assertFalse(step("client").admitted());
    }

    @Test
    void aPendingSignInIsThePersonsItBelongsTo() {
        begin(5);

        assertFalse(store().trySecondStep(UUID.randomUUID().toString(), "pending", "client")
                .admitted());
    }

    /** Fifty guesses at the same moment are looked at as often as there are tries. */
    @Test
    void racingTriesOfAPendingSignInAreNoMoreThanItHas() throws Exception {
        begin(5);
        ExecutorService guessers = Executors.newFixedThreadPool(10);
        try {
            List<Callable<Boolean>> guesses =
                    Collections.nCopies(50, () -> step("client").admitted());
            int admitted = 0;
            for (Future<Boolean> guess : guessers.invokeAll(guesses)) {
                admitted += guess.get() ? 1 : 0;
            }
            assertEquals(5, admitted);
        } finally {
            guessers.shutdownNow();
        }
    }

    private Verdict admitted(long gen) {
        return store().admit(
                        new Use(subject, sid, gen, "t" + gen, true, ReplayMode.AUTO, Duration.ofMinutes(1)),
                        new Quota("api", 0, Duration.ofSeconds(60)))
                .verdict();
    }

    private void begin(int tries) {
        store().beginSecondStep(
                        new LoginStore.Pending(
                                subject, "pending", store().epoch(subject).ended(), 7, "client"),
                        Duration.ofMinutes(5),
                        tries);
    }

    private LoginStore.SecondStep step(String client) {
        return store().trySecondStep(subject, "pending", client);
    }

    final Rotation rotation(long gen, Epoch epoch, String live) {
        return rotation(seen(subject, sid, gen), epoch, live, KEY);
    }

    /** A session as far as a compare-and-set looks at it. */
    static SessionRecord seen(String subject, String sid, long gen) {
        TokenFamily family = new TokenFamily(gen, "", Instant.EPOCH, "", "", "");
        return new SessionRecord(
                subject,
                sid,
                family,
                gen,
                0,
                false,
                new Epoch(0, 0),
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                "",
                "",
                SignInFacts.password(Instant.EPOCH));
    }

    /** A node whose log was rolled back tells of an earlier head. */
    @Test
    void theHeadOfAnAuditChainNeverGoesBack() {
        String node = "node-" + subject;
        assertEquals(Optional.empty(), store().anchor(node));
        store().anchor(node, new ChainAnchor(20, "hash of 20"));
        store().anchor(node, new ChainAnchor(7, "another hash"));
        store().anchor(node, new ChainAnchor(20, "another hash"));
        assertEquals(Optional.of(new ChainAnchor(20, "hash of 20")), store().anchor(node));
        store().anchor(node, new ChainAnchor(100, "hash of 100"));
        assertEquals(Optional.of(new ChainAnchor(100, "hash of 100")), store().anchor(node));
        assertEquals(Optional.empty(), store().anchor("other-" + subject), "of each node its own");
    }

    /** The next generation of a session that was seen. */
    static Rotation rotation(SessionRecord seen, Epoch epoch, String live, String key) {
        return new Rotation(
                seen,
                epoch,
                seen.family().gen() + 1,
                seen.issue() + 1,
                live,
                "salt of " + live,
                key,
                new Device("198.51.100.7", "Roaming/2.0"),
                WEEK);
    }

    final Admission admit(String jti, boolean proven) {
        return admit(jti, 1, proven, ReplayMode.AUTO, UNLIMITED);
    }

    final Admission admit(String jti, long gen, boolean proven, ReplayMode mode, Quota quota) {
        return store().admit(new Use(subject, sid, gen, jti, proven, mode, TOKEN_LIFE), quota);
    }

    /** Runs so many at the same moment; their answers. */
    static <T> List<T> race(int count, IntFunction<Callable<T>> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            CyclicBarrier start = new CyclicBarrier(count);
            List<Future<T>> answers = IntStream.range(0, count)
                    .mapToObj(i -> threads.submit(() -> {
                        start.await();
                        return work.apply(i).call();
                    }))
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> answer : answers) {
                results.add(answer.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}

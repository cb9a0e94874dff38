package com.amplihack.auth.store;

import static com.amplihack.auth.store.SecurityStoreContract.ADA;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.type.Quota;
import com.amplihack.auth.config.type.ReplayMode;
import com.amplihack.auth.store.SessionStore.Epoch;
import com.amplihack.auth.store.SessionStore.Use;
import com.amplihack.auth.store.SessionStore.Verdict;
import com.amplihack.auth.store.script.ScriptedStore;
import com.amplihack.auth.store.script.SessionFields;
import com.amplihack.auth.store.script.UserKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Pipeline;

/** Whatever one user has heaped up, each script is short, and nobody else waits for it. */
class CostOfOneUserTest extends OnRedis {
    private static final Quota UNLIMITED = new Quota("api", 0, Duration.ofSeconds(60));
    /** What a script does besides, whatever it finds. */
    private static final int FIXED = 20;

    private static final String BOB = "0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b";

    private ScriptedStore store;

    @BeforeEach
    void connect() {
        store = node();
    }

    @AfterEach
    void disconnect() {
        store.close();
    }

    @Test
    void eightListsAtATimeOfOneUserRefuseNobodyElse() throws Exception {
        heapUp(20_000);
        open(BOB, "bob's");
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService listers = Executors.newFixedThreadPool(8);
        List<Future<?>> lists = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            lists.add(listers.submit(() -> {
                while (!done.get()) {
                    try {
                        SecurityStoreContract.listed(store, ADA);
                    } catch (StoreUnavailableException refused) {
                        // her own loss
                    }
                }
            }));
        }
        int refused = 0;
        try {
            for (int i = 0; i < 30; i++) {
                try {
                    assertEquals(Verdict.ADMITTED, use(BOB, "bob's"));
                } catch (StoreUnavailableException unavailable) {
                    refused++;
                }
                Thread.sleep(20);
            }
        } finally {
            done.set(true);
            listers.shutdown();
        }
        for (Future<?> list : lists) {
            list.get();
        }
        assertEquals(0, refused, "of 30");
    }

    @Test
    void noScriptRunsMoreCommandsThanItsBound() {
        heapUp(20_000);
        store.endAll(BOB); // teaches the script
        assertBounded("sessions", 128, () -> SecurityStoreContract.listed(store, ADA));
        assertBounded("open", 100 + 3 * 128, () -> open(ADA, "new"));
        assertEquals(100, SecurityStoreContract.listed(store, ADA).size(), "the others ended, a step at a time");
        heapUp(2_000);
        assertBounded("end all", 3 * 128, () -> assertEquals(2_100, store.endAll(ADA)));
        assertEquals(0, operator.zcard(UserKeys.of(ADA).index()));
    }

    /** The largest of all: whoever may have the most sessions signs in once more. */
    @Test
    void theLargestScriptIsASignInAtTheHighestLimit() {
        heapUp(1_000);

        assertBounded("open", 1_000 + 3 * 128, () -> store.open(session(ADA, "new"), Duration.ofHours(1), 1_000));

        assertEquals(1_000, operator.zcard(UserKeys.of(ADA).index()));
    }

    @Test
    void theRightsOfManyChangeAStepAtATime() {
        List<String> holders = IntStream.range(0, 2_000)
                .mapToObj(i -> UUID.randomUUID().toString())
                .toList();
        store.changeRights(BOB); // teaches the script

        assertBounded("change of rights", 4 * 128, () -> store.changeRights(holders));
        assertTrue(operator.pttl(UserKeys.of(holders.get(1_999)).epoch())
                > Duration.ofDays(365).toMillis());
    }

    @Test
    void aWindowThatHasRunOutIsEmptiedAStepAtATime() {
        String window = "auth2:login:{somebody}";
        Pipeline pipeline = operator.pipelined();
        for (int i = 0; i < 5_000; i++) {
            pipeline.zadd(window, 1_000 + i, "request-" + i);
        }
        pipeline.sync();
        Quota three = new Quota("login", 3, Duration.ofSeconds(60));

        assertEquals(2, store.reserve(three, "somebody").taken().remaining());
        assertEquals(5_000 - 128, operator.zcard(window));
        assertEquals(1, store.reserve(three, "somebody").taken().remaining());
        assertEquals(0, store.reserve(three, "somebody").taken().remaining());
        assertFalse(store.reserve(three, "somebody").taken().granted(), "what is left over counts for nothing");
    }

    /** What most requests cost: each command of a script takes Redis some microseconds. */
    @Test
    void anAdmittedRequestTakesEightCommands() {
        open(BOB, "bob's");
        Quota often = new Quota("api", 10_000, Duration.ofSeconds(60));
        admit(often);

        Map<String, Long> calls = calls(() -> admit(often));
        for (int i = 0;
                i < 10 && scripts(calls) > 1;
                i++) { // every half second a request also asks for what is store-wide
            calls = calls(() -> admit(often));
        }

        assertEquals(8, commands(calls), calls.toString());
    }

    private void assertBounded(String what, int most, Runnable operation) {
        Map<String, Long> calls = calls(operation);
        assertTrue(commands(calls) <= scripts(calls) * (most + FIXED), what + ": " + calls);
    }

    private static long commands(Map<String, Long> calls) {
        return calls.values().stream().mapToLong(Long::longValue).sum() - scripts(calls);
    }

    private static long scripts(Map<String, Long> calls) {
        return calls.getOrDefault("evalsha", 0L) + calls.getOrDefault("eval", 0L);
    }

    /** The commands that Redis has run meanwhile, with the scripts among them. */
    private Map<String, Long> calls(Runnable operation) {
        operator.configResetStat();
        operation.run();
        Map<String, Long> calls = new HashMap<>();
        for (MatchResult command : Pattern.compile("cmdstat_([a-z|]+):calls=(\\d+)")
                .matcher(operator.info("commandstats"))
                .results()
                .toList()) {
            calls.put(command.group(1), Long.parseLong(command.group(2)));
        }
        calls.keySet().removeIf(command -> command.startsWith("config")); // the reset itself
        return calls;
    }

    /** As earlier versions did, which knew no limit. */
    private void heapUp(int sessions) {
        UserKeys ada = UserKeys.of(ADA);
        Instant now = Instant.now();
        Pipeline pipeline = operator.pipelined();
        for (int i = 0; i < sessions; i++) {
            String sid = UUID.randomUUID().toString();
            SessionRecord session = SessionRecord.first(
                    ADA, sid, "live", new Epoch(0, 0), now, now.plusSeconds(86_400), "192.0.2.1", "Test");
            List<String> fields = SessionFields.of(session);
            Map<String, String> record = new HashMap<>();
            for (int f = 0; f < fields.size(); f += 2) {
                record.put(fields.get(f), fields.get(f + 1));
            }
            pipeline.hset(ada.session(sid), record);
            pipeline.pexpire(ada.session(sid), 86_400_000);
            pipeline.zadd(ada.index(), now.plusSeconds(80_000 + i).getEpochSecond(), sid);
        }
        pipeline.pexpire(ada.index(), 86_400_000);
        pipeline.sync();
    }

    private void open(String subject, String sid) {
        store.open(session(subject, sid), Duration.ofHours(1), SecurityStoreContract.MOST);
    }

    private SessionRecord session(String subject, String sid) {
        Instant now = Instant.now();
        return SessionRecord.first(
                subject, sid, "live", store.epoch(subject), now, now.plusSeconds(3600), "192.0.2.1", "Test");
    }

    private Verdict use(String subject, String sid) {
        return store.admit(useOf(subject, sid), UNLIMITED).verdict();
    }

    private void admit(Quota quota) {
        assertEquals(Verdict.ADMITTED, store.admit(useOf(BOB, "bob's"), quota).verdict());
    }

    private static Use useOf(String subject, String sid) {
        return new Use(subject, sid, 1, "t", true, ReplayMode.AUTO, Duration.ofMinutes(15));
    }
}

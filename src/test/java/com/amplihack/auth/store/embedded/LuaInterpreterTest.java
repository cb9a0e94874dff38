package com.amplihack.auth.store.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.store.TestRedis;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.luaj.vm2.LuaError;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** LuaJ is Lua 5.2 and has whole numbers; Redis has Lua 5.1 without. Where scripts could tell, they are told the same. */
class LuaInterpreterTest {
    private static TestRedis redis;
    private static Jedis jedis;

    private final Keyspace keyspace = new Keyspace(1_000);
    private final LuaInterpreter lua = new LuaInterpreter(keyspace);

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
        jedis = redis.operator();
    }

    @AfterAll
    static void stop() throws IOException {
        jedis.close();
        redis.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return 3.99",
                "return -3.99",
                "return 9007199254740991",
                "return 1767225600123 / 1000",
                "return 2 ^ 3 + 0.5",
                "return true",
                "return false",
                "return nil",
                "return",
                "return {1, 'two', {3}, nil, 5}",
                "return {true, false, 'x'}",
                "return tonumber('12') + '30'",
                "return tonumber('')",
                "return tonumber('x')",
                "return tonumber('1767225600123') - 1",
                "return '(' .. 1767225600123 - 60000",
                "return '' .. math.floor(1767225600123 / 1000)",
                "return math.ceil(1767225600.001)",
                "return math.min(5, '3')",
                "return string.format('%.0f', 2 ^ 53)",
                "return string.format('%.0f', '1767225600' + '1767225601')",
                "return string.format('%.3f', 1767225600123 / 1000)",
                "return string.format('%.0f', 0.5)",
                "return string.format('%.0f', 2.5)",
                "return string.sub('abcdef', -3)",
                "return #'\u00fc'",
                "return KEYS[1] .. ARGV[1]",
                "return {unpack(ARGV, 2, #ARGV - 1)}",
                "return redis.call('HGET', KEYS[1], 'none')",
                "return redis.call('HGET', KEYS[1], 'none') == false",
                "return redis.call('HMGET', KEYS[1], 'a', 'b')",
                "redis.call('HSET', KEYS[1], 'n', 1767225600123, 'f', 3 * 2) return redis.call('HGETALL', KEYS[1])",
                "return redis.call('HINCRBY', KEYS[1], 'n', 5)",
                "return redis.call('SET', KEYS[1], 'x', 'PX', 5000)",
                "return redis.call('PTTL', KEYS[1])",
                "return redis.call('PEXPIRE', KEYS[1], 5)",
                "return redis.call('DEL', KEYS[1])",
                "redis.call('SET', KEYS[1], 'x', 'PX', 5000) return redis.pcall('HGET', KEYS[1], 'f').err",
                "redis.call('ZADD', KEYS[1], 5, 'm') return {redis.call('ZSCORE', KEYS[1], 'm'), 1}",
                "redis.call('ZADD', KEYS[1], 5, 'b') redis.call('ZADD', KEYS[1], 5, 'a') "
                        + "return redis.call('ZRANGE', KEYS[1], 0, -1)",
                "return redis.call('ZREVRANK', KEYS[1], 'none')",
                "return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')"
            })
    void theSameScriptHasTheSameAnswer(String script) {
        List<String> keys = List.of("key");
        List<String> arguments = List.of("one", "2", "3.5", "last");
        jedis.flushAll();
        keyspace.begin(0);

        Object expected;
        try {
            expected = jedis.eval(script, keys, arguments);
        } catch (JedisDataException refused) {
            assertThrows(LuaError.class, () -> lua.run(script, keys, arguments), refused.getMessage());
            return;
        }
        assertEquals(expected, lua.run(script, keys, arguments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'ZCOUNT', 'set', '(5', '+inf'",
                "'ZCOUNT', 'set', 5, '+inf'",
                "'ZCOUNT', 'set', '-inf', '(5'",
                "'ZCOUNT', 'set', '-inf', 5",
                "'ZCOUNT', 'set', '(7', '+inf'",
                "'ZCOUNT', 'set', 8, 2",
                "'ZRANGE', 'set', 1, 2, 'WITHSCORES'",
                "'ZRANGE', 'set', 1, 2, 'REV', 'WITHSCORES'",
                "'ZRANGE', 'set', 0, -1",
                "'ZRANGE', 'set', 127, 127, 'WITHSCORES'",
                "'ZRANGE', 'set', '+inf', '(5', 'BYSCORE', 'REV', 'LIMIT', 0, 9, 'WITHSCORES'",
                "'ZRANGE', 'set', 5, '-inf', 'BYSCORE', 'REV', 'LIMIT', 1, 2, 'WITHSCORES'",
                "'ZRANGEBYSCORE', 'set', '(1', '+inf', 'WITHSCORES', 'LIMIT', 0, 1",
                "'ZRANGEBYSCORE', 'set', 4.999, 5.001",
                "'ZREMRANGEBYSCORE', 'set', '-inf', 5",
                "'ZREMRANGEBYSCORE', 'set', '-inf', '(5'",
                "'ZREVRANK', 'set', 'b'",
                "'ZREVRANK', 'set', 'd'",
                "'ZADD', 'set', 9, 'a'",
                "'ZREM', 'set', 'b'",
                "'ZREM', 'set', 'none'"
            })
    void aCommandOnASortedSetDoesWhatRedisDoes(String command) {
        String script =
                "for i, m in ipairs({'a', 'c', 'b', 'd'}) do redis.call('ZADD', 'set', ({1, 5, 5, 7})[i], m) end"
                        + " local answer = redis.call(" + command + ")"
                        + " return {answer, redis.call('ZRANGE', 'set', 0, -1, 'WITHSCORES')}";
        jedis.flushAll();
        keyspace.begin(0);

        assertEquals(jedis.eval(script, List.of(), List.of()), lua.run(script, List.of(), List.of()));
    }

    @Test
    void whatHasExpiredIsGoneAlsoBeforeItIsSwept() {
        Keyspace large = new Keyspace(Long.MAX_VALUE);
        for (int i = 0; i < 1_500; i++) {
            large.begin(i);
            large.call("SET", List.of("key-" + i, "value", "PX", "2000"));
        }

        large.begin(3_499);

        assertEquals(500, large.size(), "a step of them is swept");
        assertNull(large.call("GET", List.of("key-1499")));
        assertEquals(0, large.count(key -> true));
        large.begin(3_499);
        assertEquals(0, large.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis.call('FLUSHALL')", "redis.call('SET', 'key', 'value')", "error()", "return 1 + nil"})
    void whatRedisOrNobodyKnowsIsAnError(String script) {
        assertThrows(LuaError.class, () -> lua.run(script, List.of(), List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "os",
                "io",
                "luajava",
                "package",
                "require",
                "load",
                "dofile",
                "_G",
                "debug",
                "coroutine",
                "print"
            })
    void scriptsReachNothingBesidesTheStore(String library) {
        assertEquals(0L, lua.run("if " + library + " then return 1 end return 0", List.of(), List.of()));
    }

    @Test
    void aFullStoreTakesNothingMoreButEndsSessionsAndForgets() {
        Keyspace small = new Keyspace(20);
        LuaInterpreter full = new LuaInterpreter(small);
        String write = "redis.call('HSET', KEYS[1], 'a', '1') redis.call('HSET', KEYS[1], 'b', '2')"
                + " redis.call('PEXPIRE', KEYS[1], 1000)";
        for (int i = 0; i < 4; i++) {
            small.begin(0);
            full.run(write, List.of("key-" + i), List.of());
        }

        for (String key : List.of("one more", "key-1")) {
            small.begin(0);
            LuaError refused = assertThrows(LuaError.class, () -> full.run(write, List.of(key), List.of()));
            assertTrue(refused.getMessage().contains("OOM"), refused.getMessage());
            assertEquals(4, small.size(), "nothing is half done");
        }
        small.begin(0);
        String end = "redis.call('HINCRBY', KEYS[1], 'ended', 1) redis.call('DEL', KEYS[2])";
        full.run(end, List.of("epoch", "key-1"), List.of());
        assertEquals(4, small.size());

        small.begin(1000);
        assertEquals(1, small.size());
        full.run(write, List.of("one more"), List.of());
    }
}

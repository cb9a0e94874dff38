package com.amplihack.auth.store.redis;

import com.amplihack.auth.store.StoreInspection;
import com.amplihack.auth.store.script.ScriptedFleet;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisDataException;

/** Checks that Redis is recent enough and configured to keep its data (server-config/redis). */
final class RedisInspection {
    private static final int MIN_MAJOR = 6;
    private static final int MIN_MINOR = 2;
    private static final Duration MAX_SKEW = Duration.ofSeconds(2);

    private RedisInspection() {}

    /**
     * Reads version, configuration and clock from Redis.
     *
     * @param redis a connection to the server that has the store-wide key
     * @param now the time by this node's clock
     * @throws JedisDataException if the ACL does not permit the key prefix, for example one of an earlier key layout
     */
    static StoreInspection of(Connection redis, Instant now) {
        redis.executeCommand(new CommandArguments(Protocol.Command.PTTL).key(ScriptedFleet.KEY));
        List<?> time = (List<?>) redis.executeCommand(new CommandArguments(Protocol.Command.TIME));
        Duration skew = Duration.between(now, Instant.ofEpochSecond(Long.parseLong(text(time.get(0)))))
                .plusNanos(Long.parseLong(text(time.get(1))) * 1000);
        try {
            return of(text(redis.executeCommand(new CommandArguments(Protocol.Command.INFO))), skew);
        } catch (JedisDataException refused) {
            StoreInspection rest = of("", skew);
            List<String> warnings = new ArrayList<>(rest.warnings());
            warnings.add("redis.username may not run INFO: version, eviction and persistence of Redis are not checked");
            return new StoreInspection(rest.refusal(), rest.startRefusal(), warnings);
        }
    }

    /**
     * Evaluates what Redis returned.
     *
     * @param info the answer to INFO; empty if it is not permitted
     * @param skew how far the clock of Redis is ahead of this node's
     */
    static StoreInspection of(String info, Duration skew) {
        Map<String, String> facts = new HashMap<>();
        info.lines()
                .map(line -> line.split(":", 2))
                .filter(pair -> pair.length == 2)
                .forEach(pair -> facts.put(pair[0], pair[1].strip()));
        List<String> warnings = new ArrayList<>();
        String eviction = facts.getOrDefault("maxmemory_policy", "noeviction");
        if (facts.getOrDefault("aof_enabled", "1").equals("0")) {
            warnings.add(
                    "appendonly of Redis is no: a restart ends every session, or with snapshots brings back what was"
                            + " ended since the last one; set appendonly yes");
        }
        if (facts.getOrDefault("role", "master").equals("slave")) {
            warnings.add(
                    "Redis is a replica and refuses to write: every request with a token is 503; name its primary");
        }
        if (skew.abs().compareTo(MAX_SKEW) > 0) {
            warnings.add("The clock of Redis is " + skew.abs().toSeconds() + " s "
                    + (skew.isNegative() ? "behind" : "ahead of")
                    + " this machine's: sessions end at a wrong time; synchronize both");
        }
        Optional<String> forgets = eviction.equals("noeviction")
                ? Optional.empty()
                : Optional.of("maxmemory-policy of Redis is " + eviction
                        + ": when memory is full, sessions and used tokens are forgotten; set noeviction");
        forgets.ifPresent(warnings::add);
        return new StoreInspection(
                Optional.ofNullable(facts.get("redis_version"))
                        .filter(RedisInspection::isTooOld)
                        .map(version -> "Redis is version " + version + ", but 6.2 or later is needed"),
                forgets,
                warnings);
    }

    private static boolean isTooOld(String version) {
        String[] parts = version.split("\\.", -1);
        int major = Integer.parseInt(parts[0]);
        return major < MIN_MAJOR || (major == MIN_MAJOR && Integer.parseInt(parts[1]) < MIN_MINOR);
    }

    private static String text(Object bulk) {
        return new String((byte[]) bulk, StandardCharsets.UTF_8);
    }
}

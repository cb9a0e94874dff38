package com.amplihack.auth.store.redis;

import com.amplihack.auth.store.script.LuaScript;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * Runs a script, then {@code WAIT}s for one replica if any is connected, so that a failover to that replica loses
 * nothing. Uses one connection throughout, since {@code WAIT} covers the writes of its own connection, and another one
 * might already lead to a new primary.
 */
final class ReplicatedScript {
    private static final int MAX_REDIRECTIONS = 5;

    private final Supplier<RedisTopology> connected;
    private final long waitMillis;

    ReplicatedScript(Supplier<RedisTopology> connected, Duration timeout) {
        this.connected = connected;
        waitMillis = timeout.toMillis() * 4 / 5; // must be answered before the connection's time-out
    }

    /**
     * Runs the script, following the redirections of a cluster.
     *
     * @throws JedisDataException if no replica confirms in time; the write may be lost or not
     */
    Object run(LuaScript script, List<String> keys, List<String> arguments) {
        RedisTopology redis = connected.get();
        HostAndPort target = null;
        boolean asking = false;
        for (int i = 0; ; i++) {
            try (Connection connection = target == null ? redis.primaryOf(keys.get(0)) : redis.node(target)) {
                return confirmed(connection, asking, script, keys, arguments);
            } catch (JedisConnectionException broken) {
                redis.refresh(); // another node may have the keys at the retry
                throw broken;
            } catch (JedisRedirectionException elsewhere) {
                if (i == MAX_REDIRECTIONS) {
                    throw elsewhere;
                }
                target = elsewhere.getTargetNode();
                asking = elsewhere instanceof JedisAskDataException;
                if (!asking) {
                    redis.refresh();
                }
            }
        }
    }

    private Object confirmed(
            Connection connection, boolean asking, LuaScript script, List<String> keys, List<String> arguments) {
        Pipeline pipeline = new Pipeline(connection, false);
        if (asking) {
            pipeline.sendCommand(Command.ASKING, new String[0]);
        }
        Response<Object> first = pipeline.evalsha(script.sha1(), keys, arguments);
        Response<Object> role = pipeline.sendCommand(Command.ROLE, new String[0]);
        pipeline.sync();
        Object answer;
        try {
            answer = first.get();
        } catch (JedisNoScriptException unknown) {
            if (asking) {
                pipeline.sendCommand(Command.ASKING, new String[0]);
            }
            Response<Object> second = pipeline.eval(script.text(), keys, arguments);
            pipeline.sync();
            answer = second.get();
        }
        if (hasReplicas((List<?>) role.get())) {
            Object confirmed = connection.executeCommand(
                    new CommandArguments(Command.WAIT).add("1").add(Long.toString(waitMillis)));
            if ((Long) confirmed < 1) {
                throw new JedisDataException("no replica confirmed within " + waitMillis + " ms");
            }
        }
        return answer;
    }

    /** Whether the answer of a primary to {@code ROLE} lists any connected replica. */
    private static boolean hasReplicas(List<?> role) {
        return role.size() == 3 && role.get(2) instanceof List<?> replicas && !replicas.isEmpty();
    }
}

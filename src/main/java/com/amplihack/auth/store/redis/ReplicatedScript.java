package com.amplihack.auth.store.redis;

import com.amplihack.auth.store.script.LuaScript;
import java.time.Duration;
import java.util.List;
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
 * Runs a script and confirms it only when a replica has what it wrote, where there is a replica: a failover to that one
 * then loses nothing. All on one connection, since {@code WAIT} speaks of what its own connection wrote, and another one
 * might already lead to the new primary.
 */
final class ReplicatedScript {
    private static final int REDIRECTIONS = 5;

    private final RedisTopology redis;
    private final long patience;

    ReplicatedScript(RedisTopology redis, Duration timeout) {
        this.redis = redis;
        patience = timeout.toMillis() * 4 / 5; // the answer must come before the time-out of its connection
    }

    /**
     * Runs it, wherever a cluster has the keys at the moment.
     *
     * @throws JedisDataException when no replica confirms in time: then it may be stored or not
     */
    Object run(LuaScript script, List<String> keys, List<String> arguments) {
        HostAndPort target = null;
        boolean asking = false;
        for (int i = 0; ; i++) {
            try (Connection connection = target == null ? redis.primaryOf(keys.get(0)) : redis.node(target)) {
                return confirmed(connection, asking, script, keys, arguments);
            } catch (JedisConnectionException broken) {
                redis.refresh(); // another node may have the keys when this is asked again
                throw broken;
            } catch (JedisRedirectionException elsewhere) {
                if (i == REDIRECTIONS) {
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
                    new CommandArguments(Command.WAIT).add("1").add(Long.toString(patience)));
            if ((Long) confirmed < 1) {
                throw new JedisDataException("no replica has confirmed within " + patience + " ms");
            }
        }
        return answer;
    }

    /** A primary lists the replicas that are connected. */
    private static boolean hasReplicas(List<?> role) {
        return role.size() == 3 && role.get(2) instanceof List<?> replicas && !replicas.isEmpty();
    }
}

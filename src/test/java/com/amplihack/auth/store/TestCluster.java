package com.amplihack.auth.store;

import com.amplihack.auth.store.script.UserKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.MigrateParams;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A Redis Cluster: three primaries with a third of the slots each, and a replica of each. */
public final class TestCluster implements AutoCloseable {
    private static final int SLOTS = 16_384;
    private static final int PRIMARIES = 3;

    private final List<TestRedis> members = new ArrayList<>(); // the primaries first
    private final String password = UUID.randomUUID().toString();

    public TestCluster() {
        for (int i = 0; i < 2 * PRIMARIES; i++) {
            members.add(TestRedis.startMember(
                    password, "cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-node-timeout 1500"));
        }
        for (int i = 0; i < PRIMARIES; i++) {
            int[] slots = IntStream.range(i * SLOTS / PRIMARIES, (i + 1) * SLOTS / PRIMARIES)
                    .toArray();
            operate(i, operator -> operator.clusterAddSlots(slots));
        }
        members.stream()
                .skip(1)
                .forEach(member -> operate(0, operator -> operator.clusterMeet("127.0.0.1", member.port())));
        everybody("knows everybody", info -> info.contains("cluster_known_nodes:" + members.size()));
        for (int i = 0; i < PRIMARIES; i++) {
            String primary = id(i);
            operate(i + PRIMARIES, operator -> operator.clusterReplicate(primary));
        }
        everybody("is well", info -> info.contains("cluster_state:ok"));
        for (int i = 0; i < PRIMARIES; i++) {
            TestRedis primary = members.get(i);
            Until.holds("a replica is connected", () -> {
                try (Jedis operator = primary.operator()) {
                    return operator.info("replication").contains("state=online");
                }
            });
        }
    }

    private void everybody(String what, Predicate<String> condition) {
        Until.holds("every node " + what, () -> members.stream().allMatch(member -> {
            try (Jedis operator = member.operator()) {
                return condition.test(operator.clusterInfo());
            }
        }));
    }

    /** Of all keys of a user. */
    public static int slotOf(String subject) {
        return JedisClusterCRC16.getSlot(UserKeys.of(subject).user());
    }

    /** The number of the primary that a slot was given to at the start. */
    public int primaryOf(int slot) {
        return IntStream.range(0, PRIMARIES)
                .filter(i -> slot < (i + 1) * SLOTS / PRIMARIES)
                .findFirst()
                .orElseThrow();
    }

    public TestRedis primary(int number) {
        return members.get(number);
    }

    public TestRedis replica(int number) {
        return members.get(number + PRIMARIES);
    }

    /** Moves a slot key by key, as {@code redis-cli --cluster reshard} does. */
    void move(int slot, int from, int to) {
        String source = id(from);
        String target = id(to);
        operate(to, operator -> operator.clusterSetSlotImporting(slot, source));
        operate(from, operator -> operator.clusterSetSlotMigrating(slot, target));
        operate(from, operator -> {
            for (List<String> keys = operator.clusterGetKeysInSlot(slot, 1);
                    !keys.isEmpty();
                    keys = operator.clusterGetKeysInSlot(slot, 1)) {
                operator.migrate(
                        "127.0.0.1",
                        members.get(to).port(),
                        5_000,
                        new MigrateParams().auth2(TestRedis.OPERATOR, password),
                        keys.toArray(String[]::new));
            }
        });
        for (int i = 0; i < PRIMARIES; i++) {
            operate((to + i) % PRIMARIES, operator -> operator.clusterSetSlotNode(slot, target));
        }
    }

    void flush() {
        for (int i = 0; i < PRIMARIES; i++) {
            operate(i, Jedis::flushAll);
        }
    }

    /** For a service that finds the others by two of them. */
    public Map<String, String> properties() {
        return Map.of(
                "redis.cluster.nodes",
                members.stream()
                        .limit(2)
                        .map(member -> "127.0.0.1:" + member.port())
                        .collect(Collectors.joining(",")),
                "redis.username",
                TestRedis.USER,
                "redis.password",
                password);
    }

    private String id(int member) {
        try (Jedis operator = members.get(member).operator()) {
            return operator.clusterMyId();
        }
    }

    private void operate(int member, Consumer<Jedis> work) {
        try (Jedis operator = members.get(member).operator()) {
            work.accept(operator);
        }
    }

    @Override
    public void close() throws IOException {
        for (TestRedis member : members) {
            member.close();
        }
    }
}

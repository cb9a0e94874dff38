package com.amplihack.auth.bench;

import com.amplihack.auth.http.HaProxy;
import com.amplihack.auth.http.Nodes;
import com.amplihack.auth.http.Session;
import com.amplihack.auth.storm.Crowd;
import com.amplihack.auth.storm.Crowd.Result;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kills and replaces nodes behind HAProxy while people use their sessions, and prints what they noticed. No test, asserts
 * nothing; {@code src/test/bench/many-nodes.sh} runs it.
 */
public final class ManyNodes {
    private static final int PEOPLE = 12;
    private static final int PAUSE_MILLIS = 20;
    private static final int PHASE_SECONDS = 10;
    private static final int KILLED = 1;

    private final Nodes nodes;
    private final Crowd crowd;
    private int reported;

    private ManyNodes(Nodes nodes, Crowd crowd) {
        this.nodes = nodes;
        this.crowd = crowd;
    }

    /** @param arguments how many nodes: 2 or 3 */
    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[0]);
        long start = System.nanoTime();
        try (Nodes nodes = new Nodes(
                count, Map.of("auth.api.limit", "0", "auth.refresh.limit", "0", "auth.argon2.memory.kib", "1024"))) {
            System.out.printf(
                    Locale.ROOT,
                    "%d nodes, started together on an empty database and an empty key directory, were ready after %.0f s%n",
                    count,
                    secondsSince(start));
            Session admin = Session.of(nodes.servers().get(0), "admin", nodes.firstPassword());
            List<String> usernames = Stream.generate(() -> Session.newUser(admin, "user"))
                    .limit((long) PEOPLE * Crowd.SESSIONS_EACH)
                    .toList();
            Crowd crowd = new Crowd(nodes.balancer().port(), usernames, PAUSE_MILLIS);
            System.out.printf("%d people with %d sessions%n%n", PEOPLE, crowd.sessions());
            System.out.println("| | seconds | requests | of them at each node | failed |");
            System.out.println("| --- | --- | --- | --- | --- |");
            new ManyNodes(nodes, crowd).run(count);
        }
    }

    private void run(int count) throws InterruptedException {
        crowd.begin();
        long start = System.nanoTime();
        TimeUnit.SECONDS.sleep(PHASE_SECONDS);
        report("all nodes", start);

        start = System.nanoTime();
        nodes.kill(KILLED);
        String killed = HaProxy.SERVERS.get(KILLED);
        while (nodes.balancer().isUsed(killed)) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        double noticed = secondsSince(start);
        TimeUnit.SECONDS.sleep(PHASE_SECONDS);
        report("`" + killed + "` killed with -9", start);

        for (int index = 0; index < count; index++) {
            int replaced = (KILLED + index) % count;
            start = System.nanoTime();
            nodes.replace(replaced);
            report("`" + HaProxy.SERVERS.get(replaced) + "` replaced", start);
        }
        start = System.nanoTime();
        TimeUnit.SECONDS.sleep(PHASE_SECONDS);
        crowd.settle();
        report("all nodes are new", start);
        System.out.printf(
                Locale.ROOT,
                "%nThe killed node was taken out after %.1f s. Sessions that are over: %s of %d.%n",
                noticed,
                crowd.signedOut(),
                crowd.sessions());
    }

    /** What was answered since the last report. */
    private void report(String what, long start) {
        List<Result> all = crowd.results();
        List<Result> since = all.subList(reported, all.size());
        reported = all.size();
        Map<String, Long> byNode = since.stream()
                .filter(result -> !result.node().isEmpty())
                .collect(Collectors.groupingBy(Result::node, TreeMap::new, Collectors.counting()));
        List<Result> failed =
                since.stream().filter(result -> result.status() != 200).toList();
        System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %d | %s | %s |%n",
                what,
                secondsSince(start),
                since.size(),
                byNode.toString().replaceAll("[{}]", "").replace('=', ' '),
                failed.isEmpty()
                        ? "0"
                        : failed.stream()
                                .map(result -> result.request() + ": " + result.status())
                                .collect(Collectors.joining(", ")));
    }

    private static double secondsSince(long start) {
        return Duration.ofNanos(System.nanoTime() - start).toMillis() / 1e3;
    }
}

package com.amplihack.auth.storm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client;
import com.amplihack.auth.http.Client.Answer;
import com.amplihack.auth.http.ServerProcess;
import com.amplihack.auth.store.TestRedis;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The promises of docs/refresh-protocol.md against the deployed WAR and a real Redis that is killed in between.
 * docs/model/README.md has the command of the long run ({@code -Dstorm.refreshes=10000 -Dstorm.thefts=500}) and its
 * result.
 */
@Tag("full")
class RefreshStormIT {
    private static final int REFRESHES = Integer.getInteger("storm.refreshes", 400);
    private static final int THEFTS = Integer.getInteger("storm.thefts", 40);
    private static final int CLIENTS = Math.max(20, Math.min(100, REFRESHES / 20));
    private static final int AT_ONCE = 50;
    private static final int GRACE_MILLIS = 1_000;

    private static TestRedis redis;
    private static ServerProcess server;

    @BeforeAll
    static void start() {
        redis = TestRedis.start("always");
        server = ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.ofEntries(
                                Map.entry("mp.config.profile", "dev"),
                                Map.entry(
                                        "auth.home",
                                        ServerProcess.freshDirectory("storm").toString()),
                                Map.entry("auth.store", "redis"),
                                Map.entry("redis.host", "127.0.0.1"),
                                Map.entry("redis.port", Integer.toString(redis.port())),
                                Map.entry("redis.username", TestRedis.USER),
                                Map.entry("redis.password", redis.password()),
                                Map.entry("jwt.key.size", "2048"),
                                Map.entry("jwt.refresh.grace.seconds", Integer.toString(GRACE_MILLIS / 1000)),
                                Map.entry("auth.api.limit", "0"),
                                Map.entry("auth.refresh.limit", "0")),
                        Map.of())
                .ready();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        redis.close();
    }

    @Test
    void noClientWithTheRecipeIsSignedOutByTheNetworkOrByAKilledStore() throws Exception {
        List<String> refusals = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger done = new AtomicInteger();
        AtomicInteger unavailable = new AtomicInteger();
        int kills = 0;
        try (LossyNetwork network = new LossyNetwork()) {
            List<RecipeClient> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(signIn(network::carry));
            }
            ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
            List<Future<?>> running = clients.stream()
                    .<Future<?>>map(client -> threads.submit(() -> {
                        while (done.incrementAndGet() <= REFRESHES) {
                            RecipeClient.Outcome outcome = client.refresh();
                            unavailable.addAndGet(outcome.unavailable());
                            outcome.refusal().ifPresent(refusals::add);
                            LossyNetwork.pause(ThreadLocalRandom.current().nextInt(2 * GRACE_MILLIS));
                        }
                    }))
                    .toList();
            threads.shutdown();
            while (!threads.isTerminated()) {
                threads.awaitTermination(5, TimeUnit.SECONDS);
                if (!threads.isTerminated()) {
                    redis.kill();
                    LossyNetwork.pause(300);
                    redis.restart();
                    kills++;
                }
            }
            for (Future<?> client : running) {
                client.get();
            }
            network.settle(); // late duplicates have arrived: even so, everybody is still signed in
            for (RecipeClient client : clients) {
                assertEquals(Optional.empty(), client.refresh().refusal());
                assertTrue(client.isAdmitted());
            }
            tell("refreshes: " + REFRESHES + " by " + CLIENTS + " clients; lost requests: " + network.lostRequests
                    + ", lost answers: " + network.lostAnswers + ", duplicates: " + network.duplicates + " ("
                    + network.supersededDuplicates + " superseded), store killed: " + kills
                    + " times, answers 503: " + unavailable + "; false sign-outs: " + refusals.size());
        }
        assertEquals(List.of(), refusals);
    }

    @Test
    void everyTheftEndsWithTheThiefRefused() throws Exception {
        Map<Theft.End, Integer> ends = new EnumMap<>(Theft.End.class);
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Callable<Theft.End>> thefts = new ArrayList<>();
            for (int i = 0; i < THEFTS; i++) {
                thefts.add(new Theft(
                        signIn(request -> Optional.of(request.get())), new Client(server.port()), GRACE_MILLIS));
            }
            for (Future<Theft.End> theft : threads.invokeAll(thefts)) {
                ends.merge(theft.get(), 1, Integer::sum);
            }
        } finally {
            threads.shutdownNow();
        }
        tell("thefts: " + THEFTS + "; " + ends);
        assertEquals(0, ends.getOrDefault(Theft.End.NEVER_REFUSED, 0), ends.toString());
        assertEquals(0, ends.getOrDefault(Theft.End.ACCESS_LEFT, 0), ends.toString());
        assertTrue(ends.containsKey(Theft.End.REFUSED_LATER), "some thieves got in first: " + ends);
    }

    private static RecipeClient signIn(Function<Supplier<Answer>, Optional<Answer>> network) throws ExecutionException {
        Client client = new Client(server.port());
        Answer login = client.post("/auth/login")
                .json("{\"username\":\"admin\",\"password\":\"" + server.firstPassword() + "\"}")
                .send();
        assertEquals(200, login.status(), login.body());
        return new RecipeClient(client, login, network, GRACE_MILLIS + 200);
    }

    @SuppressWarnings("PMD.SystemPrintln") // the long run is read by people
    private static void tell(String line) {
        System.out.println("storm: " + line);
    }
}

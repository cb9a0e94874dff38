package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One administrator always remains, whoever does what to whom at the same moment; and what a start needs of passwords. */
@Tag("one-store")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LastAdministratorIT {
    private static final int ROUNDS = 4;
    private static final List<String> WAYS = List.of("{\"roles\":[\"user\"]}", "{\"enabled\":false}", "DELETE");

    private final ExecutorService people = Executors.newFixedThreadPool(2);
    private final Path home = ServerProcess.freshDirectory("last-admin");
    private ServerProcess server;

    @BeforeAll
    void start() {
        server = ServerProcess.start(ServerProcess.freePort(), settings(Map.of()), Map.of())
                .ready();
    }

    @AfterAll
    void stop() {
        people.shutdownNow();
        server.close();
    }

    private Map<String, String> settings(Map<String, String> more) {
        Map<String, String> all = new java.util.HashMap<>(Map.of(
                "mp.config.profile", "dev",
                "auth.home", home.toString(),
                "auth.store", "memory",
                "jwt.key.size", "2048",
                "auth.api.limit", "0",
                "auth.login.limit", "10000"));
        all.putAll(more);
        return all;
    }

    @Test
    void ofTwoAdministratorsWhoRemoveEachOtherOneRemains() throws Exception {
        Session first = Session.of(server, "admin", server.firstPassword());
        for (String way : WAYS) {
            for (int round = 0; round < ROUNDS; round++) {
                String name = "rival-" + WAYS.indexOf(way) + "-" + round;
                Session.make(first, name, "admin", "user");
                Session second = Session.of(server, name, Session.PASSWORD);
                List<Callable<Answer>> both = List.of(remove(first, second, way), remove(second, first, way));

                List<Integer> statuses = people.invokeAll(both).stream()
                        .map(LastAdministratorIT::get)
                        .map(Answer::status)
                        .toList();

                assertEquals(1, statuses.stream().filter(status -> status < 300).count(), way + statuses);
                Session survivor = statuses.get(0) < 300 ? first : second;
                assertRemains(survivor);
                first = survivor;
            }
        }
    }

    /** Alone, by every way that an administrator has. */
    private void assertRemains(Session last) {
        String path = path(last);
        for (String way : WAYS) {
            Answer refused = answer(last, path, way);
            assertEquals(400, refused.status(), refused::body);
            assertTrue(refused.json().getString("detail").contains("last administrator"), refused::body);
        }
        JsonObject admins = last.with(last.client.get("/admin/api/users?role=admin&enabled=true"))
                .send()
                .json();
        assertEquals(1, admins.getJsonArray("items").size());
    }

    private static Callable<Answer> remove(Session by, Session whom, String way) {
        String path = path(whom);
        return () -> answer(by, path, way);
    }

    private static Answer answer(Session by, String path, String way) {
        return way.equals("DELETE")
                ? by.with(by.client.request("DELETE", path)).send()
                : by.with(by.client.request("PATCH", path)).json(way).send();
    }

    private static String path(Session session) {
        return "/admin/api/users/" + session.claims().getString("sub");
    }

    private static Answer get(Future<Answer> answer) {
        try {
            return answer.get();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aListOfBreachedPasswordsThatIsNoneStopsTheStartWithOneSentence() throws IOException {
        Path list = home.resolve("list.txt");
        Files.createDirectories(home);
        Files.writeString(list, "not a list\n");

        try (ServerProcess refused = ServerProcess.start(
                ServerProcess.freePort(),
                settings(Map.of(
                        "auth.home", ServerProcess.freshDirectory("breached").toString(),
                        "auth.password.breached.file", list.toString())),
                Map.of())) {
            assertEquals(1, refused.exitCode());
            assertTrue(
                    refused.output().contains("auth.password.breached.file: the file " + list + " holds at byte 0"),
                    refused::output);
        }
    }
}

package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.http.Client.Answer;
import jakarta.json.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Machines whose language is not ours: what a container without a locale, or a Turkish one, does to names and values. */
@Tag("one-store")
@Tag("full")
class LocaleIT {
    private static final String PASSWORD = "a password of the operator";

    private static Map<String, String> properties(Path home) {
        return new HashMap<>(Map.of(
                "mp.config.profile",
                "dev",
                "auth.home",
                home.toString(),
                "auth.store",
                "MEMORY",
                "jwt.binding.user.agent",
                "FAMILY",
                "jwt.key.size",
                "2048"));
    }

    @ParameterizedTest
    @CsvSource({
        "auth.bootstrap.username, AUTH_BOOTSTRAP_USERNAME, zo\\303\\253",
        "jwt.key.path, JWT_KEY_PATH, target/schl\\303\\274ssel"
    })
    void anEnvironmentWhoseBytesAreLostStopsTheStartWithTheCure(String name, String variable, String octal) {
        Path home = ServerProcess.freshDirectory("lost");
        ServerProcess failing = ServerProcess.startIn(
                "LANG=C " + variable + "=\"$(printf '" + octal + "')\" AUTH_BOOTSTRAP_PASSWORD='" + PASSWORD + "'",
                ServerProcess.freePort(),
                properties(home));

        assertNotEquals(0, failing.exitCode());
        String output = failing.output();
        List<String> told = output.lines()
                .filter(line -> line.contains(name + " has bytes that are not valid in "))
                .toList();
        assertEquals(1, told.size(), output);
        assertTrue(told.get(0).contains("LC_ALL=C.UTF-8"), output);
        assertFalse(output.contains("\tat "), output);
        assertFalse(Files.exists(home.resolve("keys")), "nothing was made under another name");
    }

    /** The Turkish lower case of I has no dot; and LANG=C once more, where nothing of ours is beyond ASCII. */
    @Test
    void aTurkishServerWithoutALocaleSignsInAndFindsTheSamePeople() {
        Map<String, String> properties = properties(ServerProcess.freshDirectory("turkish"));
        properties.put("user.language", "tr");
        properties.put("user.country", "TR");
        properties.put("auth.bootstrap.username", "ADMIN ILGIN");
        properties.put("auth.bootstrap.password", PASSWORD);
        try (ServerProcess server = ServerProcess.startIn("LANG=C", ServerProcess.freePort(), properties)
                .ready()) {
            Session admin = Session.of(server, "admin ilgin", PASSWORD);
            String umlauts = "Pa\u00dfwort-\u00fcber-alles-7";
            for (String name : List.of("ILGIN", "Zo\u00eb \u0130L\u0130")) {
                Answer made = admin.with(admin.client.post("/admin/api/users"))
                        .json(Json.createObjectBuilder()
                                .add("username", name)
                                .add("password", umlauts)
                                .build()
                                .toString())
                        .send();
                assertEquals(201, made.status(), made::body);
                assertEquals(name, made.json().getString("username"));
            }
            for (String typed : List.of("ilgin", "ILGIN", "\uff29LG\uff29N ", "zoe\u0308 \u0130l\u0130")) {
                for (String password : List.of(umlauts, Normalizer.normalize(umlauts, Normalizer.Form.NFD))) {
                    assertEquals(
                            200,
                            Session.login(new Client(server.port()), typed, password)
                                    .send()
                                    .status(),
                            typed);
                }
                String query = URLEncoder.encode(typed, StandardCharsets.UTF_8);
                Answer found = admin.with(admin.client.get("/admin/api/users?query=" + query))
                        .send();
                int named = typed.startsWith("zoe") ? 1 : 2; // a name is found by any part of it
                assertEquals(named, found.json().getJsonArray("items").size(), typed);
            }
            Answer weak = admin.with(admin.client.post("/admin/api/users"))
                    .json("{\"username\":\"ISIKLI KISI\",\"password\":\"isikli kisi isikli\"}")
                    .send();
            assertEquals("weak_password", weak.error());
            Answer metrics = admin.client.get("/metrics").send();
            assertTrue(
                    metrics.body().lines().noneMatch(line -> line.startsWith("jwt_") && line.matches(".*\\d,\\d.*")));
        }
    }
}

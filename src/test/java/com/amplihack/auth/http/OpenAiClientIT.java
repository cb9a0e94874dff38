package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amplihack.auth.http.NodeProject.Result;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The OpenAI client for Node.js, as it comes from npm, gets completions through the proxy (docs/proxy.md). */
@Tag("one-store")
class OpenAiClientIT {
    @Test
    void oneTokenGetsPlainAndStreamedCompletionsInARow() throws Exception {
        NodeProject chat = NodeProject.of("chat.mjs", "openai@7.57.0");
        try (ServerProcess server = ServerProcess.start(
                        ServerProcess.freePort(),
                        Map.of(
                                "mp.config.profile",
                                "dev",
                                "auth.home",
                                ServerProcess.freshDirectory("chat").toString(),
                                "auth.store",
                                "memory",
                                "jwt.key.size",
                                "2048"),
                        Map.of())
                .ready()) {
            Session admin = Session.of(server, "admin", server.firstPassword());
            String username = Session.newUser(admin, "user");
            assertEquals(
                    200,
                    admin.with(admin.client.request("PUT", "/admin/api/roles/user"))
                            .json("{\"permissions\":[\"chat:write\"]}")
                            .send()
                            .status());

            Result result =
                    chat.run(Map.of("PASSWORD", Session.PASSWORD), "http://localhost:" + server.port(), username);

            String answer = "[demo] You said: Hello from Node";
            assertEquals(
                    List.of(
                            "plain 1: " + answer,
                            "streamed 1: " + answer + " (in pieces)",
                            "plain 2: " + answer,
                            "streamed 2: " + answer + " (in pieces)",
                            "plain 3: " + answer,
                            "streamed 3: " + answer + " (in pieces)",
                            "without the session's handle: 401 token_replayed"),
                    result.output().lines().toList());
            assertEquals(0, result.status());
        }
    }
}

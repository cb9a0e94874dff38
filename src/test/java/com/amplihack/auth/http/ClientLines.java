package com.amplihack.auth.http;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the scripts of {@code src/test/clients} print when everything works; {@code said} is what the model says first. */
final class ClientLines {
    private ClientLines() {}

    static List<String> openai(String said, String models) {
        return List.of(
                "chat: " + said + "turn 1",
                "chat, streamed: " + said + "turn 1 (with usage)",
                "chat: " + said + "turn 2",
                "chat, streamed: " + said + "turn 2 (with usage)",
                "at once: " + each(said, ""),
                "at once, streamed: " + each(said, " (with usage)"),
                "responses: " + said + "a response",
                "responses, streamed: " + said + "a stream (completed)",
                "embeddings: 2, all numbers",
                "models: " + models,
                "model: " + models.split(",")[0]);
    }

    static List<String> anthropic(String said, String models) {
        return List.of(
                "messages: " + said + "turn 1",
                "messages, streamed: " + said + "turn 1 (end_turn)",
                "messages: " + said + "turn 2",
                "messages, streamed: " + said + "turn 2 (end_turn)",
                "at once: " + each(said, ""),
                "at once, streamed: " + each(said, " (end_turn)"),
                "messages, event by event: " + said + "events",
                "tokens counted: true",
                "models: " + models,
                "as a bearer token: " + said + "by authToken");
    }

    static List<String> ai(String said) {
        return List.of(
                "text: " + said + "turn 1",
                "text, streamed: " + said + "turn 1",
                "text: " + said + "turn 2",
                "text, streamed: " + said + "turn 2",
                "at once: " + each(said, ""),
                "at once, streamed: " + each(said, ""),
                "embedding: true");
    }

    static List<String> langChain(String said) {
        return List.of(
                "invoke: " + said + "turn 1",
                "stream: " + said + "turn 1",
                "invoke: " + said + "turn 2",
                "stream: " + said + "turn 2",
                "batch: " + each(said, ""),
                "at once, streamed: " + each(said, ""),
                "embeddings: 2, all numbers");
    }

    private static String each(String said, String end) {
        return Stream.of("ada", "bob", "eve", "joe")
                .map(name -> said + name + end)
                .collect(Collectors.joining(", "));
    }
}

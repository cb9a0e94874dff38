package com.amplihack.auth.proxy.demo;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.stream.Collectors;

/**
 * What a model is asked.
 *
 * @param model whatever model the client names
 * @param text the last message's
 */
record Question(String model, String text) {
    /**
     * Reads a request.
     *
     * @param member with a text, or with a list of messages, of which the last one counts
     * @throws ClassCastException if that member has another form
     */
    static Question of(JsonObject request, String member) {
        return new Question(model(request), text(request.getOrDefault(member, JsonValue.NULL)));
    }

    /** The model that a request names. */
    static String model(JsonObject request) {
        return request.getString("model", DemoUpstream.MODELS.get(0));
    }

    private static String text(JsonValue value) {
        if (value instanceof JsonString string) {
            return string.getString();
        }
        JsonArray messages = value.asJsonArray();
        JsonObject last = messages.getJsonObject(messages.size() - 1);
        return content(last.getOrDefault("content", last.getOrDefault("output", JsonValue.NULL)));
    }

    /** The text of a message, which is a string or a list of parts. */
    private static String content(JsonValue content) {
        if (content instanceof JsonString string) {
            return string.getString();
        }
        return content.asJsonArray().getValuesAs(JsonObject.class).stream()
                .map(part -> part.getString("text", ""))
                .collect(Collectors.joining(" "));
    }

    /** The number of words, which stand for tokens. */
    int tokens() {
        return tokens(text);
    }

    static int tokens(String text) {
        return text.strip().split("\\s+").length;
    }
}

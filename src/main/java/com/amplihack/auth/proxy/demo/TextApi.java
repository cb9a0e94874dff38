package com.amplihack.auth.proxy.demo;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The three ways to ask a model for a text, each with its names for the same things. */
enum TextApi {
    CHAT("/chat/completions", "chat", "messages", List.of("max_completion_tokens", "max_tokens"), "stop", "length"),
    RESPONSES("/responses", "responses", "input", List.of("max_output_tokens"), "completed", "incomplete"),
    MESSAGES("/messages", "messages", "messages", List.of("max_tokens"), "end_turn", "max_tokens");

    private static final int MOST_WORDS = 4_096;

    private static final Template CHAT_USAGE = Template.json("chat-usage");
    private static final Template CHAT_USAGE_EVENT = Template.events("chat-usage");
    private static final Template RESPONSES_USAGE = Template.json("responses-usage");
    private static final Template RESPONSES_ITEM = Template.json("responses-item");

    private final String path;
    private final String member;

    @SuppressWarnings("ImmutableEnumChecker") // never written to
    private final List<String> limits;

    private final String whole;
    private final String cut;

    @SuppressWarnings("ImmutableEnumChecker") // never written to
    private final Template plain;

    @SuppressWarnings("ImmutableEnumChecker") // never written to
    private final Template streamed;

    TextApi(String path, String template, String member, List<String> limits, String whole, String cut) {
        this.path = path;
        this.member = member;
        this.limits = limits;
        this.whole = whole;
        this.cut = cut;
        plain = Template.json(template);
        streamed = Template.events(template);
    }

    static Optional<TextApi> at(String path) {
        return Stream.of(values()).filter(api -> api.path.equals(path)).findFirst();
    }

    String path() {
        return path;
    }

    /** The member that holds the question. */
    String member() {
        return member;
    }

    /**
     * Echoes the last message; a word is a token.
     *
     * @throws ClassCastException if a member has the wrong type
     */
    Answer answer(JsonObject request) {
        Question question = Question.of(request, member);
        List<String> all = List.of(("[demo] You said: " + question.text()).split("(?<= )"));
        List<String> words = all.subList(0, Math.min(limit(request), all.size()));
        Map<String, Object> values = new HashMap<>(Map.of(
                "model", Template.quoted(question.model()),
                "text", Template.quoted(String.join("", words)),
                "input", question.tokens(),
                "output", words.size(),
                "total", question.tokens() + words.size(),
                "end", words.size() < all.size() ? cut : whole));
        switch (this) {
            case CHAT -> addUsage(values, request);
            case RESPONSES -> addResponse(values);
            case MESSAGES -> {}
        }
        return request.getBoolean("stream", false)
                ? Answer.events(streamed.events(values, words))
                : Answer.json(200, plain.fill(values));
    }

    private int limit(JsonObject request) {
        return limits.stream()
                .filter(name -> !request.getOrDefault(name, JsonValue.NULL).equals(JsonValue.NULL))
                .mapToInt(name -> Math.max(1, request.getJsonNumber(name).intValue()))
                .reduce(MOST_WORDS, Math::min);
    }

    private static void addUsage(Map<String, Object> values, JsonObject request) {
        values.put("usage", CHAT_USAGE.fill(values));
        boolean asked = request.get("stream_options") instanceof JsonObject options
                && options.getBoolean("include_usage", false);
        values.put("last", asked ? CHAT_USAGE_EVENT.fill(values) : "");
    }

    private void addResponse(Map<String, Object> values) {
        values.put("status", "in_progress");
        values.put("incomplete", "null");
        values.put("items", "");
        values.put("usage", "null");
        values.put("started", plain.fill(values));
        values.put("status", values.get("end"));
        values.put("incomplete", cut.equals(values.get("end")) ? "{\"reason\":\"max_output_tokens\"}" : "null");
        values.put("item", RESPONSES_ITEM.fill(values));
        values.put("items", values.get("item"));
        values.put("usage", RESPONSES_USAGE.fill(values));
        values.put("response", plain.fill(values));
    }
}

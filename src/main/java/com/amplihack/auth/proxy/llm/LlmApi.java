package com.amplihack.auth.proxy.llm;

import java.util.List;
import java.util.Optional;

/** The calls whose bodies are understood; any other counts as a request without tokens. */
public enum LlmApi {
    /** OpenAI's chat completions. */
    CHAT("/chat/completions", "max_tokens", "max_completion_tokens"),
    /** OpenAI's responses. */
    RESPONSES("/responses", "max_output_tokens"),
    /** OpenAI's embeddings, whose answers hold no tokens. */
    EMBEDDINGS("/embeddings"),
    /** Anthropic's messages. */
    MESSAGES("/messages", "max_tokens");

    private final String path;

    @SuppressWarnings("ImmutableEnumChecker") // by List.of
    private final List<String> limits;

    LlmApi(String path, String... limits) {
        this.path = path;
        this.limits = List.of(limits);
    }

    /**
     * The API of a path, whose case some upstreams ignore.
     *
     * @param path decoded, below {@code /api} and without a trailing slash
     */
    public static Optional<LlmApi> of(String path) {
        for (LlmApi api : values()) {
            if (api.path.equalsIgnoreCase(path)) {
                return Optional.of(api);
            }
        }
        return Optional.empty();
    }

    /** The members that limit the answer's tokens; the first is set where the client sent none. */
    List<String> limits() {
        return limits;
    }

    /** Whether an answer is made of tokens. */
    boolean isGenerative() {
        return !limits.isEmpty();
    }

    /** Whether one call may ask for several answers at a time. */
    boolean hasChoices() {
        return this == CHAT;
    }

    /** Whether a stream tells its usage only when it is asked to. */
    boolean asksForUsage() {
        return this == CHAT;
    }
}

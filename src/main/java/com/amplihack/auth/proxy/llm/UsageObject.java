package com.amplihack.auth.proxy.llm;

import com.amplihack.auth.web.MalformedJsonException;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A {@code usage} object of OpenAI's or Anthropic's API.
 *
 * @param input tokens of the prompt, if it says so
 * @param output tokens of the answer, if it says so
 */
record UsageObject(OptionalLong input, OptionalLong output) {
    /** Reads it; empty if it is malformed, or if a number is negative, beyond 2^53, or no whole number. */
    static Optional<UsageObject> parse(byte[] json) {
        try {
            JsonObject usage = StrictJson.parse(json);
            OptionalLong cached =
                    sum(number(usage, "cache_creation_input_tokens"), number(usage, "cache_read_input_tokens"));
            OptionalLong prompt = either(number(usage, "prompt_tokens"), number(usage, "input_tokens"));
            OptionalLong input = prompt.isPresent() ? sum(prompt, cached) : prompt;
            OptionalLong output = either(number(usage, "completion_tokens"), number(usage, "output_tokens"));
            return Optional.of(new UsageObject(input, output));
        } catch (MalformedJsonException | ArithmeticException | ClassCastException lie) {
            return Optional.empty();
        }
    }

    private static OptionalLong number(JsonObject usage, String name) {
        JsonValue value = usage.getOrDefault(name, JsonValue.NULL);
        return value == JsonValue.NULL
                ? OptionalLong.empty()
                : OptionalLong.of(inRange(((JsonNumber) value).longValueExact()));
    }

    private static OptionalLong sum(OptionalLong a, OptionalLong b) {
        return OptionalLong.of(inRange(a.orElse(0) + b.orElse(0)));
    }

    private static long inRange(long number) {
        if (number < 0 || number > LlmRequest.MAX_TOKENS) {
            throw new ArithmeticException("out of range");
        }
        return number;
    }

    /** The larger one, of two names that mean one thing. */
    private static OptionalLong either(OptionalLong a, OptionalLong b) {
        return Stream.of(a, b).flatMapToLong(OptionalLong::stream).max();
    }
}

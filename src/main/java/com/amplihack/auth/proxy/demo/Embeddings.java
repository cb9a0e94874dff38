package com.amplihack.auth.proxy.demo;

import com.amplihack.auth.token.Sha256;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Embeddings of {@value #DIMENSIONS} numbers, the same for the same text and without meaning. */
final class Embeddings {
    static final String MEMBER = "input";

    private static final int DIMENSIONS = 8;
    private static final int MOST = 2_048; // as OpenAI's
    private static final Template LIST = Template.json("embeddings");
    private static final Template ITEM = Template.json("embedding");

    private Embeddings() {}

    /**
     * Answers a request for embeddings.
     *
     * @throws ClassCastException if a member has the wrong type
     */
    static Answer answer(JsonObject request) {
        boolean base64 = "base64".equals(request.getString("encoding_format", "float"));
        List<String> items = new ArrayList<>();
        int tokens = 0;
        for (String text : texts(request.getOrDefault(MEMBER, JsonValue.NULL))) {
            float[] vector = vector(text);
            items.add(ITEM.fill(Map.of("index", items.size(), "vector", base64 ? base64(vector) : numbers(vector))));
            tokens += Question.tokens(text);
        }
        return Answer.json(
                200,
                LIST.fill(Map.of(
                        "model",
                        Template.quoted(Question.model(request)),
                        "items",
                        String.join(",", items),
                        "input",
                        tokens)));
    }

    /** One text or several, each as a string or as a list of the numbers of its tokens. */
    private static List<String> texts(JsonValue input) {
        if (input instanceof JsonString text) {
            return List.of(text.getString());
        }
        JsonArray list = input.asJsonArray();
        if (list.get(0) instanceof JsonNumber) {
            return List.of(list.toString());
        }
        return list.stream()
                .limit(MOST)
                .map(each -> each instanceof JsonString text ? text.getString() : each.toString())
                .toList();
    }

    private static float[] vector(String text) {
        byte[] hash = Base64.getUrlDecoder().decode(Sha256.of(text));
        float[] vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = hash[i] / 128f; // exact in binary
        }
        return vector;
    }

    private static String numbers(float[] vector) {
        List<String> numbers = new ArrayList<>();
        for (float number : vector) {
            numbers.add(Float.toString(number));
        }
        return numbers.toString();
    }

    /** As OpenAI's own library asks: numbers of 32 bits, the least significant byte first. */
    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float number : vector) {
            bytes.putFloat(number);
        }
        return Template.quoted(Base64.getEncoder().encodeToString(bytes.array()));
    }
}

package com.amplihack.auth.proxy.llm;

import com.amplihack.auth.apikey.ModelGlobs;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.web.MalformedJsonException;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Leaves in a list of models (OpenAI's and Anthropic's {@code GET /models}) those that a caller may ask for. It holds the list,
 * of at most 4 MiB, until its end; one that it cannot read does not pass.
 */
public final class ModelList implements AnswerFilter {
    private static final int MAX_BYTES = 4 << 20;
    private static final String PATH = "/models";

    private final List<String> globs;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    /** @param globs of the models that remain */
    public ModelList(List<String> globs) {
        this.globs = List.copyOf(globs);
    }

    /**
     * Whether a {@code GET} of a path asks for the list.
     *
     * @param path decoded, below {@code /api} and without a trailing slash
     */
    public static boolean isAt(String path) {
        return path.equalsIgnoreCase(PATH);
    }

    /**
     * Refuses the path of a single model that the caller may not ask for.
     *
     * @param path decoded, below {@code /api}
     * @param globs of the models that it may ask for; empty for all
     * @throws AuthException {@code model_not_allowed}
     */
    public static void requireAllowed(String path, List<String> globs) {
        boolean single = path.toLowerCase(Locale.ROOT).startsWith(PATH + '/');
        if (single && !ModelGlobs.allow(globs, path.substring(PATH.length() + 1))) {
            throw new AuthException(ErrorCode.MODEL_NOT_ALLOWED, "This key may not ask for that model.");
        }
    }

    @Override
    public List<ByteBuffer> pass(List<ByteBuffer> piece) {
        for (ByteBuffer bytes : piece) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            received.writeBytes(copy);
        }
        if (received.size() > MAX_BYTES) {
            throw unreadable();
        }
        return List.of();
    }

    @Override
    public List<ByteBuffer> end() {
        if (received.size() == 0) {
            return List.of();
        }
        try {
            JsonObject list = StrictJson.parse(received.toByteArray());
            if (!(list.get("data") instanceof JsonArray models)) {
                throw unreadable();
            }
            JsonArrayBuilder allowed = StrictJson.provider().createArrayBuilder();
            models.stream().filter(this::isAllowed).forEach(allowed::add);
            JsonObject filtered = StrictJson.provider()
                    .createObjectBuilder(list)
                    .add("data", allowed)
                    .build();
            return List.of(ByteBuffer.wrap(filtered.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (MalformedJsonException malformed) {
            throw unreadable();
        }
    }

    private boolean isAllowed(JsonValue model) {
        return model instanceof JsonObject object
                && object.get("id") instanceof JsonString id
                && ModelGlobs.allow(globs, id.getString());
    }

    @Override
    public boolean changesBytes() {
        return true;
    }

    private static AuthException unreadable() {
        return new AuthException(ErrorCode.UPSTREAM_UNREACHABLE, "The upstream's list of models cannot be read.");
    }
}

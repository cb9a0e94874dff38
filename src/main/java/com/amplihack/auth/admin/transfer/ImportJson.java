package com.amplihack.auth.admin.transfer;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.users.transfer.ImportAnswer;
import com.amplihack.auth.users.transfer.ImportSummary;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.util.Locale;

/** Formats what an import answers. */
final class ImportJson {
    private static final JsonProvider JSON = StrictJson.provider();

    private ImportJson() {}

    static JsonObject of(ImportAnswer answer) {
        return builder(answer).build();
    }

    static JsonObjectBuilder builder(ImportAnswer answer) {
        JsonObjectBuilder json =
                JSON.createObjectBuilder().add("line", answer.number()).add("status", lower(answer.status()));
        answer.username().ifPresent(name -> json.add("username", name));
        answer.userId().ifPresent(id -> json.add("user_id", id));
        answer.refusal().ifPresent(refusal -> add(json, refusal));
        return json;
    }

    static JsonObjectBuilder of(ImportSummary summary) {
        JsonObjectBuilder json = JSON.createObjectBuilder().add("lines", summary.lines());
        summary.counts().forEach((status, count) -> json.add(lower(status), count));
        return json;
    }

    /** The last line of an answer. */
    static JsonObject end(ImportSummary summary, boolean dryRun) {
        JsonObjectBuilder json = of(summary)
                .add("dry_run", dryRun)
                .add("complete", summary.stopped().isEmpty());
        summary.stopped().ifPresent(refusal -> add(json, refusal));
        return json.build();
    }

    private static void add(JsonObjectBuilder json, AuthException refusal) {
        json.add("error", refusal.code().code()).add("detail", refusal.getMessage());
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

package com.amplihack.auth.endpoint.page;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.web.JsonBody;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The fields of a form in UTF-8, of at most 64 KiB, from the body alone: what stands in the address is no field, since addresses
 * are logged (URL standard, {@code application/x-www-form-urlencoded}).
 */
final class FormBody {
    private static final String TYPE = "application/x-www-form-urlencoded";

    private final Map<String, String> fields;

    private FormBody(Map<String, String> fields) {
        this.fields = fields;
    }

    /**
     * Reads the body.
     *
     * @throws AuthException {@code too_large}, {@code unsupported_media_type}, or {@code invalid_request} for a field that is
     *     there twice
     */
    static FormBody read(HttpServletRequest request) {
        String type = request.getContentType();
        if (type == null
                || !type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(TYPE)) {
            throw new AuthException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "The body must be " + TYPE + ".");
        }
        String text = new String(JsonBody.bytes(request), StandardCharsets.UTF_8);
        Map<String, String> fields = new HashMap<>();
        for (String pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0
                    && fields.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1))) != null) {
                throw new AuthException(ErrorCode.INVALID_REQUEST, "A field is there twice.");
            }
        }
        return new FormBody(fields);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new AuthException(ErrorCode.INVALID_REQUEST, "The body is not well-formed.", malformed);
        }
    }

    /**
     * A field, as received, measured as {@link JsonBody} measures a member.
     *
     * @param longest code points of its {@code form}
     * @throws AuthException {@code invalid_request} when it is absent, or its form empty or longer
     */
    String field(String name, int longest, UnaryOperator<String> form) {
        return Optional.ofNullable(fields.get(name))
                .filter(value -> {
                    int length = JsonBody.length(value, longest, form);
                    return length > 0 && length <= longest;
                })
                .orElseThrow(() -> new AuthException(
                        ErrorCode.INVALID_REQUEST, name + ": must be a text of 1 to " + longest + " characters."));
    }

    /** What was entered, to be shown again, or an empty text. */
    String shown(String name, int longest) {
        String value = fields.getOrDefault(name, "");
        return JsonBody.length(value, longest, UnaryOperator.identity()) <= longest ? value : "";
    }
}

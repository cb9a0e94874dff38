package com.amplihack.auth.problem;

import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** An error answer as {@code application/problem+json} (RFC 9457) with the headers that belong to it. */
public final class Problem {
    public static final String MEDIA_TYPE = "application/problem+json";

    /** Where each {@code error} is explained; its anchors are those of docs/errors.md. */
    static final String TYPE_BASE = "https://amplihack.com/docs/auth/errors#";

    private static final JsonProvider JSON = JsonProvider.provider();
    /** RFC 6750 section 3, of an answer to which no access token came. */
    public static final String CHALLENGE = "Bearer realm=\"amplihack\"";

    private final ErrorCode code;
    private final byte[] body;
    private final Map<String, String> headers = new LinkedHashMap<>();

    private Problem(ErrorCode code, String title, String detail, Map<String, String> members) {
        this.code = code;
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("type", TYPE_BASE + code.code())
                .add("title", title)
                .add("status", code.status())
                .add("detail", detail)
                .add("error", code.code());
        members.forEach(json::add);
        body = json.build().toString().getBytes(StandardCharsets.UTF_8);
        headers.put("Cache-Control", "no-store");
        // RFC 6750 section 3: no error when no token came, invalid_token for every bad one
        if (code.status() == 401) {
            headers.put("WWW-Authenticate", code.isBadToken() ? CHALLENGE + ", error=\"invalid_token\"" : CHALLENGE);
        } else if (code == ErrorCode.INSUFFICIENT_PERMISSIONS) {
            headers.put("WWW-Authenticate", CHALLENGE + ", error=\"insufficient_scope\"");
        }
    }

    public static Problem of(AuthException refusal) {
        Problem problem = new Problem(refusal.code(), refusal.title(), refusal.getMessage(), refusal.members());
        problem.headers.putAll(refusal.headers());
        return problem;
    }

    public static Problem of(ErrorCode code, String detail) {
        return of(new AuthException(code, detail));
    }

    public int status() {
        return code.status();
    }

    public byte[] body() {
        return body.clone();
    }

    public Map<String, String> headers() {
        return Collections.unmodifiableMap(headers);
    }

    /** Writes the whole answer; what stood in the body so far is dropped. */
    public void writeTo(HttpServletResponse response) throws IOException {
        response.resetBuffer();
        response.setStatus(status());
        headers.forEach(response::setHeader);
        response.setContentType(MEDIA_TYPE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
        response.flushBuffer();
    }
}

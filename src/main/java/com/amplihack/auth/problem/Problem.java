package com.amplihack.auth.problem;

import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An error response in {@code application/problem+json} (RFC 9457) with its headers. */
public final class Problem {
    public static final String MEDIA_TYPE = "application/problem+json";

    /** The published docs/errors.md, with an anchor per {@code error}. */
    static final String TYPE_BASE = "https://amplihack.com/docs/auth/errors#";

    private static final JsonProvider JSON = JsonProvider.provider();
    /** The challenge for a request without an access token (RFC 6750 section 3). */
    public static final String CHALLENGE = "Bearer realm=\"amplihack\"";

    private final ErrorCode code;
    private final byte[] body;
    private final Map<String, String> headers = new LinkedHashMap<>();

    private Problem(ErrorCode code, String title, String detail, Map<String, Object> members) {
        this.code = code;
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("type", TYPE_BASE + code.code())
                .add("title", title)
                .add("status", code.status())
                .add("detail", detail)
                .add("error", code.code());
        members.forEach((name, value) -> {
            if (value instanceof Long number) {
                json.add(name, number);
            } else if (value instanceof List<?> texts) {
                json.add(name, JSON.createArrayBuilder(texts));
            } else {
                json.add(name, value.toString());
            }
        });
        body = json.build().toString().getBytes(StandardCharsets.UTF_8);
        headers.put("Cache-Control", "no-store");
        // RFC 6750 section 3: no error code if the request had no token, invalid_token for every bad one
        if (code.status() == 401) {
            headers.put("WWW-Authenticate", code.isBadToken() ? CHALLENGE + ", error=\"invalid_token\"" : CHALLENGE);
        } else if (code == ErrorCode.INSUFFICIENT_PERMISSIONS
                || code == ErrorCode.PASSWORD_CHANGE_REQUIRED
                || code == ErrorCode.MFA_ENROLLMENT_REQUIRED) {
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

    /** Writes the complete response and discards anything buffered before. */
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

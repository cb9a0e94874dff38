package com.amplihack.auth.problem;

import jakarta.ejb.ApplicationException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A refusal: error code, public detail and headers. */
@ApplicationException(rollback = true)
public class AuthException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorCode code;
    private final String title;
    private final String detail;
    private final transient Map<String, String> headers = new LinkedHashMap<>();
    private final transient Map<String, Object> members = new LinkedHashMap<>();

    public AuthException(ErrorCode code, String detail) {
        this(code, code.title(), detail, null);
    }

    /** @param cause for the log only */
    public AuthException(ErrorCode code, String detail, Throwable cause) {
        this(code, code.title(), detail, cause);
    }

    private AuthException(ErrorCode code, String title, String detail, @Nullable Throwable cause) {
        super(detail, cause, false, false); // refusals are routine: no stack trace
        this.code = code;
        this.title = title;
        this.detail = detail;
        if (code.status() == 503) {
            retryAfter(Duration.ofSeconds(2));
        }
    }

    /** A refusal with a title other than its code's. */
    static AuthException titled(ErrorCode code, String title, String detail) {
        return new AuthException(code, title, detail, null);
    }

    /** Sets {@code Retry-After} (RFC 9110 section 10.2.3), rounded up to whole seconds, at least one. */
    public final AuthException retryAfter(Duration wait) {
        return header(
                "Retry-After", Long.toString(Math.max(1, wait.plusMillis(999).toSeconds())));
    }

    public final AuthException header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /** Adds an extension member (RFC 9457 section 3.2). */
    public final AuthException member(String name, String value) {
        members.put(name, value);
        return this;
    }

    /** Adds an extension member that is a number. */
    public final AuthException member(String name, long value) {
        members.put(name, value);
        return this;
    }

    /** Adds an extension member that is a list of texts. */
    public final AuthException member(String name, List<String> values) {
        members.put(name, List.copyOf(values));
        return this;
    }

    /** The words that may be shown. */
    @Override
    public String getMessage() {
        return detail;
    }

    public ErrorCode code() {
        return code;
    }

    public String title() {
        return title;
    }

    public Map<String, String> headers() {
        return Collections.unmodifiableMap(headers);
    }

    /** Texts, numbers and lists of texts. */
    public Map<String, Object> members() {
        return Collections.unmodifiableMap(members);
    }
}

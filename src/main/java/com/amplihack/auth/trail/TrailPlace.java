package com.amplihack.auth.trail;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a page has ended; as a cursor it is bound to what was asked for. */
record TrailPlace(long at, String node, long seq) {
    private static final Pattern FORM =
            Pattern.compile("1:([\\w-]{11}):(-?\\d{1,18}):(\\d{1,18}):([A-Za-z0-9._-]{1,100})");
    private static final int LONGEST_CURSOR = 300;
    private static final int DIGEST_BYTES = 8;

    String cursor(TrailQuery query) {
        String text = "1:" + digest(query) + ":" + at + ":" + seq + ":" + node;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The place that the query's cursor tells; empty for the first page.
     *
     * @throws AuthException {@code invalid_request} when it was not issued for these filters
     */
    static Optional<TrailPlace> of(TrailQuery query) {
        if (query.cursor().isEmpty()) {
            return Optional.empty();
        }
        Matcher form = FORM.matcher(decoded(query.cursor()));
        if (!form.matches() || !form.group(1).equals(digest(query))) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST, "cursor: not issued by this service, or for other filters.");
        }
        return Optional.of(new TrailPlace(Long.parseLong(form.group(2)), form.group(4), Long.parseLong(form.group(3))));
    }

    private static String decoded(String cursor) {
        try {
            return cursor.length() > LONGEST_CURSOR
                    ? ""
                    : new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return "";
        }
    }

    private static String digest(TrailQuery query) {
        String filters = String.join(
                "\n",
                String.valueOf(query.since().orElse(null)),
                String.valueOf(query.until().orElse(null)),
                query.event().orElse(""),
                query.severity().orElse(""),
                query.user().map(TrailQuery.Subject::asked).orElse(""),
                query.session().orElse(""),
                query.ip().orElse(""));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(filters.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, DIGEST_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

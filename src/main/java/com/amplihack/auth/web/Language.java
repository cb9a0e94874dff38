package com.amplihack.auth.web;

import java.util.List;
import java.util.Optional;

/** The languages of mails, as a member of requests. */
public final class Language {
    public static final String MEMBER = "language";

    private static final List<String> TAGS = List.of("en", "de");
    private static final int MAX_LENGTH = 8;

    private Language() {}

    /**
     * A body's language; empty if it is absent or null.
     *
     * @throws com.amplihack.auth.problem.AuthException {@code invalid_request} for another language
     */
    public static Optional<String> of(JsonBody body) {
        Optional<String> tag = body.optional(MEMBER, MAX_LENGTH);
        if (tag.isPresent() && !TAGS.contains(tag.get())) {
            throw body.invalid(MEMBER, "must be " + String.join(" or ", TAGS));
        }
        return tag;
    }
}

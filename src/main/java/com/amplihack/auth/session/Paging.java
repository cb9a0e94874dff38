package com.amplihack.auth.session;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.store.SessionPage;
import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.util.Optional;
import java.util.function.Function;

/** Parses the query parameters {@code limit} and {@code cursor} of every list, and writes its {@code next_cursor}. */
public final class Paging {
    /** The limit if the request has none. */
    public static final String DEFAULT_LIMIT = "50";

    private static final int MAX_LIMIT = SessionPage.LONGEST;

    private Paging() {}

    /**
     * Parses the page size.
     *
     * @throws AuthException {@code invalid_request} unless it is an integer from 1 to 200
     */
    public static int limit(String limit) {
        if (limit.matches("[0-9]{1,3}")) {
            int size = Integer.parseInt(limit);
            if (size >= 1 && size <= MAX_LIMIT) {
                return size;
            }
        }
        throw new AuthException(ErrorCode.INVALID_REQUEST, "limit: a whole number from 1 to " + MAX_LIMIT + ".");
    }

    /**
     * Parses the cursor of a list of sessions.
     *
     * @param cursor empty for the first page
     * @throws AuthException {@code invalid_request} when it is malformed
     */
    public static Optional<SessionPage.Place> place(String cursor) {
        if (cursor.isEmpty()) {
            return Optional.empty();
        }
        Optional<SessionPage.Place> place = SessionPage.Place.parse(cursor);
        if (place.isEmpty()) {
            throw foreignCursor();
        }
        return place;
    }

    public static AuthException foreignCursor() {
        return new AuthException(ErrorCode.INVALID_REQUEST, "cursor: not issued by this service.");
    }

    /** A page of sessions as JSON. */
    public static String json(SessionPage page, Function<SessionRecord, JsonObjectBuilder> form) {
        JsonArrayBuilder items = StrictJson.provider().createArrayBuilder();
        page.sessions().forEach(session -> items.add(form.apply(session)));
        JsonObjectBuilder answer = StrictJson.provider().createObjectBuilder().add("items", items);
        page.next()
                .ifPresentOrElse(
                        next -> answer.add("next_cursor", next.toString()), () -> answer.addNull("next_cursor"));
        return answer.build().toString();
    }
}

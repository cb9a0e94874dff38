package com.amplihack.auth.store;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of a user's live sessions, the most recently opened or refreshed first.
 *
 * @param sessions at most as many as were asked for; there may be fewer, even none, although more pages follow
 * @param next where the next page begins; empty after the last page
 */
public record SessionPage(List<SessionRecord> sessions, Optional<Place> next) {
    /** The maximum number of sessions on a page. */
    public static final int LONGEST = 200;

    public SessionPage {
        sessions = List.copyOf(sessions);
    }

    /**
     * A session's position in the list.
     *
     * @param second when its refresh token expires, in seconds since 1970
     */
    public record Place(long second, String sid) {
        private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\.([\\w-]{1,64})");

        /** Parses what {@link #toString} returned; empty for anything else. */
        public static Optional<Place> parse(String cursor) {
            Matcher place = FORM.matcher(cursor);
            return place.matches()
                    ? Optional.of(new Place(Long.parseLong(place.group(1)), place.group(2)))
                    : Optional.empty();
        }

        @Override
        public String toString() {
            return second + "." + sid;
        }
    }
}

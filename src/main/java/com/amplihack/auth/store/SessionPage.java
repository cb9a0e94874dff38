package com.amplihack.auth.store;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Some of the live sessions of a user, those first that were opened or refreshed last.
 *
 * @param sessions at most as many as were asked for; fewer, even none, also where there are more
 * @param next where the next page begins; empty when there is none
 */
public record SessionPage(List<SessionRecord> sessions, Optional<Place> next) {
    /** The most sessions that a page can have. */
    public static final int LONGEST = 200;

    public SessionPage {
        sessions = List.copyOf(sessions);
    }

    /**
     * A session's place in the order of the list.
     *
     * @param second when its refresh token is over, in seconds since 1970
     */
    public record Place(long second, String sid) {
        private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\.([\\w-]{1,64})");

        /** Reads what {@link #toString} wrote; empty for anything else. */
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

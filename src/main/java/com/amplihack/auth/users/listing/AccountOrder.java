package com.amplihack.auth.users.listing;

import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Username;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An order of accounts, each of which is that of an index.
 *
 * @param descending whether the last one comes first
 */
record AccountOrder(Column column, boolean descending) {
    private static final Pattern PLACE =
            Pattern.compile("(-?[0-9]{1,18}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})");

    /** What accounts are ordered by; those with the same time are ordered by their ids. */
    enum Column {
        USERNAME("usernameKey"),
        CREATED_AT("createdAt"),
        /** Without any sign-in comes before all others. */
        LAST_SIGN_IN_AT("lastSignInAt");

        private final String field;

        Column(String field) {
            this.field = field;
        }

        String field() {
            return field;
        }

        private String parameter() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * After which account a page begins.
     *
     * @param key the account's {@link Username#key}, or the empty text, where names are the order
     */
    record Place(String key, long millis, String id) {}

    /** Parses {@code username}, {@code -created_at} and the like. */
    static Optional<AccountOrder> parse(String sort) {
        boolean descending = sort.startsWith("-");
        String name = descending ? sort.substring(1) : sort;
        return Arrays.stream(Column.values())
                .filter(column -> column.parameter().equals(name))
                .findFirst()
                .map(column -> new AccountOrder(column, descending));
    }

    /** Parses a cursor of this order; nothing if it is none. */
    Optional<Place> place(String cursor) {
        Optional<String> text = Username.ofCursor(cursor);
        if (column == Column.USERNAME) {
            return text.map(key -> new Place(key, 0, ""));
        }
        return text.map(PLACE::matcher)
                .filter(Matcher::matches)
                .map(parts -> new Place("", Long.parseLong(parts.group(1)), parts.group(2)));
    }

    private long millis(Account account) {
        Instant time = column == Column.CREATED_AT
                ? account.createdAt()
                : account.lastSignInAt().orElse(Instant.EPOCH);
        return time.toEpochMilli();
    }

    /** The cursor of the page that follows this account. */
    String cursor(Account last) {
        return Username.cursor(column == Column.USERNAME ? last.usernameKey() : millis(last) + " " + last.id());
    }
}

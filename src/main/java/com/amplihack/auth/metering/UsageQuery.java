package com.amplihack.auth.metering;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A question about usage.
 *
 * @param since whole hours from the one that contains it
 * @param until before it
 * @param account whose usage; empty for everybody's
 * @param after the values after which the page begins; empty for the first page
 * @param limit rows of the page
 */
public record UsageQuery(Instant since, Instant until, By by, Optional<String> account, List<Object> after, int limit) {
    private static final Duration LONGEST = Duration.ofDays(400);
    private static final Duration DEFAULT = Duration.ofDays(30);

    public UsageQuery {
        after = List.copyOf(after);
    }

    /** What sums are grouped by. */
    public enum By {
        DAY("u.began_at / 86400000", "", "u.began_at / 86400000 > ?", "1", List.of("day")),
        USER(
                "u.account_id, a.username",
                " left join auth_account a on a.id = u.account_id",
                "u.account_id > ?",
                "1",
                List.of("user_id", "username")),
        KEY(
                "u.account_id, u.key_id",
                "",
                "(u.account_id > ? or (u.account_id = ? and u.key_id > ?))",
                "1, 2",
                List.of("user_id", "key_id")),
        MODEL("u.model", "", "u.model > ?", "1", List.of("model"));

        final String columns;
        final String joined;
        final String afterwards;
        final String order;

        @SuppressWarnings("ImmutableEnumChecker") // by List.of
        private final List<String> members;

        By(String columns, String joined, String afterwards, String order, List<String> members) {
            this.columns = columns;
            this.joined = joined;
            this.afterwards = afterwards;
            this.order = order;
            this.members = List.copyOf(members);
        }

        /** The members that say by what a sum is, in the order of the answer. */
        public List<String> members() {
            return members;
        }

        UsageSum sum(@Nullable Object[] row) {
            Map<String, String> of = new LinkedHashMap<>();
            for (int i = 0; i < members.size(); i++) {
                Object column = row[i];
                of.put(members.get(i), column == null ? "" : text(column));
            }
            int sums = members.size();
            return new UsageSum(
                    of, UsageBook.number(row[sums]), UsageBook.number(row[sums + 1]), UsageBook.number(row[sums + 2]));
        }

        private String text(Object column) {
            return this == DAY ? LocalDate.ofEpochDay(UsageBook.number(column)).toString() : column.toString();
        }

        /** The values of {@code afterwards} for the page after this sum. */
        private List<Object> after(List<String> of) {
            return switch (this) {
                case DAY -> List.of(LocalDate.parse(of.get(0)).toEpochDay());
                case KEY -> List.of(of.get(0), of.get(0), of.get(1));
                case USER, MODEL -> List.of(of.get(0));
            };
        }
    }

    /**
     * Reads the query parameters; each may be empty.
     *
     * @param since a date, which begins at midnight in UTC, or a time in UTC (ISO 8601); 30 days before {@code until}
     * @param until the same; now
     * @param by {@code day}, {@code user}, {@code key} or {@code model}; {@code day}
     * @param cursor see {@link #cursor}
     * @throws AuthException {@code invalid_request}, which names the parameter
     */
    public static UsageQuery of(
            String since, String until, String by, Optional<String> account, String cursor, int limit, Instant now) {
        By group = Arrays.stream(By.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(by.isEmpty() ? "day" : by))
                .findFirst()
                .orElseThrow(() -> invalid("by: must be day, user, key or model."));
        Instant end =
                until.isEmpty() ? now.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS) : time("until", until);
        Instant begin = since.isEmpty() ? end.minus(DEFAULT).truncatedTo(ChronoUnit.DAYS) : time("since", since);
        if (!begin.isBefore(end) || Duration.between(begin, end).compareTo(LONGEST) > 0) {
            throw invalid("since: must be before until, by at most " + LONGEST.toDays() + " days.");
        }
        return new UsageQuery(begin, end, group, account, cursor.isEmpty() ? List.of() : after(group, cursor), limit);
    }

    private static Instant time(String name, String text) {
        try {
            Instant time = text.indexOf('T') < 0
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
            if (!time.isBefore(Instant.EPOCH) && time.isBefore(Instant.EPOCH.plus(100_000, ChronoUnit.DAYS))) {
                return time;
            }
        } catch (DateTimeParseException notATime) {
            // refused below
        }
        throw invalid(name + ": must be a date such as 2026-11-29, or a time such as 2026-11-29T12:00:00Z.");
    }

    private static List<Object> after(By by, String cursor) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            List<String> of = List.of(text.split("\n", -1));
            if (of.size() == by.members.size()) {
                return by.after(of);
            }
        } catch (IllegalArgumentException | DateTimeParseException foreign) {
            // refused below
        }
        throw invalid("cursor: not issued by this service.");
    }

    /** The cursor of the page after this sum. */
    public static String cursor(UsageSum last) {
        String text = last.of().values().stream()
                .map(value -> value.replace('\n', ' '))
                .collect(Collectors.joining("\n"));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static AuthException invalid(String sentence) {
        return new AuthException(ErrorCode.INVALID_REQUEST, sentence);
    }
}

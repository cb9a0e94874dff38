package com.amplihack.auth.admin.audit;

import com.amplihack.auth.audit.AuditEvent;
import com.amplihack.auth.audit.AuditLog;
import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.trail.TrailQuery;
import com.amplihack.auth.trail.TrailQuery.Subject;
import com.amplihack.auth.users.AccountDirectory;
import com.amplihack.auth.users.Username;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Reads the query parameters of the audit's entries; each may be given once, and may be empty. */
class AuditFilters {
    private static final String SINCE = "since";
    private static final String UNTIL = "until";
    private static final String EVENT = "event";
    private static final String SEVERITY = "severity";
    private static final String USER = "user";
    private static final String SESSION = "session";
    private static final String IP = "ip";
    private static final String LIMIT = "limit";
    private static final String CURSOR = "cursor";
    private static final Set<String> NAMES = Set.of(SINCE, UNTIL, EVENT, SEVERITY, USER, SESSION, IP, LIMIT, CURSOR);
    private static final int LONGEST_USER = 256;
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

    @Inject
    private AuditLog audit;

    @Inject
    private AccountDirectory accounts;

    /**
     * What is asked for.
     *
     * @throws AuthException {@code invalid_request}, which names the parameter; also for one that there is not: a misspelt
     *     filter must not find everything
     */
    TrailQuery read(MultivaluedMap<String, String> parameters) {
        parameters.forEach((name, values) -> {
            if (!NAMES.contains(name)) {
                throw invalid("The query has an unknown parameter (allowed: " + String.join(", ", new TreeSet<>(NAMES))
                        + ").");
            }
            if (values.size() > 1) {
                throw invalid(name + ": only once.");
            }
        });
        Optional<Long> since = given(parameters, SINCE).map(text -> time(SINCE, text));
        Optional<Long> until = given(parameters, UNTIL).map(text -> time(UNTIL, text));
        if (since.isPresent() && until.isPresent() && since.get() >= until.get()) {
            throw invalid("since: must be before until.");
        }
        return new TrailQuery(
                since,
                until,
                given(parameters, EVENT).map(text -> oneOf(EVENT, text, AuditEvent.values(), Enum::name)),
                given(parameters, SEVERITY)
                        .map(text -> oneOf(SEVERITY, text, AuditEvent.Severity.values(), severity -> severity.name()
                                .toLowerCase(Locale.ROOT))),
                given(parameters, USER).map(this::subject),
                given(parameters, SESSION).map(AuditFilters::session),
                given(parameters, IP).map(AuditFilters::address),
                given(parameters, CURSOR).orElse(""));
    }

    private static Optional<String> given(MultivaluedMap<String, String> parameters, String name) {
        return Optional.ofNullable(parameters.getFirst(name)).filter(text -> !text.isEmpty());
    }

    /** By id, by name, and by the hash of a name that no account had. */
    private Subject subject(String user) {
        if (user.length() > LONGEST_USER || user.chars().anyMatch(Character::isISOControl)) {
            throw invalid("user: the id or the name of a user, at most " + LONGEST_USER + " characters.");
        }
        String normalized = Username.normalize(user);
        Set<String> ids = new LinkedHashSet<>(Set.of(user));
        Set<String> names = new LinkedHashSet<>(List.of(user, normalized));
        accounts.idOf(user).flatMap(accounts::find).ifPresent(account -> {
            ids.add(account.id());
            names.add(account.username());
        });
        Set<String> hashes = new LinkedHashSet<>(List.of(audit.pseudonym(user), audit.pseudonym(normalized)));
        return new Subject(user, ids, names, hashes);
    }

    private static String session(String text) {
        if (text.matches("[A-Za-z0-9_-]{1,64}")) {
            return text;
        }
        throw invalid("session: a session_id as the entries have it.");
    }

    private static String address(String text) {
        if (AddressRanges.isAddress(text)) {
            return AddressRanges.canonical(text);
        }
        throw invalid("ip: an address, such as 192.0.2.7 or 2001:db8::7.");
    }

    private static <T> String oneOf(String name, String text, T[] values, Function<T, String> shown) {
        List<String> allowed = Arrays.stream(values).map(shown).toList();
        if (allowed.contains(text)) {
            return text;
        }
        throw invalid(name + ": one of " + String.join(", ", allowed) + ".");
    }

    private static long time(String name, String text) {
        try {
            Instant time = text.indexOf('T') < 0
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(text).toInstant();
            if (!time.isBefore(Instant.EPOCH) && time.isBefore(LAST)) {
                return time.toEpochMilli();
            }
        } catch (DateTimeParseException notATime) {
            // refused below
        }
        throw invalid(name + ": a date such as 2026-11-29, or a time such as 2026-11-29T12:00:00Z.");
    }

    private static AuthException invalid(String sentence) {
        return new AuthException(ErrorCode.INVALID_REQUEST, sentence);
    }
}

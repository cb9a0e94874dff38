package com.amplihack.auth.store.script;

import com.amplihack.auth.store.SessionRecord;
import com.amplihack.auth.store.SessionStore;
import com.amplihack.auth.store.SignInFacts;
import com.amplihack.auth.store.TokenFamily;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Converts a session record to the fields and values of a Redis hash and back. No value is longer than 64 bytes, so
 * that Redis keeps the hash in its compact encoding (docs/adr/0025).
 */
public final class SessionFields {
    // the same as in prelude.lua; single letters, since every record repeats them
    public static final String GEN = "g";
    public static final String LIVE = "l";
    public static final String ROTATED_AT = "t";
    public static final String REQUEST = "q";
    public static final String ANSWERED = "a";
    public static final String SALT = "n";
    public static final String ISSUE = "i";
    public static final String MIN_GEN = "m";
    public static final String PROVEN = "v";
    public static final String EPOCH = "e";
    public static final String RIGHTS = "r";
    public static final String ENDS_AT = "x";
    public static final String CREATED_AT = "c";
    public static final String LAST_SEEN = "s";
    public static final String ADDRESS = "h";
    public static final String DEVICE = "d";
    public static final String AUTH_TIME = "u";
    public static final String METHODS = "w";

    private static final Map<String, Character> METHOD_LETTERS =
            Map.of("pwd", 'p', "otp", 'o', "pop", 'k', "hwk", 'h', "swk", 's', "user", 'u', SignInFacts.MFA, 'm');

    /** Of a method without a letter, which is not read back. */
    private static final char OTHER_METHOD = '?';

    private SessionFields() {}

    public static List<String> of(SessionRecord session) {
        TokenFamily family = session.family();
        List<String> fields = new ArrayList<>(32);
        put(fields, GEN, Long.toString(family.gen()));
        put(fields, LIVE, family.live());
        put(fields, ROTATED_AT, millis(family.rotatedAt()));
        put(fields, REQUEST, family.request());
        put(fields, ANSWERED, family.answered());
        put(fields, SALT, family.salt());
        put(fields, ISSUE, Long.toString(session.issue()));
        put(fields, MIN_GEN, Long.toString(session.minGen()));
        put(fields, PROVEN, session.proven() ? "1" : "0");
        put(fields, EPOCH, Long.toString(session.epoch().ended()));
        put(fields, RIGHTS, Long.toString(session.epoch().rights()));
        put(fields, ENDS_AT, millis(session.endsAt()));
        put(fields, CREATED_AT, seconds(session.createdAt()));
        put(fields, LAST_SEEN, seconds(session.lastSeenAt()));
        put(fields, ADDRESS, session.address());
        put(fields, DEVICE, session.device());
        if (!session.signIn().equals(SignInFacts.password(session.createdAt()))) { // what is read without them
            put(fields, AUTH_TIME, seconds(session.signIn().at()));
            put(fields, METHODS, methods(session.signIn()));
        }
        return fields;
    }

    /** A letter for each of RFC 8176's values that sign-ins have, since every record repeats them. */
    static String methods(SignInFacts signIn) {
        StringBuilder letters = new StringBuilder();
        signIn.methods().forEach(method -> letters.append(METHOD_LETTERS.getOrDefault(method, OTHER_METHOD)));
        return letters.toString();
    }

    private static List<String> words(String letters) {
        return METHOD_LETTERS.entrySet().stream()
                .filter(word -> letters.indexOf(word.getValue()) >= 0)
                .map(Map.Entry::getKey)
                .sorted(Comparator.comparingInt(
                        word -> letters.indexOf(METHOD_LETTERS.getOrDefault(word, OTHER_METHOD))))
                .toList();
    }

    /**
     * Reads how a session was signed in; one of an earlier version has only its opening.
     *
     * @param authTime empty or null in a session that was signed in by password when it was opened
     */
    static SignInFacts signIn(@Nullable String authTime, @Nullable String methods, Instant createdAt) {
        return authTime == null || authTime.isEmpty() || methods == null
                ? SignInFacts.password(createdAt)
                : new SignInFacts(second(authTime), words(methods));
    }

    /**
     * Reads a record; ignores unknown fields, which a later version may have written.
     *
     * @throws IllegalArgumentException if a field is missing or malformed
     */
    public static SessionRecord read(String subject, String sid, List<?> flat) {
        Fields fields = new Fields(new HashMap<>());
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            fields.values().put((String) flat.get(i), (String) flat.get(i + 1));
        }
        TokenFamily family = new TokenFamily(
                Long.parseLong(fields.of(GEN)),
                fields.of(LIVE),
                instant(fields.of(ROTATED_AT)),
                fields.of(REQUEST),
                fields.of(ANSWERED),
                fields.of(SALT));
        return new SessionRecord(
                subject,
                sid,
                family,
                Long.parseLong(fields.of(ISSUE)),
                Long.parseLong(fields.of(MIN_GEN)),
                "1".equals(fields.of(PROVEN)),
                new SessionStore.Epoch(Long.parseLong(fields.of(EPOCH)), Long.parseLong(fields.of(RIGHTS))),
                instant(fields.of(ENDS_AT)),
                second(fields.of(CREATED_AT)),
                second(fields.of(LAST_SEEN)),
                fields.of(ADDRESS),
                fields.of(DEVICE),
                signIn(fields.values().get(AUTH_TIME), fields.values().get(METHODS), second(fields.of(CREATED_AT))));
    }

    private static void put(List<String> fields, String name, String value) {
        fields.add(name);
        fields.add(value);
    }

    private static String millis(Instant instant) {
        return Long.toString(instant.toEpochMilli());
    }

    private static Instant instant(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }

    private static String seconds(Instant instant) {
        return Long.toString(instant.getEpochSecond());
    }

    private static Instant second(String seconds) {
        return Instant.ofEpochSecond(Long.parseLong(seconds));
    }

    /** The fields of one record; reading a missing one fails. */
    private record Fields(Map<String, String> values) {
        String of(String name) {
            String value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException("a session record has no field " + name);
            }
            return value;
        }
    }
}

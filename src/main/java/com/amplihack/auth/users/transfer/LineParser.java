package com.amplihack.auth.users.transfer;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Role;
import com.amplihack.auth.users.Username;
import com.amplihack.auth.users.password.OpaqueString;
import com.amplihack.auth.users.password.PasswordHasher;
import com.amplihack.auth.users.password.hash.UnsupportedHashException;
import com.amplihack.auth.users.profile.Attributes;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.Language;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Reads a line of an import as strictly as a request's body: unknown members are refused by name. */
@Singleton
class LineParser {
    private static final Set<String> MEMBERS = Set.of(
            "username",
            "user_id",
            "email",
            "email_verified",
            Language.MEMBER,
            "password_hash",
            "password",
            "roles",
            "permissions",
            "enabled",
            "must_change_password",
            "attributes",
            "created_at");
    private static final int MAX_ROLES = 64;
    private static final int MAX_PERMISSIONS = 256;
    private static final int MAX_PERMISSION_LENGTH = 128;
    private static final int MAX_PASSWORD_LENGTH = 1024;
    private static final int MAX_HASH_LENGTH = 512;
    private static final int UUID_LENGTH = 36;
    private static final int MAX_TIME_LENGTH = 40;

    /** RFC 9562 section 4; without the all-zero ones, which stand for unknown names in the store. */
    private static final Pattern UUID_FORM =
            Pattern.compile("(?!00000000-0000-0000-0000-)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final PasswordHasher hasher;
    private final InstantSource clock;

    @Inject
    LineParser(PasswordHasher hasher, InstantSource clock) {
        this.hasher = hasher;
        this.clock = clock;
    }

    /** A refused line. */
    static final class RefusedLineException extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Optional<String> username;
        private final AuthException refusal;

        private RefusedLineException(Optional<String> username, AuthException refusal) {
            super(refusal.getMessage(), refusal, false, false);
            this.username = username;
            this.refusal = refusal;
        }

        /** As far as it could be read. */
        Optional<String> username() {
            return username;
        }

        AuthException refusal() {
            return refusal;
        }
    }

    /** @throws RefusedLineException with {@code invalid_request} */
    ImportedAccount parse(long number, byte[] utf8) throws RefusedLineException {
        Optional<String> shown = Optional.empty();
        try {
            JsonBody line = JsonBody.of(utf8, MEMBERS);
            String text = line.string("username", Username.MAX_LENGTH, Username::normalize);
            Username name = Username.parse(text)
                    .orElseThrow(
                            () -> line.invalid("username", "1 to 64 characters, no control or invisible characters"));
            shown = Optional.of(name.shown());
            return parse(number, name, line);
        } catch (AuthException refused) {
            throw new RefusedLineException(shown, refused);
        }
    }

    private ImportedAccount parse(long number, Username name, JsonBody line) {
        Optional<EmailAddress> email = line.optional("email", EmailAddress.MAX_LENGTH)
                .map(text ->
                        EmailAddress.parse(text).orElseThrow(() -> line.invalid("email", "must be an email address")));
        Optional<Boolean> verified = flag(line, "email_verified");
        if (verified.orElse(false) && email.isEmpty()) {
            throw line.invalid("email_verified", "there is no email");
        }
        Optional<String> hash = line.optional("password_hash", MAX_HASH_LENGTH);
        Optional<Secret> password =
                line.optional("password", MAX_PASSWORD_LENGTH, OpaqueString::of).map(Secret::of);
        hash.ifPresent(text -> requireSupported(line, text));
        if (hash.isPresent() && password.isPresent()) {
            throw line.invalid("password", "not beside a password_hash");
        }
        return new ImportedAccount(
                number,
                name,
                line.optional("user_id", UUID_LENGTH).map(id -> uuid(line, id)),
                email,
                verified,
                Language.of(line),
                hash,
                password,
                names(line, "roles", MAX_ROLES, MAX_PERMISSION_LENGTH, Role::isName),
                names(line, "permissions", MAX_PERMISSIONS, MAX_PERMISSION_LENGTH, Role::isPermission),
                flag(line, "enabled"),
                flag(line, "must_change_password"),
                line.patch("attributes").map(given -> Attributes.merge("{}", given)),
                line.optional("created_at", MAX_TIME_LENGTH).map(text -> past(line, text)));
    }

    private static Optional<Boolean> flag(JsonBody line, String name) {
        return line.has(name) ? line.patchedBool(name) : Optional.empty();
    }

    private static Optional<Set<String>> names(
            JsonBody line, String name, int most, int longest, Predicate<String> wellFormed) {
        if (!line.has(name)) {
            return Optional.empty();
        }
        Set<String> names = line.strings(name, most, longest);
        if (!names.stream().allMatch(wellFormed)) {
            throw line.invalid(name, "letters, digits and . _ : - only, first a letter or digit");
        }
        return Optional.of(names);
    }

    private void requireSupported(JsonBody line, String hash) {
        try {
            hasher.requireSupported(hash);
        } catch (UnsupportedHashException unusable) {
            throw line.invalid("password_hash", String.valueOf(unusable.getMessage()));
        }
    }

    private static String uuid(JsonBody line, String text) {
        String id = text.toLowerCase(Locale.ROOT);
        if (!UUID_FORM.matcher(id).matches()) {
            throw line.invalid("user_id", "must be a UUID");
        }
        return id;
    }

    private Instant past(JsonBody line, String text) {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (!time.isBefore(Instant.EPOCH) && !time.isAfter(clock.instant())) {
                return time;
            }
        } catch (DateTimeException malformed) {
            throw line.invalid("created_at", "must be a time such as 2024-05-01T09:00:00Z (RFC 3339)");
        }
        throw line.invalid("created_at", "must be between 1970 and now");
    }
}

package com.amplihack.auth.admin.accounts;

import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.selfservice.ContactRules.Contact;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.Language;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The members of an account by which people are reached: {@code email}, {@code email_verified} and {@code language}. */
public final class ContactMembers {
    private static final List<String> NAMES = List.of("email", "email_verified", Language.MEMBER);

    private ContactMembers() {}

    /** These names and others. */
    public static Set<String> with(String... others) {
        return Stream.concat(NAMES.stream(), Stream.of(others)).collect(Collectors.toUnmodifiableSet());
    }

    /** Members that are absent stay unchanged (RFC 7396). */
    public static Contact read(JsonBody body) {
        return new Contact(
                body.mentions("email") ? Optional.of(email(body)) : Optional.empty(),
                body.patchedBool("email_verified"),
                body.mentions(Language.MEMBER) ? Optional.of(Language.of(body)) : Optional.empty());
    }

    private static Optional<EmailAddress> email(JsonBody body) {
        return body.optional("email", EmailAddress.MAX_LENGTH).map(text -> EmailAddress.parse(text)
                .orElseThrow(() -> body.invalid("email", "must be an email address")));
    }
}

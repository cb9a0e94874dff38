package com.amplihack.auth.users.transfer;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.Username;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A well-formed line of an import; what it does not say is empty.
 *
 * @param number of the line, from 1
 * @param id that the account had in the old system, a UUID in lower case
 * @param emailVerified whether the old system had seen that the address is the account's
 * @param passwordHash in a form that can be compared
 * @param password to be hashed; never together with a hash
 * @param attributes a JSON object as text
 */
record ImportedAccount(
        long number,
        Username name,
        Optional<String> id,
        Optional<EmailAddress> email,
        Optional<Boolean> emailVerified,
        Optional<String> language,
        Optional<String> passwordHash,
        Optional<Secret> password,
        Optional<Set<String>> roles,
        Optional<Set<String>> permissions,
        Optional<Boolean> enabled,
        Optional<Boolean> mustChangePassword,
        Optional<String> attributes,
        Optional<Instant> createdAt) {
    ImportedAccount {
        roles = roles.map(Set::copyOf);
        permissions = permissions.map(Set::copyOf);
    }

    /** What no two lines of one transaction may share. */
    Stream<String> identities() {
        return Stream.of(
                        Optional.of("name " + name.key()),
                        id.map(own -> "id " + own),
                        email.map(address -> "email " + address.key()))
                .flatMap(Optional::stream);
    }
}

package com.amplihack.auth.users.transfer;

import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.AccountChange;
import com.amplihack.auth.users.EmailAddress;
import com.amplihack.auth.users.profile.Attributes;
import com.amplihack.auth.users.selfservice.ContactRules;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What a line says otherwise than the account of its name; the password and what the line does not mention never differ. */
record Difference(
        Optional<Set<String>> roles,
        Optional<Set<String>> permissions,
        Optional<Boolean> enabled,
        Optional<Boolean> mustChangePassword,
        ContactRules.Contact contact,
        Optional<String> attributes) {
    @SuppressWarnings("OptionalMapToOptional") // an empty one in the other would take the language away
    static Difference of(ImportedAccount line, Account account) {
        boolean otherAddress = !line.email().map(EmailAddress::key).equals(account.emailKey())
                && line.email().isPresent();
        Optional<Boolean> verified = line.emailVerified()
                .filter(says -> line.email().isPresent() && (otherAddress ? says : says != account.emailVerified()));
        return new Difference(
                other(line.roles(), Set.copyOf(account.roles())),
                other(line.permissions(), Set.copyOf(account.ownPermissions())),
                other(line.enabled(), account.enabled()),
                other(line.mustChangePassword(), account.mustChangePassword()),
                new ContactRules.Contact(
                        otherAddress ? Optional.of(line.email()) : Optional.empty(),
                        verified,
                        line.language()
                                .filter(tag -> !account.language().equals(Optional.of(tag)))
                                .map(Optional::of)),
                line.attributes()
                        .filter(json -> !Attributes.parse(json).equals(Attributes.parse(account.attributes()))));
    }

    private static <T> Optional<T> other(Optional<T> said, T is) {
        return said.filter(value -> !value.equals(is));
    }

    boolean isEmpty() {
        return roles.isEmpty()
                && permissions.isEmpty()
                && enabled.isEmpty()
                && mustChangePassword.isEmpty()
                && contact.isEmpty()
                && attributes.isEmpty();
    }

    AccountChange change(Function<ContactRules.Contact, AccountChange.Step> contacts) {
        AccountChange.Step described = (transaction, account) -> attributes.ifPresent(account::attributes);
        return new AccountChange(
                Optional.empty(),
                roles,
                permissions,
                enabled,
                mustChangePassword,
                Optional.empty(),
                contacts.apply(contact).then(described));
    }
}

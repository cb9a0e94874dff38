package com.amplihack.auth.admin;

import com.amplihack.auth.admin.accounts.AttributesMember;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.users.Role;
import com.amplihack.auth.users.profile.Attributes;
import com.amplihack.auth.users.profile.NameWarnings;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Formats accounts, roles and lists for administrators. */
final class AccountJson {
    static final JsonProvider JSON = StrictJson.provider();

    private AccountJson() {}

    /** @param lockedUntil end of the lock of unknown devices, if any */
    static JsonObjectBuilder of(Account account, Optional<Instant> lockedUntil) {
        JsonObjectBuilder json = common(account, lockedUntil)
                .add(AttributesMember.NAME, Attributes.parse(account.attributes()))
                .add("warnings", JSON.createArrayBuilder(NameWarnings.of(account.username())));
        account.lastSignInAt()
                .ifPresentOrElse(
                        at -> json.add("last_sign_in_at", at.toString()), () -> json.addNull("last_sign_in_at"));
        return json;
    }

    /** The same for the audit log: with the attributes' names only, as nobody knows what they hold. */
    static JsonObjectBuilder audited(Account account, Optional<Instant> lockedUntil) {
        return common(account, lockedUntil)
                .add(
                        AttributesMember.NAME,
                        JSON.createArrayBuilder(
                                Attributes.parse(account.attributes()).keySet()));
    }

    private static JsonObjectBuilder common(Account account, Optional<Instant> lockedUntil) {
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("user_id", account.id())
                .add("username", account.username())
                .add("roles", JSON.createArrayBuilder(account.roles()))
                .add("permissions", JSON.createArrayBuilder(account.ownPermissions()))
                .add("enabled", account.enabled())
                .add("must_change_password", account.mustChangePassword());
        account.email().ifPresentOrElse(email -> json.add("email", email), () -> json.addNull("email"));
        json.add("email_verified", account.emailVerified());
        account.language().ifPresentOrElse(tag -> json.add("language", tag), () -> json.addNull("language"));
        lockedUntil.ifPresentOrElse(
                end -> json.add("locked_until", end.toString()), () -> json.addNull("locked_until"));
        return json.add("created_at", account.createdAt().toString());
    }

    static JsonObjectBuilder of(Role role) {
        return JSON.createObjectBuilder()
                .add("name", role.name())
                .add(
                        "permissions",
                        JSON.createArrayBuilder(
                                role.permissions().stream().sorted().toList()));
    }

    /** Formats a complete list, without a next page. */
    static <T> JsonObjectBuilder list(List<T> items, Function<T, JsonObjectBuilder> form) {
        JsonArrayBuilder array = JSON.createArrayBuilder();
        items.forEach(item -> array.add(form.apply(item)));
        return JSON.createObjectBuilder().add("items", array).addNull("next_cursor");
    }
}

package com.amplihack.auth.apikey.management;

import com.amplihack.auth.config.type.AddressRanges;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.budget.Budget;
import com.amplihack.auth.users.Account;
import com.amplihack.auth.web.JsonBody;
import inet.ipaddr.IPAddress;
import java.text.Normalizer;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * What an API key is called and limited to, as its owner says; never more than the account may do.
 *
 * @param name 1 to 64 code points
 * @param permissions that it is limited to; empty for those of the account, whatever they will be
 * @param models globs of the models that it may ask for; none for all
 * @param cidrs address ranges that it may be used from; none for all
 * @param budget of scope {@code KEY}, without a name
 */
public record KeyTerms(
        String name,
        Optional<Set<String>> permissions,
        Set<String> models,
        Set<String> cidrs,
        Optional<Budget> budget) {
    /** The members that {@link #read} and {@link #patch} know. */
    public static final Set<String> MEMBERS = Set.of("name", "permissions", "models", "cidrs", "budget");

    private static final int MAX_NAME_LENGTH = 64;
    private static final int MAX_PERMISSIONS = 256;
    private static final int MAX_PERMISSION_LENGTH = 128;
    private static final int MAX_MODELS = 64;
    private static final int MAX_MODEL_LENGTH = 128;
    private static final int MAX_CIDRS = 64;
    private static final int MAX_CIDR_LENGTH = 64;

    private static final Pattern INVISIBLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");
    private static final Pattern MODEL = Pattern.compile("[!-~]+");

    public KeyTerms {
        permissions = permissions.map(values -> Collections.unmodifiableSet(new TreeSet<>(values)));
        models = Collections.unmodifiableSet(new TreeSet<>(models));
        cidrs = Collections.unmodifiableSet(new TreeSet<>(cidrs));
    }

    /** The roles with which a key of the account acts: none if it is limited to permissions (docs/adr/0072). */
    List<String> rolesOf(Account account) {
        return permissions.isPresent() ? List.of() : account.roles();
    }

    /** The permissions that the key has, which the account still has. */
    List<String> permissionsOf(Account account) {
        return permissions
                .map(own -> account.permissions().stream().filter(own::contains).toList())
                .orElseGet(account::permissions);
    }

    /**
     * Reads the terms of a new key.
     *
     * @throws AuthException {@code invalid_request}, which names the member
     */
    static KeyTerms read(JsonBody body) {
        return patch(body).apply(new KeyTerms(name(body), Optional.empty(), Set.of(), Set.of(), Optional.empty()));
    }

    /** Whether a patch changes more than the name. */
    public static boolean changesRights(JsonBody patch) {
        return MEMBERS.stream().anyMatch(member -> !member.equals("name") && patch.mentions(member));
    }

    /**
     * Reads a change of terms (RFC 7396): null takes a limit away.
     *
     * @throws AuthException {@code invalid_request}, which names the member
     */
    public static UnaryOperator<KeyTerms> patch(JsonBody body) {
        Optional<String> name = body.mentions("name") ? Optional.of(name(body)) : Optional.empty();
        Optional<Set<String>> permissions = body.patchedStrings("permissions", MAX_PERMISSIONS, MAX_PERMISSION_LENGTH);
        boolean unlimited = body.mentions("permissions") && !body.has("permissions");
        Optional<Set<String>> models = body.patchedStrings("models", MAX_MODELS, MAX_MODEL_LENGTH);
        models.ifPresent(globs -> requireModels(body, globs));
        Optional<Set<String>> cidrs =
                body.patchedStrings("cidrs", MAX_CIDRS, MAX_CIDR_LENGTH).map(blocks -> canonical(body, blocks));
        Optional<JsonBody> budget = body.object("budget", Budget.MEMBERS);
        return before -> new KeyTerms(
                name.orElse(before.name),
                unlimited ? Optional.empty() : permissions.or(before::permissions),
                models.orElse(before.models),
                cidrs.orElse(before.cidrs),
                body.mentions("budget") ? budget.map(patch -> patched(before, patch)) : before.budget);
    }

    private static Budget patched(KeyTerms before, JsonBody patch) {
        return before.budget
                .map(budget -> budget.patched(patch))
                .orElseGet(() -> Budget.read(Budget.Scope.KEY, "", patch));
    }

    private static String name(JsonBody body) {
        String name = normalize(body.string("name", MAX_NAME_LENGTH, KeyTerms::normalize));
        if (!isShowable(name)) {
            throw body.invalid("name", "no control or invisible characters");
        }
        return name;
    }

    /** Whether a text has no character that a name must not have. */
    static boolean isShowable(String text) {
        return !INVISIBLE.matcher(text).find();
    }

    /** As names are stored and searched: trimmed, and in NFC. */
    static String normalize(String name) {
        return Normalizer.normalize(name.strip(), Normalizer.Form.NFC);
    }

    private static void requireModels(JsonBody body, Set<String> globs) {
        if (!globs.stream().allMatch(glob -> MODEL.matcher(glob).matches())) {
            throw body.invalid("models", "each must be visible ASCII without spaces, with * for any characters");
        }
    }

    private static Set<String> canonical(JsonBody body, Set<String> blocks) {
        Set<String> canonical = new LinkedHashSet<>();
        for (String block : blocks) {
            canonical.add(AddressRanges.block(block)
                    .map(IPAddress::toCanonicalString)
                    .orElseThrow(() -> body.invalid("cidrs", "each must be an IP address or a CIDR block")));
        }
        return canonical;
    }
}

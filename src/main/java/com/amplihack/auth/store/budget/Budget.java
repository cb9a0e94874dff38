package com.amplihack.auth.store.budget;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.web.JsonBody;
import com.amplihack.auth.web.StrictJson;
import jakarta.json.JsonObjectBuilder;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How many tokens and requests may be used in a calendar window (UTC).
 *
 * @param scope what it belongs to
 * @param name the key's id or the role's name; empty for an account's
 * @param tokens 1 to 2^53 - 1; empty for any number
 * @param requests the same of requests
 */
public record Budget(Scope scope, String name, OptionalLong tokens, OptionalLong requests, Window window) {
    public enum Scope {
        KEY,
        ACCOUNT,
        /** Of each holder of a role. */
        ROLE
    }

    public enum Window {
        DAY,
        MONTH,
        /** Never begins anew. */
        TOTAL
    }

    /** The largest number of tokens or requests, which every reader of JSON keeps exactly (RFC 8259 section 6). */
    public static final long MOST = (1L << 53) - 1;

    /** The members of {@link #json}. */
    public static final Set<String> MEMBERS = Set.of("tokens", "requests", "window");

    /**
     * Reads {@code {"tokens"?,"requests"?,"window"}}.
     *
     * @throws AuthException {@code invalid_request}, which names the member
     */
    public static Budget read(Scope scope, String name, JsonBody body) {
        return checked(
                new Budget(
                        scope,
                        name,
                        body.wholeNumber("tokens", 1, MOST),
                        body.wholeNumber("requests", 1, MOST),
                        body.choice("window", Window.class)),
                body);
    }

    /**
     * This budget after a merge patch (RFC 7396).
     *
     * @throws AuthException as {@link #read} does
     */
    public Budget patched(JsonBody patch) {
        return checked(
                new Budget(
                        scope,
                        name,
                        patch.mentions("tokens") ? patch.wholeNumber("tokens", 1, MOST) : tokens,
                        patch.mentions("requests") ? patch.wholeNumber("requests", 1, MOST) : requests,
                        patch.mentions("window") ? patch.choice("window", Window.class) : window),
                patch);
    }

    private static Budget checked(Budget budget, JsonBody body) {
        if (budget.tokens.isEmpty() && budget.requests.isEmpty()) {
            throw body.invalid("tokens", "a budget needs tokens, requests or both");
        }
        return budget;
    }

    /** As it is read. */
    public JsonObjectBuilder json() {
        JsonObjectBuilder json = StrictJson.provider().createObjectBuilder();
        tokens.ifPresent(number -> json.add("tokens", number));
        requests.ifPresent(number -> json.add("requests", number));
        return json.add("window", window.name().toLowerCase(Locale.ROOT));
    }
}

package com.amplihack.auth.admin.accounts;

import com.amplihack.auth.users.AccountChange.Step;
import com.amplihack.auth.users.profile.Attributes;
import com.amplihack.auth.web.JsonBody;
import jakarta.json.JsonObject;
import java.util.Optional;

/** The member {@code attributes} of an account. */
public final class AttributesMember {
    public static final String NAME = "attributes";

    private AttributesMember() {}

    /**
     * Merges what a request says into the account's attributes (RFC 7396): null takes a member away, or all of them.
     *
     * @throws com.amplihack.auth.problem.AuthException {@code invalid_request} when it is neither an object nor null; the
     *     step throws it for attributes that are not allowed
     */
    public static Step change(JsonBody body) {
        Optional<JsonObject> patch = body.patch(NAME);
        if (patch.isEmpty()) {
            return body.mentions(NAME) ? (transaction, account) -> account.attributes("{}") : Step.NONE;
        }
        return (transaction, account) -> account.attributes(Attributes.merge(account.attributes(), patch.get()));
    }
}

package com.amplihack.auth.endpoint.factor;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.web.JsonBody;
import java.text.Normalizer;
import java.util.Optional;
import java.util.regex.Pattern;

/** The name by which an owner tells a passkey from others: 1 to 64 code points in NFC, none of them invisible. */
final class PasskeyName {
    private static final String MEMBER = "name";
    private static final int MAX_LENGTH = 64;
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private PasskeyName() {}

    /**
     * The member {@code name}.
     *
     * @throws AuthException {@code invalid_request}, which names the member
     */
    static Optional<String> find(JsonBody body) {
        return body.optional(MEMBER, MAX_LENGTH, PasskeyName::normalize).map(text -> {
            String name = normalize(text);
            if (INVISIBLE.matcher(name).find()) {
                throw body.invalid(MEMBER, "no control or invisible characters");
            }
            return name;
        });
    }

    private static String normalize(String name) {
        return Normalizer.normalize(name.strip(), Normalizer.Form.NFC);
    }
}

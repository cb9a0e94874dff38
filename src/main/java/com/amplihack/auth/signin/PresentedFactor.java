package com.amplihack.auth.signin;

import com.amplihack.auth.factor.FactorMethod;
import com.amplihack.auth.factor.RecoveryCodes;
import com.amplihack.auth.web.JsonBody;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/**
 * A second factor as a request presents it.
 *
 * @param code of a method that has codes, otherwise empty
 * @param assertion of a passkey, otherwise empty
 */
public record PresentedFactor(FactorMethod method, String code, JsonObject assertion) {
    /**
     * Reads the members {@code method} and {@code code} or {@code assertion}.
     *
     * @throws com.amplihack.auth.problem.AuthException {@code invalid_request}
     */
    public static PresentedFactor read(JsonBody body) {
        FactorMethod method = body.choice("method", FactorMethod.class);
        return method == FactorMethod.PASSKEY
                ? new PresentedFactor(method, "", body.json("assertion"))
                : new PresentedFactor(
                        method, body.string("code", RecoveryCodes.LONGEST).strip(), JsonValue.EMPTY_JSON_OBJECT);
    }

    @Override
    public String toString() {
        return method.id() + " ***";
    }
}

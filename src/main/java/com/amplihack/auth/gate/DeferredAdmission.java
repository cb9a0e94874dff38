package com.amplihack.auth.gate;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.store.budget.Call;
import com.amplihack.auth.store.budget.Reserved;
import com.amplihack.auth.token.Caller;

/**
 * The admission of a request to a proxied path, left to the proxy, which may have to read the body first: only the body
 * says what the call may cost. Until it is admitted, no later filter or resource sees a caller.
 */
public interface DeferredAdmission {
    /**
     * An admitted call.
     *
     * @param reserved is to be settled once
     * @param limitsAnswer whether a budget pays for the answer's tokens, which must then be limited to those reserved
     */
    record Admitted(Caller caller, Reserved reserved, boolean limitsAnswer) {}

    /**
     * Whom the credential names; its secret or signature is verified, and nothing else.
     *
     * @throws AuthException when the credential is none of ours
     */
    Caller presented();

    /**
     * Admits the request and reserves what it may cost, in one round trip to the store.
     *
     * @throws AuthException when it is refused
     */
    Admitted admit(Call call);
}

package com.amplihack.auth.gate;

import com.amplihack.auth.apikey.ApiKey;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.token.Caller;
import java.util.Optional;

/**
 * A request's authentication state: set to {@link Open}, {@link Refused}, {@link Verified} or {@link Presented} by the
 * mechanism, then admitted by the filter.
 */
sealed interface Authentication {
    /**
     * Returns the state with which the request goes on to its resource.
     *
     * @param gate admits the credential, or throws
     * @throws AuthException when the request is refused
     */
    Authentication admit(Gate gate);

    /** What admits a credential, or throws. */
    interface Gate {
        Caller admit(AccessToken token);

        Caller admit(ApiKey key);

        /** The key's caller, if the store knows its secret; nothing is taken from its quota. */
        Caller recognize(ApiKey key);
    }

    /**
     * Whom the credential names, before it is admitted.
     *
     * @throws AuthException when there is none, or a wrong one
     */
    Caller presented(Gate gate);

    /** The caller, once admitted. */
    default Optional<Caller> caller() {
        return Optional.empty();
    }

    /** The path needs no token; one in the request is ignored. */
    record Open() implements Authentication {
        @Override
        public Authentication admit(Gate gate) {
            return this;
        }

        @Override
        public Caller presented(Gate gate) {
            throw new IllegalStateException("the path needs no token");
        }
    }

    /** The path needs a token, and the request has no valid one. */
    record Refused(AuthException why) implements Authentication {
        @Override
        public Authentication admit(Gate gate) {
            throw why;
        }

        @Override
        public Caller presented(Gate gate) {
            throw why;
        }
    }

    /** Signature, issuer and audience are verified, and nothing else yet. */
    record Verified(AccessToken token) implements Authentication {
        @Override
        public Authentication admit(Gate gate) {
            return new Admitted(gate.admit(token));
        }

        @Override
        public Caller presented(Gate gate) {
            return token;
        }
    }

    /** The API key is well-formed, and nothing else is known yet. */
    record Presented(ApiKey key) implements Authentication {
        @Override
        public Authentication admit(Gate gate) {
            return new Admitted(gate.admit(key));
        }

        @Override
        public Caller presented(Gate gate) {
            return gate.recognize(key);
        }
    }

    /** The gate has admitted the request. */
    record Admitted(Caller known) implements Authentication {
        @Override
        public Authentication admit(Gate gate) {
            return this;
        }

        @Override
        public Optional<Caller> caller() {
            return Optional.of(known);
        }

        @Override
        public Caller presented(Gate gate) {
            return known;
        }
    }
}

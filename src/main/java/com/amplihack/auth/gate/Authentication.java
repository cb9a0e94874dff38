package com.amplihack.auth.gate;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.token.AccessToken;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A request's authentication state: set to {@link Open}, {@link Refused} or {@link Verified} by the mechanism, then
 * admitted by the filter.
 */
sealed interface Authentication {
    /**
     * Returns the state with which the request goes on to its resource.
     *
     * @param gate admits a verified token, or throws
     * @throws AuthException when the request is refused
     */
    Authentication admit(Consumer<AccessToken> gate);

    /** The caller, once admitted. */
    default Optional<AccessToken> caller() {
        return Optional.empty();
    }

    /** The path needs no token; one in the request is ignored. */
    record Open() implements Authentication {
        @Override
        public Authentication admit(Consumer<AccessToken> gate) {
            return this;
        }
    }

    /** The path needs a token, and the request has no valid one. */
    record Refused(AuthException why) implements Authentication {
        @Override
        public Authentication admit(Consumer<AccessToken> gate) {
            throw why;
        }
    }

    /** Signature, issuer and audience are verified, and nothing else yet. */
    record Verified(AccessToken token) implements Authentication {
        @Override
        public Authentication admit(Consumer<AccessToken> gate) {
            gate.accept(token);
            return new Admitted(token);
        }
    }

    /** The gate has admitted the request. */
    record Admitted(AccessToken token) implements Authentication {
        @Override
        public Authentication admit(Consumer<AccessToken> gate) {
            return this;
        }

        @Override
        public Optional<AccessToken> caller() {
            return Optional.of(token);
        }
    }
}

package com.amplihack.auth.gate;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.token.AccessToken;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How far a request has come with its access token: the mechanism leaves {@link Open}, {@link Refused} or {@link Verified}
 * on it, and the filter admits. A case that does not say what the filter makes of it does not compile.
 */
sealed interface Authentication {
    /**
     * What the request is when it goes on to its resource.
     *
     * @param gate returns when a verified token may pass now
     * @throws AuthException the refusal
     */
    Authentication admit(Consumer<AccessToken> gate);

    /** The caller that resources see: nobody but one that was admitted. */
    default Optional<AccessToken> caller() {
        return Optional.empty();
    }

    /** The path needs no token, and none was looked at. */
    record Open() implements Authentication {
        @Override
        public Authentication admit(Consumer<AccessToken> gate) {
            return this;
        }
    }

    /** A token is needed, and there is none of ours. */
    record Refused(AuthException why) implements Authentication {
        @Override
        public Authentication admit(Consumer<AccessToken> gate) {
            throw why;
        }
    }

    /** Signature, issuer and audience hold; nothing else is known yet. */
    record Verified(AccessToken token) implements Authentication {
        @Override
        public Authentication admit(Consumer<AccessToken> gate) {
            gate.accept(token);
            return new Admitted(token);
        }
    }

    /** The request may pass. */
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

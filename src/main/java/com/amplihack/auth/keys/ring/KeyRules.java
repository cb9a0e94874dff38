package com.amplihack.auth.keys.ring;

import java.math.BigInteger;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Optional;

/** The requirements on every RSA signing key, wherever it comes from. */
public final class KeyRules {
    private static final int LEAST_BITS = 2048;
    private static final int MOST_BITS = 8192;

    private KeyRules() {}

    /** Why the key is unacceptable, as the end of a sentence; empty when it is acceptable. */
    public static Optional<String> fault(BigInteger modulus, BigInteger publicExponent) {
        int bits = modulus.bitLength();
        if (bits < LEAST_BITS) {
            return Optional.of("has " + bits + " bits, at least " + LEAST_BITS + " are needed");
        }
        if (bits > MOST_BITS) {
            return Optional.of("has " + bits + " bits, at most " + MOST_BITS + " are used");
        }
        if (!RSAKeyGenParameterSpec.F4.equals(publicExponent)) {
            return Optional.of("has another public exponent than 65537");
        }
        if (Roca.isWeak(modulus)) {
            return Optional.of("was made by a generator whose keys can be factored (ROCA, CVE-2017-15361)");
        }
        return Optional.empty();
    }
}

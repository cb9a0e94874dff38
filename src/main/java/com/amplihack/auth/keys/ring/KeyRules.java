package com.amplihack.auth.keys.ring;

import java.math.BigInteger;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Optional;

/** The requirements on every RSA signing key, wherever it comes from. */
public final class KeyRules {
    private static final int MIN_BITS = 2048;
    private static final int MAX_BITS = 8192;

    private KeyRules() {}

    /** Why the key is unacceptable, as the end of a sentence; empty when it is acceptable. */
    public static Optional<String> fault(BigInteger modulus, BigInteger publicExponent) {
        int bits = modulus.bitLength();
        if (bits < MIN_BITS) {
            return Optional.of("has " + bits + " bits, at least " + MIN_BITS + " are needed");
        }
        if (bits > MAX_BITS) {
            return Optional.of("has " + bits + " bits, at most " + MAX_BITS + " are used");
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

package com.amplihack.auth.keys.ring;

import java.math.BigInteger;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Detects keys of the generator broken by ROCA (CVE-2017-15361; Nemec et al., "The Return of Coppersmith's Attack",
 * 2017, section 2.4), whose moduli are powers of 65537 modulo every small prime; about one sound key in 2^27 is a false
 * positive.
 */
final class Roca {
    private static final int LARGEST_PRIME = 167; // the 39 primes used for the shortest of these keys

    /** For each odd prime, the residues of the powers of 65537. */
    private static final Map<Integer, BitSet> POWERS = powers();

    private Roca() {}

    static boolean isWeak(BigInteger modulus) {
        return POWERS.entrySet().stream().allMatch(prime -> prime.getValue()
                .get(modulus.mod(BigInteger.valueOf(prime.getKey())).intValue()));
    }

    private static Map<Integer, BitSet> powers() {
        Map<Integer, BitSet> powers = new LinkedHashMap<>();
        IntStream.rangeClosed(3, LARGEST_PRIME)
                .filter(number -> BigInteger.valueOf(number).isProbablePrime(20))
                .forEach(prime -> {
                    BitSet residues = new BitSet(prime);
                    for (int power = 1; !residues.get(power); power = power * (65_537 % prime) % prime) {
                        residues.set(power);
                    }
                    powers.put(prime, residues);
                });
        return powers;
    }
}

package com.amplihack.auth.keys.ring;

import java.math.BigInteger;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Recognizes keys of the broken generator of CVE-2017-15361 (Nemec et al., "The Return of Coppersmith's Attack", 2017,
 * section 2.4): their primes, and so their moduli, are powers of 65537 modulo every small prime. A good key passes for
 * one of them once in about 2^27.
 */
final class Roca {
    private static final int LARGEST_PRIME = 167; // the 39 primes that the shortest of these keys are made with

    /** To each odd prime the residues that powers of 65537 have. */
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

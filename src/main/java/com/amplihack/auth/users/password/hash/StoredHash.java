package com.amplihack.auth.users.password.hash;

/** A stored password hash of a form that can be compared, at a cost that was bounded before. */
public interface StoredHash {
    /** Whether the password's UTF-8 hashes to it; compared in constant time. */
    boolean matches(String password);

    /** What one comparison takes in KiB, beside a few. */
    long memoryKib();

    /** Whether that memory is Java's heap. */
    default boolean isOnHeap() {
        return false;
    }
}

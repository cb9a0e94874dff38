package com.amplihack.auth.proxy;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import java.util.concurrent.atomic.AtomicLong;

/** Bounds what all bodies together may take that this node holds: a quarter of the heap. */
final class BodyMemory {
    private final long most;
    private final AtomicLong used = new AtomicLong();

    BodyMemory() {
        this(Runtime.getRuntime().maxMemory() / 4);
    }

    /** @param most in bytes */
    BodyMemory(long most) {
        this.most = most;
    }

    /**
     * Takes memory for a piece of a body.
     *
     * @throws AuthException {@code overloaded} if there is none left; nothing is taken then
     */
    void take(int bytes) {
        if (used.addAndGet(bytes) > most) {
            used.addAndGet(-bytes);
            throw new AuthException(ErrorCode.OVERLOADED, "Too many large bodies at a time.");
        }
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Bytes that are taken. */
    long used() {
        return used.get();
    }
}

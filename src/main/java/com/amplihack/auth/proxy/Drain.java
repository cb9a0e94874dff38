package com.amplihack.auth.proxy;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one step at a time, by whichever thread asked, and again when somebody asked meanwhile: both ends of a stream
 * call from threads of their own, and from within a step.
 */
final class Drain {
    private final AtomicInteger asked = new AtomicInteger();
    private final Runnable step;

    Drain(Runnable step) {
        this.step = step;
    }

    void run() {
        if (asked.getAndIncrement() > 0) {
            return;
        }
        int answered = 1;
        do {
            step.run();
            answered = asked.addAndGet(-answered);
        } while (answered > 0);
    }
}

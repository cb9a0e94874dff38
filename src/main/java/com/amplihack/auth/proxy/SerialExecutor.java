package com.amplihack.auth.proxy;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A serial executor on the callers' threads: runs tasks one at a time in order, and never blocks, since a caller that
 * finds a task running only enqueues its own. Tasks must not throw.
 */
final class SerialExecutor implements Executor {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (pending.getAndIncrement() > 0) {
            return;
        }
        int remaining;
        do {
            try {
                tasks.remove().run();
            } finally {
                remaining = pending.decrementAndGet();
            }
        } while (remaining > 0);
    }
}

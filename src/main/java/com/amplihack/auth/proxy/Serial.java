package com.amplihack.auth.proxy;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs tasks one at a time, in their order, on the threads of those who bring them; nobody waits: who comes while one
 * runs leaves the task behind, also from within a task. Tasks must not throw.
 */
final class Serial implements Executor {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger left = new AtomicInteger();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (left.getAndIncrement() > 0) {
            return;
        }
        int others;
        do {
            try {
                tasks.remove().run();
            } finally {
                others = left.decrementAndGet();
            }
        } while (others > 0);
    }
}

package com.amplihack.auth.store;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Asks the store for what goes on without its answer, and never waits for it longer than a tenth of a second. */
final class Impatience implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(100);
    static final int THREADS = 8;
    private static final int QUEUE = 256;

    /** A blocked socket cannot be left, so somebody else waits on it; few, since the breaker frees them. */
    private final ThreadPoolExecutor threads;

    Impatience() {
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE), work -> {
                    Thread thread = new Thread(work, "amplihack-auth-store");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** The answer; empty when there was none in time. */
    <T> Optional<T> ask(Supplier<T> question) {
        Future<T> answer;
        try {
            answer = threads.submit(question::get);
        } catch (RejectedExecutionException full) {
            return Optional.empty();
        }
        try {
            return Optional.of(answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException late) {
            answer.cancel(false); // whoever waits in the queue need not be asked any more
        } catch (ExecutionException failed) {
            if (!(failed.getCause() instanceof StoreUnavailableException)) {
                throw new IllegalStateException(failed.getCause());
            }
        } catch (InterruptedException stopping) {
            answer.cancel(false);
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}

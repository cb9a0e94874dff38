package com.amplihack.auth.storm;

import com.amplihack.auth.http.Client.Answer;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Carries requests with losses: of the request, of the answer, with delays, and sometimes twice. */
final class LossyNetwork implements AutoCloseable {
    private static final double LOST_REQUESTS = 0.05;
    private static final double LOST_ANSWERS = 0.05;
    private static final double DUPLICATES = 0.03;
    private static final int LONGEST_DELAY_MILLIS = 30;
    private static final int LATEST_DUPLICATE_MILLIS =
            3_000; // the last eight answers are remembered: some seconds here

    final AtomicInteger lostRequests = new AtomicInteger();
    final AtomicInteger lostAnswers = new AtomicInteger();
    final AtomicInteger duplicates = new AtomicInteger();

    /** What came back to nobody: 409 is right for it, reuse would be a false alarm. */
    final AtomicInteger supersededDuplicates = new AtomicInteger();

    private final ScheduledExecutorService late = Executors.newScheduledThreadPool(4);

    /** The answer; empty when the client waited in vain. */
    Optional<Answer> carry(Supplier<Answer> request) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        pause(random.nextInt(LONGEST_DELAY_MILLIS));
        if (random.nextDouble() < DUPLICATES) {
            duplicates.incrementAndGet();
            late.schedule(() -> deliverTwin(request), random.nextInt(LATEST_DUPLICATE_MILLIS), TimeUnit.MILLISECONDS);
        }
        if (random.nextDouble() < LOST_REQUESTS) {
            lostRequests.incrementAndGet();
            return Optional.empty();
        }
        Answer answer = request.get();
        pause(random.nextInt(LONGEST_DELAY_MILLIS));
        if (random.nextDouble() < LOST_ANSWERS) {
            lostAnswers.incrementAndGet();
            return Optional.empty();
        }
        return Optional.of(answer);
    }

    private void deliverTwin(Supplier<Answer> request) {
        Answer answer = request.get();
        if (answer.status() == 409) {
            supersededDuplicates.incrementAndGet();
        }
    }

    /** Waits until every duplicate that is on its way has arrived. */
    void settle() {
        pause(LATEST_DUPLICATE_MILLIS + 500);
    }

    @Override
    public void close() {
        late.shutdownNow();
    }

    static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

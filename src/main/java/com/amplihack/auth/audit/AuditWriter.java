package com.amplihack.auth.audit;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.web.ClientContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes audit lines in the order in which they were added, by one thread of its own, so that a file that hangs or
 * refuses holds nobody else. A line that cannot be written is tried again until it is in the file.
 */
final class AuditWriter {
    /** How many lines wait at most; beyond that only critical ones are added. */
    static final int MOST_WAITING = 10_000;
    /** How many more critical lines wait at most. */
    static final int MOST_CRITICAL = 2_000;

    private static final Logger LOG = Logger.getLogger(AuditWriter.class.getName());

    /** How long one entry is waited for: a request records three at most, and may be held for 50 ms. */
    private static final long PATIENCE_MILLIS = 15;

    private static final Duration HANGING = Duration.ofSeconds(1);
    /** How many lines of a crowd are written before the head is. */
    private static final int HEAD_EVERY = 64;
    /** How many tries in vain, five a second, pass until the head is written again. */
    private static final int HEAD_EVERY_FAILURE = 5;

    private static final long RETRY_MILLIS = 200;
    private static final long DRAIN_MILLIS = 2_000;
    private static final long LEAVE_MILLIS = 1_000;

    /** A line on its way into the file. */
    static final class Line {
        private final byte[] bytes;
        private final long sequence;
        private final long since = System.nanoTime();
        private final CountDownLatch written = new CountDownLatch(1);

        private Line(byte[] bytes, long sequence) {
            this.bytes = bytes;
            this.sequence = sequence;
        }

        private Duration age() {
            return Duration.ofNanos(System.nanoTime() - since);
        }
    }

    private enum State {
        RUNNING,
        /** Writes what waits, then ends. */
        DRAINING,
        /** Ends, whatever waits. */
        LEAVING
    }

    /** Wakes the thread when it has nothing to do. */
    private static final Line WAKE = new Line(new byte[0], 0);

    private final AuditFile file;
    private final AuditHead head;
    private final Consumer<AuditEntry> own;
    private final BlockingQueue<Line> queue = new LinkedBlockingQueue<>(MOST_WAITING + MOST_CRITICAL + 1);
    private final AtomicInteger waiting = new AtomicInteger();
    private final AuditGap gap = new AuditGap();

    private @Nullable Thread thread;
    private volatile State state = State.RUNNING;

    /** What is being written, for as long as it takes. */
    private volatile @Nullable Line current;

    /** Why the last try failed; null when it did not. */
    private volatile @Nullable String failure;

    /** Somebody has waited in vain: nobody waits until all is written. */
    private volatile boolean behind;

    private volatile long lastGiven;

    // of the thread alone
    private long lastWritten;

    private int failures;

    /**
     * Takes an open file.
     *
     * @param own takes the entries that the writer itself has to record, on its thread
     */
    AuditWriter(AuditFile file, AuditHead head, Consumer<AuditEntry> own) {
        this.file = file;
        this.head = head;
        this.own = own;
    }

    void start(ThreadFactory threads) {
        Thread writing = threads.newThread(this::run);
        writing.setName("audit-writer");
        thread = writing;
        writing.start();
    }

    /** Whether a line of that severity would be taken now; one caller at a time. */
    boolean hasRoom(Severity severity) {
        int most = severity == Severity.CRITICAL ? MOST_WAITING + MOST_CRITICAL : MOST_WAITING;
        boolean open = state == State.RUNNING || (state == State.DRAINING && Thread.currentThread() == thread);
        return open && queue.size() < most;
    }

    /** Adds a line for which there is room; one caller at a time, in the order of the numbers. */
    Line add(String line, long sequence) {
        Line added = new Line((line + "\n").getBytes(StandardCharsets.UTF_8), sequence);
        lastGiven = sequence;
        waiting.incrementAndGet();
        queue.add(added);
        return added;
    }

    /** Remembers that there was no room for an entry, so that the file says so as soon as it can. */
    void lost(Severity severity) {
        gap.lost(severity);
    }

    /** Waits until the line is in the file, but not when the file lets others wait, and never for long. */
    void await(Line line) {
        if (behind) {
            return;
        }
        try {
            if (!line.written.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                behind = true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the line is written all the same
        }
    }

    /** How long the oldest line has waited. */
    Duration delay() {
        Line oldest = current;
        if (oldest == null) {
            oldest = queue.peek();
        }
        return oldest == null || oldest == WAKE ? Duration.ZERO : oldest.age();
    }

    /** How many lines wait. */
    int waiting() {
        return waiting.get();
    }

    /** Why the file does not take entries; empty when it does. */
    Optional<String> fault() {
        String failed = failure;
        if (failed != null) {
            return Optional.of("auth.audit.file cannot be written: " + failed);
        }
        Duration delay = delay();
        return delay.compareTo(HANGING) < 0
                ? Optional.empty()
                : Optional.of("auth.audit.file has not taken an entry for " + delay.toSeconds() + " s");
    }

    /** Writes what waits, for two seconds at most, and ends the thread; lines that are added afterwards are not taken. */
    void stop() {
        state = State.DRAINING;
        Thread writing = thread;
        if (writing == null) {
            return;
        }
        if (!queue.offer(WAKE)) {
            LOG.fine("There is so much to write that nobody has to be woken");
        }
        boolean interrupted = false;
        try {
            writing.join(DRAIN_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        state = State.LEAVING;
        if (writing.isAlive()) {
            writing.interrupt(); // ends a write to a FIFO; a hanging disk is the kernel's
            try {
                writing.join(LEAVE_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (state == State.RUNNING || (state == State.DRAINING && !queue.isEmpty())) {
                try {
                    Line line = queue.take();
                    if (line != WAKE) {
                        write(line);
                    }
                } catch (InterruptedException e) {
                    LOG.log(Level.FINE, "Whoever interrupts the audit writer does not end it", e);
                } catch (RuntimeException | OutOfMemoryError e) {
                    LOG.log(Level.SEVERE, "The audit writer goes on after a failure beside the file", e);
                }
            }
        } finally {
            end();
        }
    }

    private void write(Line line) {
        current = line;
        while (state != State.LEAVING) {
            if (isAppended(line)) {
                try {
                    written(line);
                } finally {
                    current = null;
                    waiting.decrementAndGet(); // last, so that whoever asks misses nothing that it has brought about
                }
                return;
            }
        }
    }

    private boolean isAppended(Line line) {
        try {
            file.append(line.bytes);
            return true;
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            try {
                failed(line, e);
            } catch (RuntimeException
                    | OutOfMemoryError untold) { // short of memory: the line is tried again all the same
                behind = true;
            }
            pause();
            return false;
        }
    }

    private void written(Line line) {
        lastWritten = line.sequence;
        failure = null;
        failures = 0;
        line.written.countDown();
        Optional<String> change = file.change();
        change.ifPresent(what -> head.close()); // it may be gone with the file
        if (queue.isEmpty() || lastWritten % HEAD_EVERY == 0) {
            head.write(new AuditHead.State(lastWritten, 0));
        }
        change.ifPresent(what -> own.accept(AuditEntry.of(AuditEvent.AUDIT_REOPENED, ClientContext.NONE)
                .detail("reason", what)
                .detail("last_seq", lastWritten - 1)));
        if (line.age().compareTo(HANGING) >= 0) {
            gap.began("it did not take an entry for " + line.age().toSeconds() + " s", line.since);
        }
        if (queue.isEmpty()) {
            behind = false;
            gap.end().ifPresent(own);
        }
    }

    private void failed(Line line, Throwable e) {
        if (state == State.LEAVING) {
            return; // interrupted by the stop
        }
        String why = words(e);
        failure = why;
        behind = true;
        gap.began(why, line.since);
        if (failures++ % HEAD_EVERY_FAILURE == 0) { // a process that is killed now gives no number twice
            head.write(new AuditHead.State(lastGiven, waiting() + gap.missing()));
        }
    }

    private void pause() {
        if (state == State.LEAVING) {
            return;
        }
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException interrupted) {
            LOG.log(Level.FINE, "Tried again at once", interrupted);
        }
    }

    private void end() {
        int unwritten = waiting();
        if (unwritten > 0) {
            LOG.log(
                    Level.SEVERE,
                    "{0} audit entries are not in the file at the end, but in this log: {1}",
                    new Object[] {Integer.toString(unwritten), failure == null ? "the file hangs" : failure});
        }
        head.write(new AuditHead.State(Math.max(lastGiven, lastWritten), unwritten + gap.missing()));
        head.close();
        file.close();
    }

    /** What an operator can act on. */
    static String words(Throwable e) {
        if (e instanceof FileSystemException named) {
            String reason = named.getReason();
            return named.getFile() + ": " + (reason == null ? named.getClass().getSimpleName() : reason);
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}

package com.amplihack.auth.audit;

import com.amplihack.auth.audit.AuditEvent.Severity;
import com.amplihack.auth.audit.chain.ChainHead;
import com.amplihack.auth.audit.chain.ChainStateFile;
import com.amplihack.auth.web.ClientContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
 * Writes queued audit lines in order on a thread of its own: what is queued at once, as one group with one write, and retries
 * each group until the file has it.
 */
final class AuditWriter {
    /** The queue's capacity for lines of any severity. */
    static final int MAX_QUEUED = 10_000;
    /** Its reserve for critical lines. */
    static final int CRITICAL_RESERVE = 2_000;

    private static final Logger LOG = Logger.getLogger(AuditWriter.class.getName());

    /** Of a group, so that a killed process leaves few lines that its chain's head does not know. */
    static final int MOST_LINES = 64;
    /** Of a group of more than one line; well below what {@code ChainOpening} follows, and below a file's size. */
    static final int MOST_BYTES = 256 << 10;

    private static final Duration HANGING = Duration.ofSeconds(1);
    /** While writing fails, five times a second, the head is written once per this many attempts. */
    private static final int HEAD_EVERY_FAILURE = 5;

    private static final long RETRY_MILLIS = 200;
    private static final long DRAIN_MILLIS = 2_000;
    private static final long LEAVE_MILLIS = 1_000;

    /** A queued line. */
    static final class Line {
        private final byte[] bytes;
        private final long sequence;
        /** The chain's head once the line is written; null for none. */
        private final @Nullable ChainHead head;

        private final long since = System.nanoTime();
        private final CountDownLatch written = new CountDownLatch(1);

        private Line(byte[] bytes, long sequence, @Nullable ChainHead head) {
            this.bytes = bytes;
            this.sequence = sequence;
            this.head = head;
        }

        private Duration age() {
            return Duration.ofNanos(System.nanoTime() - since);
        }
    }

    private enum State {
        RUNNING,
        /** Writes the queue, then ends. */
        DRAINING,
        /** Ends, even with lines queued. */
        LEAVING
    }

    /** Queued to wake an idle thread. */
    private static final Line WAKE = new Line(new byte[0], 0, null);

    private final AuditFile file;
    private final AuditSequenceFile head;
    private final ChainStateFile chain;
    private final Consumer<AuditEntry> own;
    private final BlockingQueue<Line> queue = new LinkedBlockingQueue<>(MAX_QUEUED + CRITICAL_RESERVE + 1);
    private final AtomicInteger waiting = new AtomicInteger();
    private final AuditOutage gap = new AuditOutage();
    private final WaitingBudget budget = new WaitingBudget(System::nanoTime);

    private @Nullable Thread thread;
    private volatile State state = State.RUNNING;

    /** The oldest line being written; null while idle. */
    private volatile @Nullable Line current;

    /** Why the last attempt failed; null if it succeeded. */
    private volatile @Nullable String failure;

    /** A caller timed out: none waits until the queue is written. */
    private volatile boolean behind;

    private volatile long lastGiven;

    // confined to the writer's thread
    /** The lines that are written at once. */
    private final List<Line> group = new ArrayList<>(MOST_LINES);

    private long lastWritten;

    private int failures;

    /** The chain's head behind the last written line. */
    private ChainHead kept;

    /**
     * Writes to an open file.
     *
     * @param opening the chain's head at the start, whose key is erased once a line is written
     * @param own records the writer's own entries, on its thread
     */
    AuditWriter(
            AuditFile file, AuditSequenceFile head, ChainStateFile chain, ChainHead opening, Consumer<AuditEntry> own) {
        this.file = file;
        this.head = head;
        this.chain = chain;
        kept = opening;
        this.own = own;
    }

    void start(ThreadFactory threads) {
        Thread writing = threads.newThread(this::run);
        writing.setName("audit-writer");
        thread = writing;
        writing.start();
    }

    /** Whether the queue accepts a line of this severity; callers synchronize. */
    boolean hasRoom(Severity severity) {
        int most = severity == Severity.CRITICAL ? MAX_QUEUED + CRITICAL_RESERVE : MAX_QUEUED;
        boolean open = state == State.RUNNING || (state == State.DRAINING && Thread.currentThread() == thread);
        return open && queue.size() < most;
    }

    /** Queues a line for which {@link #hasRoom}; callers synchronize and keep the order of the sequence numbers. */
    Line add(ChainHead.Sealed line) {
        long sequence = line.head().seq();
        Line added = new Line((line.text() + "\n").getBytes(StandardCharsets.UTF_8), sequence, line.head());
        lastGiven = sequence;
        waiting.incrementAndGet();
        queue.add(added);
        return added;
    }

    /** Counts a dropped entry, to be reported in the file once it is writable. */
    void dropped(Severity severity) {
        gap.dropped(severity);
    }

    /** Waits until the line is in the file, as long as its request may, or not at all while the file is slow. */
    void await(Line line, ClientContext request) {
        if (behind) {
            return;
        }
        try {
            if (!budget.isInTime(request, nanos -> line.written.await(nanos, TimeUnit.NANOSECONDS))) {
                behind = true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the line is still written
        }
    }

    /** Waits until the line is in the file; false if it is not in time. */
    static boolean isWritten(Line line, Duration most) {
        try {
            return line.written.await(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The age of the oldest queued line. */
    Duration delay() {
        Line oldest = current;
        if (oldest == null) {
            oldest = queue.peek();
        }
        return oldest == null || oldest == WAKE ? Duration.ZERO : oldest.age();
    }

    int waiting() {
        return waiting.get();
    }

    /** Why the file cannot be written; empty if it can. */
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

    /** Drains the queue for up to two seconds and ends the thread; refuses further lines. */
    void stop() {
        state = State.DRAINING;
        Thread writing = thread;
        if (writing == null) {
            return;
        }
        if (!queue.offer(WAKE)) {
            LOG.fine("The queue is full: the writer needs no wake-up");
        }
        boolean interrupted = false;
        try {
            writing.join(DRAIN_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        state = State.LEAVING;
        if (writing.isAlive()) {
            writing.interrupt(); // ends a blocked write to a FIFO, but not to a hanging disk
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
                        gather(line);
                        write();
                    }
                } catch (InterruptedException e) {
                    LOG.log(Level.FINE, "The audit writer ignores an interrupt", e);
                } catch (RuntimeException | OutOfMemoryError e) {
                    LOG.log(Level.SEVERE, "The audit writer continues after an unexpected failure", e);
                }
            }
        } finally {
            end();
        }
    }

    /** Takes the lines that are queued behind the first one, as many as a group may have. */
    private void gather(Line first) {
        group.clear();
        group.add(first);
        int bytes = first.bytes.length;
        Line next = file.takesGroups() ? queue.peek() : null;
        while (next != null && next != WAKE && group.size() < MOST_LINES && bytes + next.bytes.length <= MOST_BYTES) {
            group.add(queue.remove());
            bytes += next.bytes.length;
            next = queue.peek();
        }
    }

    private void write() {
        current = group.get(0);
        while (state != State.LEAVING) {
            if (isAppended()) {
                try {
                    written();
                } finally {
                    current = null;
                    waiting.addAndGet(-group.size()); // last, so that a count of 0 implies every effect of the lines
                }
                return;
            }
        }
    }

    private boolean isAppended() {
        try {
            file.append(bytes(), last().sequence);
            return true;
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            try {
                failed(e);
            } catch (RuntimeException | OutOfMemoryError unlogged) { // out of memory: the lines are still retried
                behind = true;
            }
            pause();
            return false;
        }
    }

    private byte[] bytes() {
        if (group.size() == 1) {
            return group.get(0).bytes;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream(
                group.stream().mapToInt(line -> line.bytes.length).sum());
        group.forEach(line -> all.writeBytes(line.bytes));
        return all.toByteArray();
    }

    private Line last() {
        return group.get(group.size() - 1);
    }

    private void written() {
        Line first = group.get(0);
        lastWritten = last().sequence;
        failure = null;
        failures = 0;
        Optional<String> change = file.pollChange();
        if (change.isPresent()) { // they may have been moved with the file
            head.close();
            chain.close();
        }
        keep();
        group.forEach(line -> line.written.countDown());
        head.write(new AuditSequenceFile.State(lastWritten, 0));
        change.ifPresent(what -> own.accept(AuditEntry.of(AuditEvent.AUDIT_REOPENED, ClientContext.NONE)
                .detail("reason", what)
                .detail("last_seq", first.sequence - 1)));
        if (file.pollRotation()) {
            own.accept(
                    AuditEntry.of(AuditEvent.AUDIT_ANCHOR, ClientContext.NONE).detail("reason", "rotation"));
        }
        if (first.age().compareTo(HANGING) >= 0) {
            gap.begin("it hung for " + first.age().toSeconds() + " s", first.since);
        }
        if (queue.isEmpty()) {
            behind = false;
            gap.end().ifPresent(own);
        }
    }

    /** Keeps the chain's head behind the group, and erases the keys of its lines, which nobody needs any more. */
    private void keep() {
        chain.write(Objects.requireNonNull(last().head));
        for (Line line : group) {
            kept.key().erase();
            kept = Objects.requireNonNull(line.head);
        }
    }

    private void failed(Throwable e) {
        if (state == State.LEAVING) {
            return; // interrupted by the stop
        }
        String why = describe(e);
        failure = why;
        behind = true;
        gap.begin(why, group.get(0).since);
        if (failures++ % HEAD_EVERY_FAILURE == 0) { // no sequence number is reused after a kill
            head.write(new AuditSequenceFile.State(lastGiven, waiting() + gap.dropped()));
        }
    }

    private void pause() {
        if (state == State.LEAVING) {
            return;
        }
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException interrupted) {
            LOG.log(Level.FINE, "Retrying at once", interrupted);
        }
    }

    private void end() {
        int unwritten = waiting();
        if (unwritten > 0) {
            LOG.log(
                    Level.SEVERE,
                    "{0} audit entries are missing from the file at shutdown, but are in this log: {1}",
                    new Object[] {Integer.toString(unwritten), failure == null ? "the file hangs" : failure});
        }
        head.write(new AuditSequenceFile.State(Math.max(lastGiven, lastWritten), unwritten + gap.dropped()));
        head.close();
        chain.close();
        file.close();
    }

    /** Describes a failure for an operator. */
    static String describe(Throwable e) {
        if (e instanceof FileSystemException named) {
            String reason = named.getReason();
            return named.getFile() + ": " + (reason == null ? named.getClass().getSimpleName() : reason);
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}

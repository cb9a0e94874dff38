package com.amplihack.auth.audit;

import com.amplihack.auth.config.files.PrivateFiles;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Appends whole lines to the audit file and reopens it when it was moved, truncated, deleted or replaced from outside. Not
 * thread-safe.
 */
class AuditFile implements Closeable {
    private static final Logger LOG = Logger.getLogger(AuditFile.class.getName());

    private static final long RETRY_ROTATION = Duration.ofMinutes(1).toNanos();

    private final Path path;

    /** Null until the next line reopens the file. */
    private @Nullable OutputStream out;

    /** Device and inode, to detect another file under the same name. */
    private @Nullable Object key;

    private boolean regular;
    private long size;
    private long cutOff;
    private @Nullable String change;

    private final long maxBytes;
    private final InstantSource clock;
    private final RotatedFiles rotated;
    /** {@code seq} and day of the file's last line; 0 and null if it has none. */
    private long lastSeq;

    private @Nullable LocalDate lastDay;
    private boolean hasRotated;
    private long retryRotation = System.nanoTime();

    /** @param maxBytes the size at which the file is closed and another one begun */
    AuditFile(Path path, long maxBytes, InstantSource clock) {
        this.path = path;
        this.maxBytes = maxBytes;
        this.clock = clock;
        rotated = new RotatedFiles(path);
    }

    /** Opens the file, creates it with mode 0600 if absent, and removes a partial last line. */
    void open() throws IOException {
        opened();
    }

    private OutputStream opened() throws IOException {
        OutputStream fresh;
        regular = !Files.exists(path) || Files.isRegularFile(path);
        if (regular) {
            fresh = PrivateFiles.append(path); // not a channel, which an interrupt would close
        } else {
            // read-write, as a FIFO opened for writing only blocks until it has a reader; a channel, as an
            // interrupt ends its blocked write
            fresh = Channels.newOutputStream(new RandomAccessFile(path.toFile(), "rw").getChannel());
        }
        out = fresh;
        try {
            if (regular) {
                repairEnd(fresh);
            }
            BasicFileAttributes opened = Files.readAttributes(path, BasicFileAttributes.class);
            if (key != null && !key.equals(opened.fileKey())) {
                change = "moved or deleted";
            }
            key = opened.fileKey();
            size = opened.size();
            if (regular) {
                AuditTail tail = AuditTail.read(path);
                lastSeq = tail.lastSequence().orElse(0);
                lastDay = tail.lastTime().map(AuditFile::day).orElse(null);
            }
            return fresh;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Whether several lines may be appended at once: of what a pipe or device has taken, nothing can be cut off again, and a
     * pipe takes a short line as a whole.
     */
    boolean takesGroups() {
        return regular;
    }

    /**
     * Appends lines with one write, all to the same file.
     *
     * @param group including their line ends
     * @param seq of the last line
     * @throws IOException if they could not be written; then the file holds no part of them
     */
    void append(byte[] group, long seq) throws IOException {
        if (out != null && isChanged()) {
            close();
        }
        OutputStream file = out == null ? opened() : out;
        LocalDate today = day(clock.instant());
        if (isDue(today, group.length)) {
            rotate();
            file = out == null ? opened() : out;
        }
        try {
            file.write(group);
            size += group.length;
            lastSeq = seq;
            lastDay = today;
        } catch (IOException e) {
            removePart();
            close();
            throw e;
        }
    }

    private static LocalDate day(Instant time) {
        return time.atOffset(ZoneOffset.UTC).toLocalDate();
    }

    /** Whether the lines belong into another file: of a new day (never of an earlier one), or since this one is full. */
    private boolean isDue(LocalDate today, int length) {
        LocalDate day = lastDay;
        return regular
                && lastSeq > 0
                && day != null
                && (today.isAfter(day) || size + length > maxBytes)
                && System.nanoTime() - retryRotation >= 0;
    }

    /** Closes the file under its last name; if that cannot be done, the file goes on, and the next minute tries again. */
    private void rotate() {
        Path closed = rotated.name(lastSeq, Objects.requireNonNull(lastDay));
        try {
            Files.move(path, closed); // never over another one
        } catch (IOException e) {
            retryRotation = System.nanoTime() + RETRY_ROTATION;
            LOG.log(Level.WARNING, "The audit file goes on, as it cannot be renamed to {0}: {1}", new Object[] {
                closed, AuditWriter.describe(e)
            });
            return;
        }
        close();
        key = null; // another file is expected
        lastSeq = 0;
        lastDay = null;
        hasRotated = true;
    }

    /** Whether the last group began another file; asking clears it. */
    boolean pollRotation() {
        boolean pending = hasRotated;
        hasRotated = false;
        return pending;
    }

    /**
     * {@code seq} of the last entry in the file, or in the one that was closed before it; empty if there is none, or if the
     * file is a pipe or device.
     */
    OptionalLong lastSequence() throws IOException {
        if (!regular) {
            return OptionalLong.empty();
        }
        OptionalLong last = AuditTail.read(path).lastSequence();
        return last.isPresent() || size > 0 ? last : rotated.lastSequence();
    }

    /** When the file's last entry was recorded; empty if there is none, or if the file is a pipe or device. */
    Optional<Instant> lastTime() throws IOException {
        return regular ? AuditTail.read(path).lastTime() : Optional.empty();
    }

    /** The bytes of half a line that were cut off when the file was opened; 0 for none. */
    long cutOff() {
        return cutOff;
    }

    /** The file, unless it is a pipe or device. */
    Optional<Path> regularPath() {
        return regular ? Optional.of(path) : Optional.empty();
    }

    /** Returns and clears the description of an outside change to the file. */
    Optional<String> pollChange() {
        Optional<String> pending = Optional.ofNullable(change);
        change = null;
        return pending;
    }

    private boolean isChanged() throws IOException {
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException gone) {
            change = "moved or deleted";
            return true;
        }
        if (!Objects.equals(key, now.fileKey())) {
            return true; // open() records the change
        }
        if (regular && now.size() < size) {
            change = "emptied or shortened";
            return true;
        }
        size = now.size();
        return false;
    }

    /** Truncates what was written of a group, so that the next one does not continue half a line. */
    private void removePart() {
        if (out instanceof FileOutputStream file) {
            try {
                file.getChannel().truncate(size);
            } catch (IOException e) {
                LOG.log(Level.FINE, "A part of the lines remains until the file is reopened", e);
            }
        }
    }

    private void repairEnd(OutputStream file) throws IOException {
        cutOff = 0;
        AuditTail tail = AuditTail.read(path);
        if (tail.whole() < tail.length()) {
            cutOff = tail.length() - tail.whole();
            LOG.log(Level.WARNING, "{0}: removed a partial last line of {1} bytes", new Object[] {path, cutOff});
            try (RandomAccessFile longer = new RandomAccessFile(path.toFile(), "rw")) {
                longer.setLength(tail.whole());
            }
        } else if (!tail.ended() && tail.length() > 0) {
            file.write('\n');
        }
    }

    /** The next append reopens the file. */
    @Override
    public void close() {
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                LOG.log(Level.FINE, "The audit file could not be closed", e);
            }
            out = null;
        }
    }
}

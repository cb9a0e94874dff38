package com.amplihack.auth.trail;

import com.amplihack.auth.audit.RotatedFiles;
import com.amplihack.auth.audit.RotatedFiles.Rotated;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The files of an audit log as they are at one moment, while lines are added and files are closed. */
final class LogSnapshot implements Closeable {
    private static final Logger LOG = Logger.getLogger(LogSnapshot.class.getName());
    private static final int LONGEST_LINE = 1 << 20;
    private static final int MOST_ATTEMPTS = 5;

    private final @Nullable RandomAccessFile live;
    private final String liveName;
    private final long liveEnd;
    private final List<Path> closed;
    private final boolean complete;

    private LogSnapshot(
            @Nullable RandomAccessFile live, String liveName, long liveEnd, List<Path> closed, boolean complete) {
        this.live = live;
        this.liveName = liveName;
        this.liveEnd = liveEnd;
        this.closed = closed;
        this.complete = complete;
    }

    /**
     * The youngest files.
     *
     * @param mostBytes that they have together, unless one alone has more
     */
    static LogSnapshot of(Path file, long mostBytes) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Object key = key(file);
            if (key == null && !Files.exists(file)) {
                return closedFiles(null, file, null, 0, mostBytes);
            }
            RandomAccessFile live = null;
            try {
                live = new RandomAccessFile(file.toFile(), "r");
                if (Objects.equals(key, key(file))) {
                    return closedFiles(live, file, key, wholeLines(live), mostBytes);
                }
                live.close(); // it was closed under this name in between
            } catch (FileNotFoundException between) {
                LOG.log(Level.FINE, "The audit file was closed in between", between);
            } catch (IOException e) {
                if (live != null) {
                    live.close();
                }
                throw e;
            }
            if (attempt == MOST_ATTEMPTS) {
                throw new IOException(file + " was another one at each look");
            }
        }
    }

    /** Device and inode; null without a file. */
    private static @Nullable Object key(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    /** The live file was opened first: what is closed since is the same file, and is not read twice. */
    private static LogSnapshot closedFiles(
            @Nullable RandomAccessFile live, Path file, @Nullable Object key, long end, long mostBytes)
            throws IOException {
        List<Rotated> all = new RotatedFiles(file).list();
        List<Path> chosen = new ArrayList<>();
        long bytes = end;
        boolean complete = true;
        for (int i = all.size() - 1; i >= 0; i--) {
            BasicFileAttributes attributes;
            try {
                attributes = Files.readAttributes(all.get(i).path(), BasicFileAttributes.class);
            } catch (NoSuchFileException old) {
                continue; // retention has deleted it; another one's absence shows in the chain
            }
            if (key != null && Objects.equals(key, attributes.fileKey())) {
                continue;
            }
            bytes += attributes.size();
            if (bytes > mostBytes && end + attributes.size() != bytes) {
                complete = false;
                break;
            }
            chosen.add(all.get(i).path());
        }
        Collections.reverse(chosen);
        return new LogSnapshot(live, String.valueOf(file.getFileName()), end, chosen, complete);
    }

    /** Up to the last line end: behind it a line may be half written. */
    private static long wholeLines(RandomAccessFile file) throws IOException {
        long length = file.length();
        byte[] tail = new byte[(int) Math.min(length, LONGEST_LINE)];
        file.seek(length - tail.length);
        file.readFully(tail);
        int end = tail.length;
        while (end > 0 && tail[end - 1] != '\n') {
            end--;
        }
        return length - tail.length + end;
    }

    /** Whether no older file was left out. */
    boolean isComplete() {
        return complete;
    }

    /** What a file is read by. */
    @FunctionalInterface
    interface Reader<T> {
        Optional<T> read(String name, InputStream content) throws IOException;
    }

    /** Has each file read in its order, until one answers. */
    <T> Optional<T> read(Reader<T> reader) throws IOException {
        boolean begun = false;
        for (Path file : closed) {
            if (!begun && !Files.exists(file)) {
                continue; // retention has deleted the oldest
            }
            begun = true;
            try (InputStream content = Files.newInputStream(file)) {
                Optional<T> found = reader.read(String.valueOf(file.getFileName()), content);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        RandomAccessFile open = live;
        if (open == null) {
            return Optional.empty();
        }
        open.seek(0);
        return reader.read(liveName, new Bounded(Channels.newInputStream(open.getChannel()), liveEnd));
    }

    String liveName() {
        return liveName;
    }

    @Override
    public void close() throws IOException {
        if (live != null) {
            live.close();
        }
    }

    /** The first bytes of a stream. */
    private static final class Bounded extends InputStream {
        private final InputStream in;
        private long left;

        Bounded(InputStream in, long most) {
            this.in = in;
            left = most;
        }

        @Override
        public int read() throws IOException {
            if (left <= 0) {
                return -1;
            }
            left--;
            return in.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int count = in.read(target, offset, (int) Math.min(length, left));
            left -= Math.max(count, 0);
            return count;
        }
    }
}

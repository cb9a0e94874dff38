package com.amplihack.auth.trail;

import com.amplihack.auth.audit.RotatedFiles;
import com.amplihack.auth.audit.RotatedFiles.Rotated;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the whole lines of an audit log as they are written, from its closed files into the one being written. Not
 * thread-safe.
 */
final class LogFollower implements Closeable {
    private static final Logger LOG = Logger.getLogger(LogFollower.class.getName());
    private static final int CHUNK = 1 << 16;
    private static final int LONGEST_LINE = 1 << 20;

    private final Path live;
    private final RotatedFiles closed;

    private @Nullable InputStream in;
    /** Device and inode of the open file. */
    private @Nullable Object key;

    private long position;
    private final byte[] chunk = new byte[CHUNK];
    private int from;
    private int to;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    /** Of the last line that was read and has one. */
    private long lastSeq;

    LogFollower(Path live) {
        this.live = live;
        closed = new RotatedFiles(live);
    }

    /** Whether the log is a file, and no pipe or device. */
    boolean isFollowable() {
        return !Files.exists(live) || Files.isRegularFile(live);
    }

    /** What stands where reading is to go on. */
    enum Found {
        /** The line that was read last: reading goes on behind it. */
        SAME,
        /** Another line with its {@code seq}: reading begins at the file's start. */
        OTHER,
        /** No such line: reading begins at the start of the file in which it should be. */
        NONE
    }

    /**
     * Goes behind the line that was read last.
     *
     * @param seq 0 to begin with the oldest file
     */
    Found seek(long seq, String hash) throws IOException {
        lastSeq = seq;
        openAt(seq);
        if (seq == 0) {
            return Found.NONE;
        }
        for (Optional<byte[]> next = nextOfFile(); next.isPresent(); next = nextOfFile()) {
            String text = new String(next.get(), StandardCharsets.UTF_8);
            long at = seq(text);
            if (at == seq) {
                if (hash.isEmpty() || text.contains("\"" + hash + "\"")) { // of a version without a chain
                    return Found.SAME;
                }
                openAt(seq);
                return Found.OTHER;
            }
            if (at > seq) {
                break;
            }
        }
        openAt(seq);
        return Found.NONE;
    }

    /** The next whole lines, without their ends: at most so many, and none when there are no more yet. */
    List<byte[]> next(int most) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        while (lines.size() < most) {
            Optional<byte[]> next = in == null ? Optional.empty() : nextOfFile();
            if (next.isPresent()) {
                lines.add(next.get());
                lastSeq = Math.max(lastSeq, seq(new String(next.get(), StandardCharsets.UTF_8)));
            } else if (!isSuccessorOpened()) {
                break;
            }
        }
        return lines;
    }

    /** When the open file is no longer the one being written, reads what it got last, and then opens the next one. */
    private boolean isSuccessorOpened() throws IOException {
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(live, BasicFileAttributes.class);
        } catch (NoSuchFileException between) {
            return false;
        }
        if (in == null) {
            openAt(lastSeq + 1);
            return in != null;
        }
        if (Objects.equals(key, now.fileKey())) {
            if (now.size() < position) { // emptied or shortened
                open(live);
                return true;
            }
            return false;
        }
        if (fill()) {
            return true; // what was written between the last look and the renaming
        }
        for (Rotated file : closed.list()) { // whatever its last lines say, it is read
            if (Objects.equals(
                    key,
                    Files.readAttributes(file.path(), BasicFileAttributes.class).fileKey())) {
                lastSeq = Math.max(lastSeq, file.lastSeq());
            }
        }
        openAt(lastSeq + 1);
        return true;
    }

    /** Opens the file in which the line with this number is, or should be. */
    private void openAt(long seq) throws IOException {
        for (int attempt = 0; attempt < 2; attempt++) { // a file may be closed or deleted meanwhile
            Optional<Rotated> holding =
                    closed.list().stream().filter(file -> file.lastSeq() >= seq).findFirst();
            try {
                open(holding.map(Rotated::path).orElse(live));
                return;
            } catch (NoSuchFileException gone) {
                close();
            }
        }
    }

    private void open(Path path) throws IOException {
        close();
        InputStream opened = Files.newInputStream(path);
        in = opened;
        key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        position = 0;
        from = 0;
        to = 0;
        line.reset();
    }

    private Optional<byte[]> nextOfFile() throws IOException {
        do {
            for (; from < to; from++) {
                if (chunk[from] == '\n') {
                    from++;
                    byte[] whole = line.toByteArray();
                    line.reset();
                    return Optional.of(whole);
                }
                if (line.size() <= LONGEST_LINE) {
                    line.write(chunk[from]);
                }
            }
        } while (fill());
        return Optional.empty();
    }

    private boolean fill() throws IOException {
        InputStream open = in;
        if (open == null || from < to) {
            return from < to;
        }
        int read = open.read(chunk);
        from = 0;
        to = Math.max(read, 0);
        position += to;
        return read > 0;
    }

    /** {@code seq} of a line as this service writes it; 0 for another. */
    private static long seq(String line) {
        String member = "\"seq\":";
        int at = line.indexOf(member);
        if (at < 0) {
            return 0;
        }
        int end = at + member.length();
        long seq = 0;
        for (int digits = 0; end < line.length() && digits < 18 && Character.isDigit(line.charAt(end)); digits++) {
            seq = seq * 10 + (line.charAt(end++) - '0');
        }
        return seq;
    }

    @Override
    public void close() {
        if (in != null) {
            try {
                in.close();
            } catch (IOException e) {
                LOG.log(Level.FINE, "An audit file could not be closed", e);
            }
            in = null;
            key = null;
        }
    }
}

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
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The audit file: a line is in it whole or not at all, and a file that somebody moved, emptied, deleted or replaced is
 * noticed before the next line and opened, or made, again. For one thread.
 */
final class AuditFile implements Closeable {
    private static final Logger LOG = Logger.getLogger(AuditFile.class.getName());

    private final Path path;

    /** Open on {@link #key}; null when the next line has to open it. */
    private @Nullable OutputStream out;

    /** Which file it is (device and inode), so that another one under the same name is noticed. */
    private @Nullable Object key;

    private boolean regular;
    private long size;
    private @Nullable String change;

    AuditFile(Path path) {
        this.path = path;
    }

    /** Opens the file, made as 0600 when it is not there, and cuts off what a crash left of a line. */
    void open() throws IOException {
        opened();
    }

    private OutputStream opened() throws IOException {
        OutputStream fresh;
        regular = !Files.exists(path) || Files.isRegularFile(path);
        if (regular) {
            fresh = PrivateFiles.append(path); // not a channel, which an interruption would close
        } else {
            // both ways, or opening a FIFO would wait for its reader; a channel, or nothing could end a write that
            // waits
            fresh = Channels.newOutputStream(new RandomAccessFile(path.toFile(), "rw").getChannel());
        }
        out = fresh;
        try {
            if (regular) {
                mendEnd(fresh);
            }
            BasicFileAttributes opened = Files.readAttributes(path, BasicFileAttributes.class);
            if (key != null && !key.equals(opened.fileKey())) {
                change = "moved or deleted";
            }
            key = opened.fileKey();
            size = opened.size();
            return fresh;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Appends a line.
     *
     * @param line with its line end
     * @throws IOException when it could not be written whole: then nothing of it is in the file
     */
    void append(byte[] line) throws IOException {
        if (out != null && isChanged()) {
            close();
        }
        OutputStream file = out == null ? opened() : out;
        try {
            file.write(line);
            size += line.length;
        } catch (IOException e) {
            cutOff();
            close();
            throw e;
        }
    }

    /** {@code seq} of the last entry of the file; empty when there is none, or the file is none that can be read back. */
    OptionalLong lastSequence() throws IOException {
        return regular ? AuditTail.read(path).lastSequence() : OptionalLong.empty();
    }

    /** What somebody else did to the file since it was last asked, in words. */
    Optional<String> change() {
        Optional<String> told = Optional.ofNullable(change);
        change = null;
        return told;
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
            return true; // opening tells
        }
        if (regular && now.size() < size) {
            change = "emptied or shortened";
            return true;
        }
        size = now.size();
        return false;
    }

    /** The disk took a part of the line only: the next one must not be glued to it. */
    private void cutOff() {
        if (out instanceof FileOutputStream file) {
            try {
                file.getChannel().truncate(size);
            } catch (IOException e) {
                LOG.log(Level.FINE, "A cut-off line stays until the file is opened again", e);
            }
        }
    }

    private void mendEnd(OutputStream file) throws IOException {
        AuditTail tail = AuditTail.read(path);
        if (tail.whole() < tail.length()) {
            LOG.log(Level.WARNING, "{0}: {1} bytes of a line that was cut off are removed from its end", new Object[] {
                path, tail.length() - tail.whole()
            });
            try (RandomAccessFile longer = new RandomAccessFile(path.toFile(), "rw")) {
                longer.setLength(tail.whole());
            }
        } else if (!tail.ended() && tail.length() > 0) {
            file.write('\n');
        }
    }

    /** The next line opens it again. */
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

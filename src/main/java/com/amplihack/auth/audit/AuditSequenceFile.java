package com.amplihack.auth.audit;

import com.amplihack.auth.config.files.PrivateFiles;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last sequence number in a file beside the audit file, so that {@code seq} keeps growing when the audit file is
 * moved, truncated or deleted. Overwritten in place, which works on a full disk. Not thread-safe.
 */
final class AuditSequenceFile implements Closeable {
    private static final Logger LOG = Logger.getLogger(AuditSequenceFile.class.getName());
    private static final Pattern FORM = Pattern.compile(" *(\\d{1,18}) +(\\d{1,18})\n");
    private static final int LONGEST = 64;

    /**
     * The file's content.
     *
     * @param sequence the last sequence number assigned
     * @param unwritten how many entries never reached the audit file
     */
    record State(long sequence, long unwritten) {}

    private final Path path;
    private @Nullable RandomAccessFile file;
    private boolean failing;

    AuditSequenceFile(Path auditFile) {
        path = auditFile.resolveSibling(auditFile.getFileName() + ".head");
    }

    /** Empty if the file is absent, unreadable or malformed. */
    Optional<State> read() {
        try (RandomAccessFile kept = new RandomAccessFile(path.toFile(), "r")) {
            byte[] content = new byte[(int) Math.min(kept.length(), LONGEST)];
            kept.readFully(content);
            Matcher form = FORM.matcher(new String(content, StandardCharsets.US_ASCII));
            return form.matches()
                    ? Optional.of(new State(Long.parseLong(form.group(1)), Long.parseLong(form.group(2))))
                    : Optional.empty();
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    /** Writes the state; a failure is only logged, once, as the audit file holds the numbers too. */
    void write(State state) {
        try {
            if (file == null) {
                file = PrivateFiles.readWrite(path);
            }
            file.seek(0);
            String content = String.format(Locale.ROOT, "%18d %18d", state.sequence(), state.unwritten()) + '\n';
            file.write(content.getBytes(StandardCharsets.US_ASCII));
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.log(
                        Level.WARNING,
                        "The audit log's last sequence number cannot be written to {0}: {1}",
                        new Object[] {path, e.getMessage()});
            }
            failing = true;
            close();
        }
    }

    /** The next write reopens or recreates the file. */
    @Override
    public void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                LOG.log(Level.FINE, "The head of the audit log could not be closed", e);
            }
            file = null;
        }
    }
}

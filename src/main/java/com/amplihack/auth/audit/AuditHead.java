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
 * Keeps the last {@code seq} in a small file beside the audit file, so that numbers go on growing when the audit file is
 * moved, emptied or deleted. It is overwritten in place, which a full disk allows. For one thread.
 */
final class AuditHead implements Closeable {
    private static final Logger LOG = Logger.getLogger(AuditHead.class.getName());
    private static final Pattern FORM = Pattern.compile(" *(\\d{1,18}) +(\\d{1,18})\n");
    private static final int LONGEST = 64;

    /**
     * What it keeps.
     *
     * @param sequence the last number that an entry was given
     * @param unwritten how many entries up to that number never reached the audit file
     */
    record State(long sequence, long unwritten) {}

    private final Path path;
    private @Nullable RandomAccessFile file;
    private boolean failing;

    AuditHead(Path auditFile) {
        path = auditFile.resolveSibling(auditFile.getFileName() + ".head");
    }

    /** What an earlier start left; empty when there is nothing that can be read. */
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

    /** Writes the state; a failure is logged once and costs no entry: the audit file itself has the numbers too. */
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
                LOG.log(Level.WARNING, "The last number of the audit log cannot be kept in {0}: {1}", new Object[] {
                    path, e.getMessage()
                });
            }
            failing = true;
            close();
        }
    }

    /** The next write opens, and where it must makes, the file anew. */
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

package com.amplihack.auth.audit.chain;

import com.amplihack.auth.config.files.PrivateFiles;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a chain's head beside the audit file. Of two slots one is written and then the other one erased, so that a crash
 * leaves one that is whole, and no key of a written line remains. Overwritten in place, which works on a full disk. Not
 * thread-safe.
 */
public final class ChainStateFile implements Closeable {
    private static final Logger LOG = Logger.getLogger(ChainStateFile.class.getName());
    private static final int HASH_BYTES = 43;
    private static final int BODY_BYTES = 2 * Long.BYTES + HASH_BYTES + ChainKey.BYTES;
    private static final int SLOT_BYTES = BODY_BYTES + Long.BYTES; // and a checksum
    private static final int SLOTS = 2;

    private final Path path;
    private @Nullable RandomAccessFile file;
    private boolean failing;
    private int slot;

    public ChainStateFile(Path auditFile) {
        path = auditFile.resolveSibling(auditFile.getFileName() + ".chain");
    }

    /** Whether there is one, readable or not. */
    public boolean exists() {
        return Files.exists(path);
    }

    /**
     * The head that was written last; empty if there is none that is whole.
     *
     * @throws IOException when the file cannot be read
     */
    public Optional<ChainHead> read() throws IOException {
        if (!exists()) {
            return Optional.empty();
        }
        byte[] content = new byte[SLOTS * SLOT_BYTES];
        try (RandomAccessFile kept = new RandomAccessFile(path.toFile(), "r")) {
            kept.readFully(content, 0, (int) Math.min(kept.length(), content.length));
        }
        Optional<ChainHead> last = Optional.empty();
        for (int i = 0; i < SLOTS; i++) {
            Optional<ChainHead> head = read(ByteBuffer.wrap(content, i * SLOT_BYTES, SLOT_BYTES));
            if (head.isPresent()
                    && head.get().lines() >= last.map(ChainHead::lines).orElse(-1L)) {
                last = head;
                slot = 1 - i;
            }
        }
        Arrays.fill(content, (byte) 0);
        return last;
    }

    private static Optional<ChainHead> read(ByteBuffer from) {
        byte[] body = new byte[BODY_BYTES];
        from.get(body);
        if (from.getLong() != checksum(body)) {
            return Optional.empty();
        }
        ByteBuffer fields = ByteBuffer.wrap(body);
        long lines = fields.getLong();
        long seq = fields.getLong();
        byte[] hash = new byte[HASH_BYTES];
        byte[] key = new byte[ChainKey.BYTES];
        fields.get(hash).get(key);
        ChainHead head = new ChainHead(lines, seq, new String(hash, StandardCharsets.US_ASCII), ChainKey.of(key));
        Arrays.fill(key, (byte) 0);
        Arrays.fill(body, (byte) 0);
        return Optional.of(head);
    }

    /** Writes the head and erases the one before; a failure is only logged, once: the lines themselves lead on from an older head. */
    public void write(ChainHead head) {
        try {
            RandomAccessFile open = file;
            if (open == null) {
                open = PrivateFiles.readWrite(path);
                file = open;
            }
            open.seek((long) slot * SLOT_BYTES);
            byte[] content = slot(head);
            open.write(content);
            Arrays.fill(content, (byte) 0);
            slot = 1 - slot;
            open.seek((long) slot * SLOT_BYTES);
            open.write(new byte[SLOT_BYTES]);
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.log(Level.WARNING, "The head of the audit chain cannot be written to {0}: {1}", new Object[] {
                    path, e.getMessage()
                });
            }
            failing = true;
            close();
        }
    }

    private static byte[] slot(ChainHead head) {
        byte[] key = head.key().bytes();
        byte[] body = ByteBuffer.allocate(BODY_BYTES)
                .putLong(head.lines())
                .putLong(head.seq())
                .put(head.hash().getBytes(StandardCharsets.US_ASCII))
                .put(key)
                .array();
        byte[] content = ByteBuffer.allocate(SLOT_BYTES)
                .put(body)
                .putLong(checksum(body))
                .array();
        Arrays.fill(key, (byte) 0);
        Arrays.fill(body, (byte) 0);
        return content;
    }

    /** Never 0 for an erased slot. */
    private static long checksum(byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return crc.getValue() + 1;
    }

    /** The next write reopens or recreates the file. */
    @Override
    public void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                LOG.log(Level.FINE, "The head of the audit chain could not be closed", e);
            }
            file = null;
        }
    }
}

package com.amplihack.auth.audit.chain;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a chain goes on at a start.
 *
 * @param trouble why a new chain begins; empty if it goes on
 * @param isSuspicious whether that is a sign of loss or attack, and not of a first start
 */
public record ChainOpening(ChainHead head, Optional<String> trouble, boolean isSuspicious) {
    private static final int TAIL = 1 << 20;

    /**
     * Continues the chain after the last line that it has, or begins one and leaves its first key to the administrator.
     *
     * @param audit the audit file; empty for a pipe or device
     * @throws IOException when a file cannot be read or written
     */
    public static ChainOpening of(ChainStateFile state, Optional<Path> audit, FirstKeyFile firstKey)
            throws IOException {
        Optional<ChainHead> kept = state.read();
        if (kept.isPresent()) {
            ChainHead head = kept.get();
            return new ChainOpening(audit.isPresent() ? caughtUp(head, audit.get()) : head, Optional.empty(), false);
        }
        boolean lost = state.exists();
        ChainKey first = ChainKey.random();
        firstKey.write(first);
        ChainHead head = ChainHead.first(first);
        state.write(head);
        return new ChainOpening(head, Optional.of(lost ? "the chain's state was lost" : "the log had no chain"), lost);
    }

    /** Follows the lines that a killed server wrote after the head that it kept: at most as many as fit in a MiB. */
    private static ChainHead caughtUp(ChainHead kept, Path audit) throws IOException {
        byte[] tail;
        try (RandomAccessFile file = new RandomAccessFile(audit.toFile(), "r")) {
            tail = new byte[(int) Math.min(file.length(), TAIL)];
            file.seek(file.length() - tail.length);
            file.readFully(tail);
        }
        ChainHead head = kept;
        int start = 0;
        for (int end = 0; end < tail.length; end++) {
            if (tail[end] == '\n') {
                head = follow(head, Arrays.copyOfRange(tail, start, end));
                start = end + 1;
            }
        }
        return head;
    }

    private static ChainHead follow(ChainHead head, byte[] line) {
        // cheaper than to read each line as JSON
        if (!new String(line, StandardCharsets.UTF_8).contains(head.hash())) {
            return head;
        }
        Optional<ChainHead> next = ChainLine.read(line).filter(head::isNext).map(head::after);
        next.ifPresent(found -> head.key().erase());
        return next.orElse(head);
    }
}

package com.amplihack.auth.trail;

import com.amplihack.auth.audit.chain.ChainVerifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares a node's lines with those in the database; a thousand of them are in memory. Not thread-safe. */
final class RowWitness implements ChainVerifier.Witness {
    private static final int PAGE = 1_000;

    private final TrailTable table;
    private final String node;
    private final long untilSeq;
    private final Deque<TrailTable.Row> rows = new ArrayDeque<>();
    private long nextSeq;

    /** From the line with one {@code seq} until the one with another; of others it knows nothing. */
    RowWitness(TrailTable table, String node, long fromSeq, long untilSeq) {
        this.table = table;
        this.node = node;
        this.untilSeq = untilSeq;
        nextSeq = fromSeq;
    }

    @Override
    public Optional<byte[]> contradiction(long seq, byte[] text) {
        boolean same = false;
        Optional<byte[]> other = Optional.empty();
        for (TrailTable.Row row = peek(seq); row != null && row.seq() <= seq; row = peek(seq)) {
            if (row.seq() == seq) {
                byte[] copy = row.text().getBytes(StandardCharsets.UTF_8);
                same |= Arrays.equals(copy, text);
                other = Optional.of(copy);
            }
            rows.remove();
        }
        return same ? Optional.empty() : other;
    }

    private TrailTable.@Nullable Row peek(long seq) {
        while (rows.isEmpty() && nextSeq <= Math.min(seq, untilSeq)) {
            List<TrailTable.Row> page = table.rows(node, nextSeq, PAGE);
            rows.addAll(page);
            nextSeq = page.size() < PAGE
                    ? untilSeq + 1
                    : page.get(page.size() - 1).seq() + 1;
        }
        return rows.peek();
    }
}

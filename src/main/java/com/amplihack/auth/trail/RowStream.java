package com.amplihack.auth.trail;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A node's lines in the database as if they were a file; a thousand of them are in memory. Not thread-safe. */
final class RowStream extends InputStream {
    private static final int PAGE = 1_000;

    private final TrailTable table;
    private final String node;
    private final long untilSeq;
    private long nextSeq;
    /** How many lines of {@link #nextSeq} were read: more than one have the same after a rollback. */
    private int skip;

    private boolean ended;
    private byte[] bytes = new byte[0];
    private int at;

    /** From the line with one {@code seq} until the one with another, both of them included. */
    RowStream(TrailTable table, String node, long fromSeq, long untilSeq) {
        this.table = table;
        this.node = node;
        this.untilSeq = untilSeq;
        nextSeq = fromSeq;
    }

    @Override
    public int read() {
        return isFilled() ? bytes[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (!isFilled()) {
            return -1;
        }
        int count = Math.min(length, bytes.length - at);
        System.arraycopy(bytes, at, target, offset, count);
        at += count;
        return count;
    }

    private boolean isFilled() {
        if (at < bytes.length) {
            return true;
        }
        if (ended) {
            return false;
        }
        List<TrailTable.Row> rows = table.rows(node, nextSeq, PAGE + skip);
        ended = rows.size() < PAGE + skip;
        StringBuilder text = new StringBuilder();
        for (TrailTable.Row row : rows.subList(Math.min(skip, rows.size()), rows.size())) {
            if (row.seq() > untilSeq) {
                ended = true;
                break;
            }
            text.append(row.text()).append('\n');
        }
        if (!rows.isEmpty()) {
            long last = rows.get(rows.size() - 1).seq();
            skip = (int) rows.stream().filter(row -> row.seq() == last).count();
            nextSeq = last;
        }
        bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        at = 0;
        return bytes.length > 0;
    }
}

package com.amplihack.auth.audit.chain;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the audit files of one node in their order and finds the first line that is not as it was written. With the chain's
 * first key every line is proven; without it only that the lines are linked. Constant memory. Not thread-safe.
 */
public final class ChainVerifier {
    /** What was done to the log. */
    public enum Kind {
        /** The line does not fit its hash, or its link was changed. */
        EDITED,
        /** Lines are missing before it. */
        DELETED,
        /** A line that belongs before it comes later, or it comes after one that belongs behind it. */
        REORDERED,
        /** Lines are missing at the end. */
        TRUNCATED,
        /** It continues another chain. */
        ANOTHER_CHAIN,
        /** No whole entry. */
        MALFORMED;

        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * The first line that is not as it was written.
     *
     * @param line of the file, from 1
     * @param seq that the line has; 0 if it has none
     */
    public record Bad(String file, long line, long seq, Kind kind, String detail) {}

    /** Where a chain must have got to at least: something outside the file remembers it. */
    public record Anchor(long seq, String hash) {}

    /** How far a missing line is searched behind the place where it is missing. */
    private static final int LOOK_AHEAD = 100_000;
    /** How many lines may be missing in one place before its key is no longer searched. */
    private static final long MOST_MISSING = 10_000_000;

    private final LongConsumer progress;
    private final Optional<Anchor> anchor;
    private @Nullable ChainKey key;
    private String node = "";
    private String hash = "";
    private long seq;
    private long lines;
    private long unchained;
    private boolean anchorSeen;

    /**
     * @param firstKey of the chain, if it is to be proven
     * @param anchor that the files must reach, if one is known
     * @param progress is told the number of lines read, once per 10,000
     */
    public ChainVerifier(Optional<ChainKey> firstKey, Optional<Anchor> anchor, LongConsumer progress) {
        key = firstKey.orElse(null);
        this.anchor = anchor;
        this.progress = progress;
    }

    /** The number of lines that are proven or linked. */
    public long lines() {
        return lines;
    }

    /** The number of lines before the chain, of versions that wrote none. */
    public long unchained() {
        return unchained;
    }

    /** {@code seq} of the last good line. */
    public long seq() {
        return seq;
    }

    /** {@code hash} of the last good line. */
    public String hash() {
        return hash;
    }

    /** Reads a file; the first bad line ends it. */
    public Optional<Bad> read(String file, InputStream content) throws IOException {
        LineReader reader = new LineReader(content);
        for (Optional<byte[]> bytes = reader.next(); bytes.isPresent(); bytes = reader.next()) {
            Optional<ChainLine> line = ChainLine.read(bytes.get());
            Optional<Bad> bad = line.isEmpty()
                    ? Optional.of(new Bad(file, reader.number(), 0, Kind.MALFORMED, "no whole entry"))
                    : check(line.get(), file, reader);
            if (bad.isPresent()) {
                return bad;
            }
            if (reader.number() % 10_000 == 0) {
                progress.accept(lines + unchained);
            }
        }
        return Optional.empty();
    }

    /** After the last file: whether lines are missing at the end. */
    public Optional<Bad> end(String file) {
        if (anchor.isPresent() && !anchorSeen && seq < anchor.get().seq()) {
            return Optional.of(new Bad(
                    file,
                    0,
                    seq,
                    Kind.TRUNCATED,
                    "the last line has seq " + seq + ", and there was one with seq "
                            + anchor.get().seq()));
        }
        return Optional.empty();
    }

    private Optional<Bad> check(ChainLine line, String file, LineReader reader) throws IOException {
        if (!line.isChained()) {
            if (lines == 0) {
                unchained++;
                return Optional.empty();
            }
            return bad(line, file, reader, Kind.EDITED, "its hash is missing");
        }
        Optional<Bad> bad = lines == 0 ? first(line, file, reader) : following(line, file, reader);
        if (bad.isPresent()) {
            return bad;
        }
        node = line.node();
        hash = line.hash();
        seq = line.seq();
        lines++;
        if (key != null) {
            key = key.next();
        }
        if (anchor.isPresent() && anchor.get().seq() == seq) {
            anchorSeen = true;
            if (!anchor.get().hash().equals(hash)) {
                return bad(line, file, reader, Kind.ANOTHER_CHAIN, "its hash is not the one that was remembered");
            }
        }
        return Optional.empty();
    }

    /** The files may begin in the middle of the chain: the first line's key is searched. */
    private Optional<Bad> first(ChainLine line, String file, LineReader reader) {
        if (key == null) {
            return Optional.empty();
        }
        if (line.prev().equals(key.chainName())) {
            return line.isUnder(key)
                    ? Optional.empty()
                    : bad(line, file, reader, Kind.EDITED, "it does not fit its hash");
        }
        return skip(line, line.seq())
                ? Optional.empty()
                : bad(line, file, reader, Kind.ANOTHER_CHAIN, "no key of this chain fits its hash, or it was edited");
    }

    private Optional<Bad> following(ChainLine line, String file, LineReader reader) throws IOException {
        if (line.prev().equals(hash)) {
            return key == null || line.isUnder(key)
                    ? Optional.empty()
                    : bad(line, file, reader, Kind.EDITED, "it does not fit its hash");
        }
        if (!line.node().equals(node)) {
            return bad(line, file, reader, Kind.ANOTHER_CHAIN, "it is of the node " + line.node());
        }
        if (line.seq() <= seq) {
            return bad(line, file, reader, Kind.REORDERED, "it comes after the line with seq " + seq);
        }
        if (key != null && !skip(line, line.seq() - seq)) {
            boolean nextInNumber = line.seq() == seq + 1;
            return bad(
                    line,
                    file,
                    reader,
                    nextInNumber ? Kind.EDITED : Kind.ANOTHER_CHAIN,
                    nextInNumber ? "it does not fit its hash" : "no key of this chain fits its hash");
        }
        long number = reader.number();
        boolean later = reader.hasLater(LOOK_AHEAD, other -> other.prev().equals(hash));
        return Optional.of(
                later
                        ? new Bad(
                                file, number, line.seq(), Kind.REORDERED, "the line after seq " + seq + " comes later")
                        : new Bad(
                                file,
                                number,
                                line.seq(),
                                Kind.DELETED,
                                "lines after seq " + seq + " are missing before it"));
    }

    /** Looks which of the next keys fits the line. */
    private boolean skip(ChainLine line, long most) {
        ChainKey candidate = key;
        for (long i = 0; candidate != null && i < Math.min(most, MOST_MISSING); i++) {
            if (line.isUnder(candidate)) {
                key = candidate;
                return true;
            }
            candidate = candidate.next();
        }
        return false;
    }

    private static Optional<Bad> bad(ChainLine line, String file, LineReader reader, Kind kind, String detail) {
        return Optional.of(new Bad(file, reader.number(), line.seq(), kind, detail));
    }
}

package com.amplihack.auth.audit.chain;

import java.io.IOException;
import java.io.InputStream;
import java.security.PublicKey;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the audit files of one node in their order and finds the first line that is not as it was written. With the chain's
 * first key every line is proven; with the key of the anchors those from the first anchor to the last; with neither only that
 * the lines are linked. Constant memory. Not thread-safe.
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

    private static final String ANCHOR_EVENT = "AUDIT_ANCHOR";

    /** A copy of the lines that somebody else keeps. */
    @FunctionalInterface
    public interface Witness {
        /**
         * The text of the copy's line with this number, if that is another one; asked in the order of the lines.
         *
         * @param text without the line end
         */
        Optional<byte[]> contradiction(long seq, byte[] text);
    }

    private static final long TOLD_EVERY = 10_000;

    /** How far a missing line is searched behind the place where it is missing. */
    private static final int LOOK_AHEAD = 100_000;
    /** How many lines may be missing in one place before its key is no longer searched: some seconds. */
    private static final long MOST_MISSING = 10_000_000;
    /** How many lines may be missing at the beginning, where retention deletes them: some tens of minutes. */
    private static final long MOST_BEFORE = 1_000_000_000;

    private final LongConsumer progress;

    /** {@code hash} by {@code seq}, of the lines that are still to come. */
    private final TreeMap<Long, String> anchors = new TreeMap<>();

    private @Nullable ChainKey key;
    private @Nullable PublicKey anchorKey;
    private @Nullable Witness witness;
    private String node = "";
    private String hash = "";
    private long seq;
    private long lines;
    private long unchained;
    private long signedAnchors;
    private long signedSeq;
    private long provenFrom;
    private long firstSeq;
    private long mostMissing = MOST_MISSING;

    /** Of the lines since the last anchor, or since the files begin. */
    private final LinesDigest texts = new LinesDigest();

    /**
     * @param firstKey of the chain, if it is to be proven
     * @param anchors that the files must contain, as far as they go back; and the last of which they must reach
     * @param progress is told the number of lines read in all files, once per 10,000
     */
    public ChainVerifier(Optional<ChainKey> firstKey, Collection<Anchor> anchors, LongConsumer progress) {
        key = firstKey.orElse(null);
        anchors.stream()
                .filter(anchor -> anchor.seq() > 0)
                .forEach(anchor -> this.anchors.put(anchor.seq(), anchor.hash()));
        this.progress = progress;
    }

    /**
     * Has the signature of each {@code AUDIT_ANCHOR} checked, and by it the texts of the lines since the one before; without one
     * in the files, the end is bad.
     */
    public ChainVerifier signedBy(PublicKey anchors) {
        anchorKey = anchors;
        return this;
    }

    /** Has each line compared with a copy, which shows an edit that no link shows. */
    public ChainVerifier comparedWith(Witness copy) {
        witness = copy;
        return this;
    }

    /** The number of {@code AUDIT_ANCHOR} lines whose signature is good. */
    public long signedAnchors() {
        return signedAnchors;
    }

    /** Searches fewer keys where lines are missing. */
    ChainVerifier boundedBy(long most) {
        mostMissing = most;
        return this;
    }

    /** {@code seq} of the first line whose text a signed anchor proves; 0 if none does. */
    public long provenFrom() {
        return provenFrom;
    }

    /** {@code seq} of the last line before a signed anchor. */
    public long signedSeq() {
        return signedSeq;
    }

    /** The node of the last good line; empty before the first. */
    public String node() {
        return node;
    }

    /** The number of lines that are proven or linked. */
    public long lines() {
        return lines;
    }

    /** The number of lines before the chain, of versions that wrote none. */
    public long unchained() {
        return unchained;
    }

    /** {@code seq} of the first line; 0 without one. */
    public long firstSeq() {
        return firstSeq;
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
                    : check(line.get(), bytes.get(), file, reader);
            if (bad.isPresent()) {
                return bad;
            }
            if ((lines + unchained) % TOLD_EVERY == 0) {
                progress.accept(lines + unchained);
            }
        }
        return Optional.empty();
    }

    /** After the last file: whether lines are missing at the end. */
    public Optional<Bad> end(String file) {
        if (!anchors.isEmpty()) {
            long there = anchors.lastKey();
            return Optional.of(new Bad(
                    file,
                    0,
                    seq,
                    Kind.TRUNCATED,
                    "the last line has seq " + seq + ", and there was one with seq " + there));
        }
        if (anchorKey != null && signedAnchors == 0) {
            return Optional.of(new Bad(file, 0, seq, Kind.DELETED, "no line is a signed anchor"));
        }
        return Optional.empty();
    }

    private Optional<Bad> check(ChainLine line, byte[] text, String file, LineReader reader) throws IOException {
        if (firstSeq == 0) {
            firstSeq = line.seq();
        }
        if (!line.isChained()) {
            if (lines == 0) {
                unchained++;
                texts.add(line.seq(), text, false);
                return Optional.empty();
            }
            return bad(line, file, reader, Kind.EDITED, "its hash is missing");
        }
        Optional<Bad> bad = lines == 0 ? first(line, file, reader) : following(line, file, reader);
        if (bad.isPresent()) {
            return bad;
        }
        Optional<Bad> foreign = anchored(line, file, reader).or(() -> compared(line, text, file, reader));
        if (foreign.isPresent()) {
            return foreign;
        }
        texts.add(line.seq(), text, line.event().equals(ANCHOR_EVENT));
        node = line.node();
        hash = line.hash();
        seq = line.seq();
        lines++;
        if (key != null) {
            key = key.next();
        }
        return Optional.empty();
    }

    private Optional<Bad> compared(ChainLine line, byte[] text, String file, LineReader reader) {
        if (witness == null) {
            return Optional.empty();
        }
        return witness.contradiction(line.seq(), text).flatMap(copy -> {
            boolean sameHash = ChainLine.read(copy)
                    .map(other -> other.hash().equals(line.hash()))
                    .orElse(false);
            return sameHash
                    ? bad(line, file, reader, Kind.EDITED, "the database has another text of it")
                    : bad(line, file, reader, Kind.ANOTHER_CHAIN, "the database has another line in its place");
        });
    }

    /** Whether the line is the one that was remembered, and what it signs, if it is an anchor. */
    private Optional<Bad> anchored(ChainLine line, String file, LineReader reader) {
        if (lines == 0) {
            anchors.headMap(line.seq()).clear(); // the files begin later
        }
        Map.Entry<Long, String> next = anchors.firstEntry();
        if (next != null && next.getKey() < line.seq()) {
            return bad(line, file, reader, Kind.DELETED, "the anchored line with seq " + next.getKey() + " is missing");
        }
        if (next != null && next.getKey() == line.seq()) {
            anchors.remove(line.seq());
            if (!next.getValue().equals(line.hash())) {
                return bad(line, file, reader, Kind.ANOTHER_CHAIN, "its hash is not the one that was remembered");
            }
        }
        if (!line.event().equals(ANCHOR_EVENT)) {
            return Optional.empty();
        }
        if (line.isUnsigned()) {
            return anchorKey == null
                    ? Optional.empty()
                    : bad(line, file, reader, Kind.EDITED, "it is an anchor without a signature");
        }
        if (!line.detail("hash").equals(line.prev())) {
            return bad(line, file, reader, Kind.EDITED, "it anchors another line than the one before");
        }
        if (anchorKey != null) {
            if (!AnchorKey.isSigned(anchorKey, line)) {
                return bad(line, file, reader, Kind.EDITED, "its signature is not by this key");
            }
            Optional<Bad> text = signedTexts(line, file, reader);
            if (text.isPresent()) {
                return text;
            }
            signedAnchors++;
            signedSeq = line.number("seq");
        }
        return Optional.empty();
    }

    /** Whether the lines since the anchor before are those that this one signs. The first one's may begin elsewhere. */
    private Optional<Bad> signedTexts(ChainLine anchor, String file, LineReader reader) {
        long begun = texts.first();
        long signed = anchor.number("first_seq");
        if (begun == signed) {
            if (!texts.value().equals(anchor.detail("lines_sha256"))) {
                return bad(
                        anchor,
                        file,
                        reader,
                        Kind.EDITED,
                        "a line from seq " + begun + " on has another text than the one that it signs");
            }
            if (provenFrom == 0) {
                provenFrom = begun;
            }
            return Optional.empty();
        }
        if (signedAnchors == 0) {
            return Optional.empty(); // the files begin elsewhere: these lines are linked, and nothing more
        }
        return key == null
                ? bad(anchor, file, reader, Kind.EDITED, "no anchor signs the lines from seq " + begun + " on")
                : Optional.empty();
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
        return skip(line, Math.min(line.seq(), MOST_BEFORE))
                ? Optional.empty()
                : bad(
                        line,
                        file,
                        reader,
                        Kind.ANOTHER_CHAIN,
                        line.seq() > MOST_BEFORE
                                ? "it cannot be proven: too many lines are missing before it"
                                : "no key of this chain fits its hash, or it was edited");
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
        if (key != null && !skip(line, Math.min(line.seq() - seq, mostMissing))) {
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
        for (long i = 0; candidate != null && i < most; i++) {
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

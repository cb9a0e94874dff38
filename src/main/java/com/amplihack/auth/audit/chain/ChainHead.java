package com.amplihack.auth.audit.chain;

import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;

/**
 * The end of a chain: what its next line is linked to, and by which key.
 *
 * @param lines how many lines the chain has
 * @param seq {@code seq} of the last line; 0 before the first
 * @param hash of the last line; before the first the chain's name
 * @param key of the next line
 */
public record ChainHead(long lines, long seq, String hash, ChainKey key) {
    /** The member of a line that links it to the one before. */
    public static final String PREV = "prev";
    /** The last member of a line. */
    public static final String HASH = "hash";

    private static final JsonProvider JSON = JsonProvider.provider();

    /** The head of a chain without lines. */
    public static ChainHead first(ChainKey key) {
        return new ChainHead(0, 0, key.chainName(), key);
    }

    /**
     * A line as it is written.
     *
     * @param text with {@code prev} and {@code hash}, without a line end
     * @param head the chain's head once the line is written
     */
    public record Sealed(String text, ChainHead head) {}

    /**
     * Links a line to the chain.
     *
     * @param line without {@code prev} and {@code hash}
     */
    public Sealed seal(JsonObject line, long lineSeq) {
        JsonObject linked = JSON.createObjectBuilder(line).add(PREV, hash).build();
        String own = key.hash(CanonicalJson.of(linked));
        String text = JSON.createObjectBuilder(linked).add(HASH, own).build().toString();
        return new Sealed(text, new ChainHead(lines + 1, lineSeq, own, key.next()));
    }

    /** Whether a written line is the next one of the chain, unchanged. */
    boolean isNext(ChainLine line) {
        return line.prev().equals(hash) && line.isUnder(key);
    }

    /** The head after a line for which {@link #isNext}. */
    ChainHead after(ChainLine line) {
        return new ChainHead(lines + 1, line.seq(), line.hash(), key.next());
    }
}

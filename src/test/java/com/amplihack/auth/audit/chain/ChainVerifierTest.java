package com.amplihack.auth.audit.chain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.amplihack.auth.audit.chain.ChainVerifier.Anchor;
import com.amplihack.auth.audit.chain.ChainVerifier.Bad;
import com.amplihack.auth.audit.chain.ChainVerifier.Kind;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each thing that somebody with the file can do to it, with the chain's first key and without. */
class ChainVerifierTest {
    private static final Optional<ChainKey> NO_KEY = Optional.empty();

    private final ChainKey first = ChainKey.random();
    private ChainHead head = ChainHead.first(first);
    private final List<String> log = new ArrayList<>();

    @Test
    void aLogAsItWasWrittenIsProven() throws IOException {
        write(1, 100);
        assertGood(log, Optional.of(first), 100);
        assertGood(log, NO_KEY, 100);
    }

    @Test
    void theEndOfALogIsProvenByTheSameKey() throws IOException {
        write(1, 100);
        assertGood(log.subList(60, 100), Optional.of(first), 40);
    }

    /** Retention may have removed any number of lines before. */
    @Test
    void theEndOfALongLogIsProvenToo() throws IOException {
        write(1, 100);
        ChainVerifier verifier = new ChainVerifier(Optional.of(first), List.of(), read -> {}).boundedBy(10);
        assertEquals(Optional.empty(), verifier.read("audit", stream(log.subList(60, 100))));
        assertEquals(40, verifier.lines());
    }

    @Test
    void linesThatWereNeverWrittenLeaveTheLinksWhole() throws IOException {
        write(1, 10);
        write(31, 40); // 11 to 30 were lost with a process that could not write
        assertGood(log, Optional.of(first), 20);
    }

    @Test
    void linesOfAVersionWithoutAChainStandBeforeIt() throws IOException {
        List<String> old = List.of(line(1).toString(), line(2).toString());
        write(3, 5);
        List<String> all = new ArrayList<>(old);
        all.addAll(log);
        assertGood(all, Optional.of(first), 3);
        all.add(line(6).toString());
        assertEquals(Kind.EDITED, bad(all, NO_KEY).kind(), "but not in it");
    }

    @Test
    void anEditedLineIsFound() throws IOException {
        write(1, 10);
        log.set(4, log.get(4).replace("\"n\":\"5\"", "\"n\":\"6\""));
        assertEquals(new Bad("audit", 5, 5, Kind.EDITED, "it does not fit its hash"), bad(log, Optional.of(first)));
        assertGood(log, NO_KEY, 10); // which is why the key is kept
    }

    @Test
    void anEditedLineWithAHashOfTheThiefsIsFound() throws IOException {
        write(1, 10);
        ChainHead forged = new ChainHead(4, 4, json(4).getString("hash"), ChainKey.random());
        log.set(4, forged.seal(line(5), 5).text());
        assertEquals(5, bad(log, Optional.of(first)).line());
        assertEquals(6, bad(log, NO_KEY).line(), "the next line is linked to the old one");
    }

    @Test
    void whoHasTheNodesPresentKeyCannotRewriteThePast() throws IOException {
        write(1, 10);
        ChainKey stolen = head.key(); // of line 11
        write(11, 12);
        ChainHead forged = new ChainHead(4, 4, json(4).getString("hash"), stolen);
        List<String> rewritten = new ArrayList<>(log.subList(0, 4));
        for (long seq = 5; seq <= 12; seq++) {
            ChainHead.Sealed sealed = forged.seal(line(seq), seq);
            rewritten.add(sealed.text());
            forged = sealed.head();
        }
        assertEquals(5, bad(rewritten, Optional.of(first)).line());
    }

    @Test
    void aDeletedLineIsFound() throws IOException {
        write(1, 10);
        log.remove(4);
        Bad expected = new Bad("audit", 5, 6, Kind.DELETED, "lines after seq 4 are missing before it");
        assertEquals(expected, bad(log, Optional.of(first)));
        assertEquals(expected, bad(log, NO_KEY));
    }

    @Test
    void deletedLinesAtTheBeginningAreToldByTheChainsName() throws IOException {
        write(1, 10);
        assertEquals(first.chainName(), json(1).getString("prev"));
        assertNotEquals(first.chainName(), json(2).getString("prev"));
    }

    @Test
    void swappedLinesAreFound() throws IOException {
        write(1, 10);
        Collections.swap(log, 4, 5);
        Bad expected = new Bad("audit", 5, 6, Kind.REORDERED, "the line after seq 4 comes later");
        assertEquals(expected, bad(log, Optional.of(first)));
        assertEquals(expected, bad(log, NO_KEY));
    }

    @Test
    void aRepeatedLineIsFound() throws IOException {
        write(1, 10);
        log.add(6, log.get(2));
        assertEquals(new Bad("audit", 7, 3, Kind.REORDERED, "it comes after the line with seq 6"), bad(log, NO_KEY));
    }

    @Test
    void aShortenedLogIsFoundByWhatIsRememberedElsewhere() throws IOException {
        write(1, 10);
        Anchor remembered = new Anchor(10, json(10).getString("hash"));
        List<String> shortened = log.subList(0, 8);
        assertEquals(
                Kind.TRUNCATED,
                verified(shortened, Optional.of(first), Optional.of(remembered))
                        .orElseThrow()
                        .kind());
        assertEquals(Optional.empty(), verified(log, NO_KEY, Optional.of(remembered)));
    }

    @Test
    void anotherChainInItsPlaceIsFound() throws IOException {
        write(1, 10);
        Anchor remembered = new Anchor(10, json(10).getString("hash"));
        head = ChainHead.first(ChainKey.random());
        log.clear();
        write(1, 10);
        assertEquals(Kind.ANOTHER_CHAIN, bad(log, Optional.of(first)).kind());
        assertEquals(
                Kind.ANOTHER_CHAIN,
                verified(log, NO_KEY, Optional.of(remembered)).orElseThrow().kind());
    }

    @Test
    void halfALineIsFound() throws IOException {
        write(1, 3);
        log.set(1, log.get(1).substring(0, 40));
        assertEquals(new Bad("audit", 2, 0, Kind.MALFORMED, "no whole entry"), bad(log, NO_KEY));
    }

    @Test
    void progressIsThatOfAllFiles() throws IOException {
        write(1, 25_000);
        List<Long> told = new ArrayList<>();
        ChainVerifier verifier = new ChainVerifier(NO_KEY, List.of(), told::add);
        verifier.read("first", stream(log.subList(0, 7_001)));
        assertEquals(List.of(), told);
        verifier.read("second", stream(log.subList(7_001, 25_000)));
        assertEquals(List.of(10_000L, 20_000L), told);
    }

    private void write(long from, long to) {
        for (long seq = from; seq <= to; seq++) {
            ChainHead.Sealed sealed = head.seal(line(seq), seq);
            log.add(sealed.text());
            head = sealed.head();
        }
    }

    private static JsonObject line(long seq) {
        return Json.createObjectBuilder()
                .add("timestamp", "2026-11-29T10:20:30.123Z")
                .add("node", "one")
                .add("seq", seq)
                .add("event", "TOKEN_ISSUED")
                .add("user_agent", "Ünïcode \ud83d\ude00 \"quoted\"\t")
                .addNull("session_id")
                .add("details", Json.createObjectBuilder().add("n", Long.toString(seq)))
                .build();
    }

    private JsonObject json(int seq) {
        return com.amplihack.auth.web.StrictJson.parse(log.get(seq - 1).getBytes(UTF_8));
    }

    private static void assertGood(List<String> lines, Optional<ChainKey> key, long count) throws IOException {
        ChainVerifier verifier = new ChainVerifier(key, List.of(), read -> {});
        assertEquals(Optional.empty(), verifier.read("audit", stream(lines)));
        assertEquals(count, verifier.lines());
    }

    private static Bad bad(List<String> lines, Optional<ChainKey> key) throws IOException {
        return verified(lines, key, Optional.empty()).orElseThrow();
    }

    private static Optional<Bad> verified(List<String> lines, Optional<ChainKey> key, Optional<Anchor> anchor)
            throws IOException {
        ChainVerifier verifier = new ChainVerifier(key, anchor.stream().toList(), read -> {});
        Optional<Bad> bad = verifier.read("audit", stream(lines));
        return bad.isPresent() ? bad : verifier.end("audit");
    }

    private static ByteArrayInputStream stream(List<String> lines) {
        return new ByteArrayInputStream((String.join("\n", lines) + "\n").getBytes(UTF_8));
    }
}

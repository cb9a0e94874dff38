package com.amplihack.auth.audit.chain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainStateFileTest {
    @TempDir
    Path home;

    private Path audit;
    private Path state;
    private final ChainKey first = ChainKey.random();

    @BeforeEach
    void place() {
        audit = home.resolve("audit.jsonl");
        state = home.resolve("audit.jsonl.chain");
    }

    @Test
    void theLastHeadIsRead() throws IOException {
        ChainHead head = ChainHead.first(first);
        try (ChainStateFile file = new ChainStateFile(audit)) {
            assertEquals(Optional.empty(), file.read());
            for (int seq = 1; seq <= 5; seq++) {
                head = seal(head, seq).head();
                file.write(head);
                assertSame(head, new ChainStateFile(audit).read().orElseThrow());
            }
        }
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(state)));
    }

    @Test
    void noKeyOfAWrittenLineRemains() throws IOException {
        ChainHead head = seal(ChainHead.first(first), 1).head();
        byte[] used = head.key().bytes();
        try (ChainStateFile file = new ChainStateFile(audit)) {
            file.write(head);
            assertTrue(contains(Files.readAllBytes(state), used), "the key of the next line is there");
            file.write(seal(head, 2).head());
        }
        assertFalse(contains(Files.readAllBytes(state), used), "and gone once that line is written");
    }

    @Test
    void aCrashWithinAWriteLeavesTheHeadBefore() throws IOException {
        ChainHead one = seal(ChainHead.first(first), 1).head();
        ChainHead two = seal(one, 2).head();
        byte[] whole;
        byte[] before;
        try (ChainStateFile file = new ChainStateFile(audit)) {
            file.write(one);
            before = Files.readAllBytes(state);
            file.write(two);
            whole = Files.readAllBytes(state);
        }
        byte[] torn = Arrays.copyOf(before, whole.length);
        int half = whole.length / 2;
        System.arraycopy(whole, half, torn, half, half / 2); // half of the second slot
        Files.write(state, torn);
        ChainStateFile file = new ChainStateFile(audit);
        assertSame(one, file.read().orElseThrow());
        file.write(two); // into the torn slot, not over the good one
        file.close();
        assertSame(two, new ChainStateFile(audit).read().orElseThrow());
    }

    @Test
    void aKilledServersLinesAreFollowed() throws IOException {
        ChainHead one = seal(ChainHead.first(first), 1).head();
        ChainHead.Sealed two = seal(one, 2);
        ChainHead.Sealed three = seal(two.head(), 3);
        try (ChainStateFile file = new ChainStateFile(audit)) {
            file.write(one);
        }
        Files.write(audit, List.of("an older line", two.text(), three.text()));
        ChainOpening opening = opened();
        assertSame(three.head(), opening.head());
        assertEquals(Optional.empty(), opening.trouble());
    }

    @Test
    void aForgedLineIsNotFollowed() throws IOException {
        ChainHead one = seal(ChainHead.first(first), 1).head();
        try (ChainStateFile file = new ChainStateFile(audit)) {
            file.write(one);
        }
        ChainHead forger = new ChainHead(1, 1, one.hash(), ChainKey.random());
        Files.write(audit, List.of(seal(forger, 2).text()));
        assertSame(one, opened().head());
    }

    @Test
    void aNewChainLeavesItsFirstKeyOnceAndForItsOwnerAlone() throws IOException {
        ChainOpening opening = opened();
        assertFalse(opening.isSuspicious());
        List<Path> left = new FirstKeyFile(Optional.empty(), home).left();
        assertEquals(1, left.size());
        assertEquals("r--------", PosixFilePermissions.toString(Files.getPosixFilePermissions(left.get(0))));
        assertArrayEquals(
                opening.head().key().bytes(), FirstKeyFile.read(left.get(0)).bytes());
        opened();
        assertEquals(left, new FirstKeyFile(Optional.empty(), home).left(), "the same chain goes on");
    }

    @Test
    void aLostStateBeginsANewChainAndSaysSo() throws IOException {
        opened();
        Files.write(state, new byte[10]);
        ChainOpening opening = opened();
        assertTrue(opening.isSuspicious());
        assertEquals(Optional.of("the chain's state was lost"), opening.trouble());
    }

    @Test
    void aFirstKeyOfAnotherChainIsNotOverwritten() throws IOException {
        Path named = home.resolve("first.key");
        FirstKeyFile file = new FirstKeyFile(Optional.of(named), home);
        file.write(first);
        file.write(ChainKey.random());
        assertArrayEquals(first.bytes(), FirstKeyFile.read(named).bytes());
        assertEquals(2, file.left().size());
    }

    private ChainOpening opened() throws IOException {
        if (!Files.exists(audit)) {
            Files.createFile(audit);
        }
        return ChainOpening.of(new ChainStateFile(audit), Optional.of(audit), new FirstKeyFile(Optional.empty(), home));
    }

    private static ChainHead.Sealed seal(ChainHead head, long seq) {
        return head.seal(
                Json.createObjectBuilder()
                        .add("node", "one")
                        .add("seq", seq)
                        .add("event", "LOGOUT")
                        .add("details", Json.createObjectBuilder())
                        .build(),
                seq);
    }

    private static void assertSame(ChainHead expected, ChainHead actual) {
        assertEquals(expected.lines(), actual.lines());
        assertEquals(expected.seq(), actual.seq());
        assertEquals(expected.hash(), actual.hash());
        assertArrayEquals(expected.key().bytes(), actual.key().bytes());
    }

    private static boolean contains(byte[] all, byte[] part) {
        return new String(all, StandardCharsets.ISO_8859_1).contains(new String(part, StandardCharsets.ISO_8859_1));
    }
}

package com.amplihack.auth.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.token.SessionHandle;
import com.amplihack.auth.token.Sha256;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionProofTest {
    private final SessionHandle handle = SessionHandle.fresh();

    @Test
    void handleHas256BitsThatSidDoesNotTell() {
        assertTrue(handle.value().matches("[A-Za-z0-9_-]{43}"));
        assertEquals(Sha256.of(handle.value()), handle.sid());
        assertNotEquals(handle.value(), handle.sid());
        assertNotEquals(handle.value(), SessionHandle.fresh().value());
    }

    @Test
    void printedHandleShowsNothing() {
        assertEquals("***", handle.toString());
        assertFalse(SessionProof.of(List.of(handle.value())).toString().contains(handle.value()));
    }

    @Test
    void handleProvesItsSession() {
        assertEquals(
                Optional.of(handle), SessionProof.of(List.of(handle.value())).handleOf(handle.sid()));
    }

    @Test
    void handleAmongOthersProvesItsSession() {
        String other = SessionHandle.fresh().value();
        SessionProof proof = SessionProof.of(List.of("garbage", other, handle.value(), ""));
        assertEquals(2, proof.handles().size());
        assertEquals(Optional.of(handle), proof.handleOf(handle.sid()));
    }

    @Test
    void handleOfAnotherSessionIsAWrongProofAndNotAnAbsentOne() {
        SessionProof proof = SessionProof.of(List.of(SessionHandle.fresh().value()));
        assertEquals(Optional.empty(), proof.handleOf(handle.sid()));
        assertFalse(proof.isAbsent());
    }

    @Test
    void sidProvesNothing() {
        SessionProof proof = SessionProof.of(List.of(handle.sid()));
        assertFalse(proof.isAbsent());
        assertEquals(Optional.empty(), proof.handleOf(handle.sid()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "***", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "\u00e4"})
    void valueNotOfOurShapeCountsAsAbsent(String value) {
        assertTrue(SessionProof.of(List.of(value)).isAbsent());
    }

    @Test
    void shapeHas43CharactersExactly() {
        assertTrue(SessionHandle.hasShape("A".repeat(43)));
        assertFalse(SessionHandle.hasShape("A".repeat(42)));
        assertFalse(SessionHandle.hasShape("A".repeat(44)));
        assertFalse(SessionHandle.hasShape("A".repeat(43) + "\n"));
    }

    @Test
    void noneIsAbsentAndProvesNothing() {
        assertTrue(SessionProof.NONE.isAbsent());
        assertEquals(Optional.empty(), SessionProof.NONE.handleOf(handle.sid()));
    }
}

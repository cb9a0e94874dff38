package com.amplihack.auth.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import org.junit.jupiter.api.Test;

class BodyMemoryTest {
    @Test
    void bodiesTakeNoMoreThanTheirShareTogether() {
        BodyMemory memory = new BodyMemory(100);
        memory.take(60);
        memory.take(40);
        AuthException full = assertThrows(AuthException.class, () -> memory.take(1));
        assertSame(ErrorCode.OVERLOADED, full.code());
        assertEquals(100, memory.used(), "what was refused is not taken");
        memory.release(60);
        memory.take(60);
        assertEquals(100, memory.used());
    }
}

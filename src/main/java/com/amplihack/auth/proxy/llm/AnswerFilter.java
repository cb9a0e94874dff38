package com.amplihack.auth.proxy.llm;

import java.nio.ByteBuffer;
import java.util.List;

/** Sees an answer's body on its way to the client, piece by piece, and may change it. */
public interface AnswerFilter {
    /** Lets every byte pass unseen. */
    AnswerFilter NONE = new AnswerFilter() {
        @Override
        public List<ByteBuffer> pass(List<ByteBuffer> piece) {
            return piece;
        }

        @Override
        public List<ByteBuffer> end() {
            return List.of();
        }

        @Override
        public boolean changesBytes() {
            return false;
        }
    };

    /**
     * Takes a piece, without consuming what it returns.
     *
     * @return what the client gets now
     * @throws com.amplihack.auth.problem.AuthException if the answer cannot be passed on
     */
    List<ByteBuffer> pass(List<ByteBuffer> piece);

    /**
     * Ends a whole answer.
     *
     * @return the rest of what the client gets
     * @throws com.amplihack.auth.problem.AuthException if the answer cannot be passed on
     */
    List<ByteBuffer> end();

    /** Whether the client may get other bytes than were received, so that their length and hash do not hold. */
    boolean changesBytes();
}

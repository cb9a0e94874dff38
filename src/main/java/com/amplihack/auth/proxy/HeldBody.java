package com.amplihack.auth.proxy;

import com.amplihack.auth.problem.AuthException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Flow;

/** Receives a whole body before anything is done with it; holds its memory until the exchange is over. */
final class HeldBody implements Flow.Subscriber<ByteBuffer> {
    private static final int LEAST = 1_024;

    /** What gets a body, in the first bytes of an array. */
    interface Whole {
        void accept(byte[] bytes, int length);
    }

    private final Exchange exchange;
    private final BodyMemory memory;
    private final Whole whole;
    private byte[] bytes = new byte[0];
    private int length;

    /** @param whole gets the body, once; what it throws refuses the request */
    HeldBody(Exchange exchange, BodyMemory memory, Whole whole) {
        this.exchange = exchange;
        this.memory = memory;
        this.whole = whole;
        exchange.whenOver(() -> memory.release(bytes.length));
    }

    @Override
    public void onSubscribe(Flow.Subscription body) {
        body.request(Long.MAX_VALUE); // bounded by the largest body that is read at all
    }

    /** Copies a piece, whose own array may be far longer: a body may come byte by byte. */
    @Override
    public void onNext(ByteBuffer piece) {
        int size = piece.remaining();
        try {
            reserve(length + size);
        } catch (AuthException full) {
            exchange.refuse(full);
            return;
        }
        piece.get(bytes, length, size);
        length += size;
    }

    private void reserve(int needed) {
        if (needed > bytes.length) {
            int capacity = Math.max(Math.max(LEAST, needed), 2 * bytes.length);
            memory.take(capacity - bytes.length);
            bytes = Arrays.copyOf(bytes, capacity);
        }
    }

    @Override
    public void onError(Throwable broken) {
        exchange.clientGone();
    }

    @Override
    public void onComplete() {
        try {
            whole.accept(bytes, length);
        } catch (AuthException refused) {
            exchange.refuse(refused);
        }
    }
}

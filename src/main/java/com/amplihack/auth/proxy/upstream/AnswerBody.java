package com.amplihack.auth.proxy.upstream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Flow;
import org.apache.hc.core5.http.HttpStreamResetException;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer on its way: published to one subscriber, with back-pressure. What was received before a connection broke
 * is published before that is told.
 */
final class AnswerBody implements Flow.Publisher<ByteBuffer>, Flow.Subscription {
    private final Queue<ByteBuffer> received = new ArrayDeque<>(); // at most the client's window
    private Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;
    private @Nullable CapacityChannel capacity;
    private @Nullable Exception failure;
    private int owed; // bytes that the subscriber took before the client asked how many it may receive
    private long demand;
    private boolean publishing;
    private boolean ended;
    private boolean over;
    private volatile boolean cancelled;

    /** By this channel the client learns how many bytes it may receive. */
    void updateCapacity(CapacityChannel channel) throws IOException {
        int taken;
        synchronized (this) {
            capacity = channel;
            taken = owed;
            owed = 0;
        }
        if (taken > 0) {
            channel.update(taken);
        }
    }

    /** The client receives nothing any more. */
    synchronized void release() {
        capacity = null;
    }

    /**
     * Takes what has been received.
     *
     * @throws HttpStreamResetException if nobody wants it any more, which closes the connection
     */
    void receive(ByteBuffer bytes) throws HttpStreamResetException {
        if (cancelled) {
            throw new HttpStreamResetException("The answer is not wanted any more.");
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        synchronized (this) {
            received.add(ByteBuffer.wrap(copy));
        }
        publish();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> only) {
        only.onSubscribe(this);
        synchronized (this) {
            subscriber = only;
        }
        publish();
    }

    @Override
    public void request(long n) {
        synchronized (this) {
            demand = Math.max(demand, demand + n); // on overflow the demand is practically unbounded already
        }
        publish();
    }

    /** The connection is closed when the next byte comes. */
    @Override
    public void cancel() {
        cancelled = true;
        synchronized (this) {
            over = true;
            received.clear();
        }
    }

    /**
     * Nothing comes any more.
     *
     * @param cause null if the body is whole
     */
    void end(@Nullable Exception cause) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            failure = cause;
        }
        publish();
    }

    /** Tells the subscriber what it may know, on one thread at a time and outside the lock. */
    private void publish() {
        while (true) {
            Flow.Subscriber<? super ByteBuffer> to;
            ByteBuffer piece;
            synchronized (this) {
                boolean next = demand > 0 && !received.isEmpty();
                if (publishing || over || subscriber == null || !(next || (ended && received.isEmpty()))) {
                    return;
                }
                publishing = true;
                to = subscriber;
                piece = next ? received.remove() : null;
                demand -= next ? 1 : 0;
                over = !next;
            }
            if (piece == null) {
                finish(to);
                return;
            }
            int length = piece.remaining();
            to.onNext(piece);
            freed(length);
        }
    }

    private void finish(Flow.Subscriber<? super ByteBuffer> to) {
        if (failure == null) {
            to.onComplete();
        } else {
            to.onError(failure);
        }
    }

    /** The client may receive as much again. */
    private void freed(int length) {
        CapacityChannel channel;
        synchronized (this) {
            publishing = false;
            channel = capacity;
            owed += channel == null ? length : 0;
        }
        if (channel != null) {
            try {
                channel.update(length);
            } catch (IOException broken) {
                end(broken);
            }
        }
    }
}

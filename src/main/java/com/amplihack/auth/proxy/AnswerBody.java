package com.amplihack.auth.proxy;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;

/**
 * Hands the upstream's body on piece by piece as it comes, and asks for the next piece when the client has taken this
 * one: a slow client slows the upstream down, and no thread waits for either.
 */
final class AnswerBody implements Flow.Subscriber<List<ByteBuffer>> {
    private enum Upstream {
        GOES_ON,
        COMPLETE,
        BROKEN
    }

    private final ServletOutputStream out;
    private final Exchange exchange;
    private final Drain drain = new Drain(this::write);
    private final Queue<List<ByteBuffer>> arrived = new ConcurrentLinkedQueue<>();
    private final Queue<ByteBuffer> writing = new ArrayDeque<>();
    private volatile Flow.Subscription subscription;
    private volatile Upstream upstream = Upstream.GOES_ON;
    private boolean unflushed;
    private boolean waiting;
    private boolean over;

    /** Of a response whose status and headers are set; {@code headersFirst} sends them before the body's first piece. */
    AnswerBody(ServletOutputStream out, Exchange exchange, boolean headersFirst) {
        this.out = out;
        this.exchange = exchange;
        unflushed = headersFirst;
    }

    @Override
    public void onSubscribe(Flow.Subscription fromUpstream) {
        subscription = fromUpstream;
        exchange.whenOver(fromUpstream::cancel);
        out.setWriteListener(new WriteListener() {
            @Override
            public void onWritePossible() {
                drain.run();
            }

            @Override
            public void onError(Throwable gone) {
                exchange.clientGone();
            }
        });
    }

    @Override
    public void onNext(List<ByteBuffer> piece) {
        exchange.progress();
        arrived.add(piece);
        drain.run();
    }

    @Override
    public void onError(Throwable failure) {
        upstream = Upstream.BROKEN;
        drain.run();
    }

    @Override
    public void onComplete() {
        upstream = Upstream.COMPLETE;
        drain.run();
    }

    private void write() {
        try {
            while (!over && out.isReady() && writeNext()) {
                exchange.progress();
            }
        } catch (IOException gone) {
            over = true;
            exchange.clientGone();
        }
    }

    /** Does one thing that the client can take now; false when there is nothing to do until the upstream says more. */
    private boolean writeNext() throws IOException {
        Upstream seen = upstream; // before the queue: what it says came after every piece
        List<ByteBuffer> piece;
        if (writing.isEmpty() && (piece = arrived.poll()) != null) {
            waiting = false;
            writing.addAll(piece);
        }
        ByteBuffer bytes = writing.poll();
        if (bytes != null) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            out.write(copy);
            unflushed = true;
            return true;
        }
        if (unflushed) {
            unflushed = false;
            out.flush();
            return true;
        }
        switch (seen) {
            case COMPLETE -> {
                over = true;
                exchange.answered();
            }
            case BROKEN -> {
                over = true;
                exchange.upstreamBroke();
            }
            case GOES_ON -> {
                if (!waiting) {
                    waiting = true;
                    subscription.request(1);
                }
            }
        }
        return false;
    }
}

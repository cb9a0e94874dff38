package com.amplihack.auth.proxy;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.proxy.llm.AnswerFilter;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Streams the upstream's body to the client with back-pressure, without blocking a thread. */
final class ResponseBody implements Flow.Subscriber<ByteBuffer> {
    private enum Upstream {
        OPEN,
        COMPLETE,
        BROKEN
    }

    private final ServletOutputStream out;
    private final Exchange exchange;
    private final Runnable head;
    private final AnswerFilter filter;
    private final Queue<ByteBuffer> received = new ArrayDeque<>();
    private Flow.@Nullable Subscription subscription;
    private Upstream upstream = Upstream.OPEN;
    private boolean headWritten;
    private boolean unflushed;
    private boolean requested;

    /**
     * Creates a body that is written to the output stream.
     *
     * @param head sets status and headers; runs once, before the first byte or at the end of an empty body
     * @param headFirst whether to send status and headers at once instead
     * @param filter sees the body first
     */
    ResponseBody(ServletOutputStream out, Exchange exchange, Runnable head, boolean headFirst, AnswerFilter filter) {
        this.out = out;
        this.filter = filter;
        this.exchange = exchange;
        this.head = head;
        if (headFirst) {
            writeHead();
        }
    }

    private void writeHead() {
        if (!headWritten) {
            headWritten = true;
            unflushed = true;
            head.run();
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription fromUpstream) {
        exchange.whenOver(fromUpstream::cancel);
        exchange.perform(() -> {
            subscription = fromUpstream;
            out.setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() {
                    exchange.perform(ResponseBody.this::write);
                }

                @Override
                public void onError(Throwable gone) {
                    exchange.clientGone();
                }
            });
        });
    }

    @Override
    public void onNext(ByteBuffer piece) {
        exchange.perform(() -> {
            exchange.progress();
            requested = false;
            receive(() -> filter.pass(List.of(piece)));
        });
    }

    @Override
    public void onError(Throwable failure) {
        exchange.perform(() -> {
            upstream = Upstream.BROKEN;
            write();
        });
    }

    @Override
    public void onComplete() {
        exchange.perform(() -> {
            upstream = Upstream.COMPLETE;
            receive(filter::end);
        });
    }

    private void receive(Supplier<List<ByteBuffer>> filtered) {
        try {
            received.addAll(filtered.get());
        } catch (AuthException unacceptable) {
            exchange.refuse(unacceptable);
            return;
        }
        write();
    }

    private void write() {
        try {
            while (out.isReady() && writeNext()) {
                exchange.progress();
            }
        } catch (IOException gone) {
            exchange.clientGone();
        }
    }

    /** Does one write or flush; returns false if there is nothing to do until the upstream sends more. */
    private boolean writeNext() throws IOException {
        ByteBuffer bytes = received.poll();
        if (bytes != null) {
            writeHead();
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            out.write(copy);
            unflushed = true;
            return true;
        }
        if (upstream == Upstream.COMPLETE) {
            writeHead();
        }
        if (unflushed) {
            unflushed = false;
            out.flush();
            return true;
        }
        switch (upstream) {
            case COMPLETE -> exchange.answered();
            case BROKEN -> exchange.upstreamBroke();
            case OPEN -> {
                if (!requested && subscription != null) {
                    requested = true;
                    subscription.request(1);
                }
            }
        }
        return false;
    }
}

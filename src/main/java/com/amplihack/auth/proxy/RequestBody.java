package com.amplihack.auth.proxy;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Publishes a request's body to one subscriber with back-pressure, without blocking a thread or buffering the body. */
final class RequestBody implements Flow.Publisher<ByteBuffer>, Flow.Subscription, ReadListener {
    private static final int CHUNK = 16_384;

    private final ServletInputStream in;
    /** Of an HTTP/1 body in bytes; negative if it has none, and over HTTP/2, where the end may follow separately. */
    private final long declared;

    private final long most;
    private final Exchange exchange;
    private final Runnable whenComplete;
    private Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;
    private long demand;
    private long length;
    /** Whether Payara has buffered the whole body, which it signals as "all data read": reads no longer block. */
    private boolean buffered;

    private boolean over;

    private RequestBody(HttpServletRequest request, long most, Exchange exchange, Runnable whenComplete)
            throws IOException {
        in = request.getInputStream();
        declared = request.getProtocol().startsWith("HTTP/1") ? request.getContentLengthLong() : -1;
        this.most = most;
        this.exchange = exchange;
        this.whenComplete = whenComplete;
    }

    /**
     * Registers a read listener on a request that is already asynchronous.
     *
     * @param most the maximum size in bytes
     * @param whenComplete runs after the whole body was read
     */
    static RequestBody of(HttpServletRequest request, long most, Exchange exchange, Runnable whenComplete)
            throws IOException {
        RequestBody body = new RequestBody(request, most, exchange, whenComplete);
        body.in.setReadListener(body);
        return body;
    }

    /** Whether the request has a body (RFC 9112 section 6.3). */
    static boolean isSent(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    }

    /** The error for a body that exceeds the maximum. */
    static AuthException tooLarge(long most) {
        return new AuthException(ErrorCode.TOO_LARGE, "A body has at most " + most / 1_048_576 + " MiB here.");
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> onlySubscriber) {
        exchange.perform(() -> {
            subscriber = onlySubscriber;
            onlySubscriber.onSubscribe(this);
        });
    }

    @Override
    public void request(long n) {
        exchange.perform(() -> {
            demand = Math.max(demand, demand + n); // on overflow the demand is practically unbounded already
            read();
        });
    }

    @Override
    public void cancel() {
        exchange.perform(() -> over = true);
    }

    @Override
    public void onDataAvailable() {
        exchange.perform(this::read);
    }

    @Override
    public void onAllDataRead() {
        exchange.perform(() -> {
            buffered = true;
            read();
        });
    }

    @Override
    public void onError(Throwable broken) {
        exchange.clientGone();
    }

    private void read() {
        try {
            while (!over && demand > 0 && (buffered || isReady())) {
                byte[] chunk = new byte[CHUNK];
                int count = in.read(chunk);
                if (count < 0) {
                    complete();
                } else if (count > 0) {
                    pass(chunk, count);
                }
            }
            exchange.waitsForClient(!over && demand > 0);
        } catch (ProtocolException malformed) {
            over = true;
            exchange.refuse(new AuthException(ErrorCode.INVALID_REQUEST, String.valueOf(malformed.getMessage())));
        } catch (IOException broken) {
            over = true;
            exchange.clientGone();
        }
    }

    /**
     * Whether a read does not block. Behind the last declared byte the stream itself is not asked: until Grizzly has
     * noted the end, which it signals unasked, it would start to read on, and two threads would then read the next
     * request of the connection, each a part.
     */
    private boolean isReady() {
        return length == declared ? in.isFinished() : in.isReady();
    }

    private void pass(byte[] chunk, int count) {
        length += count;
        if (length > most) {
            over = true;
            exchange.refuse(tooLarge(most));
            return;
        }
        demand--;
        exchange.progress();
        Objects.requireNonNull(subscriber).onNext(ByteBuffer.wrap(chunk, 0, count));
    }

    private void complete() {
        over = true;
        exchange.waitsForClient(false);
        exchange.progress(); // the upstream's silence begins now
        Objects.requireNonNull(subscriber).onComplete();
        whenComplete.run();
    }
}

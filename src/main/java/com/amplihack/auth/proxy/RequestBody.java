package com.amplihack.auth.proxy;

import com.amplihack.auth.problem.AuthException;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hands a request's body on as the upstream takes it, without a thread that waits and without keeping it whole: so much
 * is read as is asked for. One subscriber.
 */
final class RequestBody implements Flow.Publisher<ByteBuffer>, Flow.Subscription, ReadListener {
    private static final int CHUNK = 16_384;

    private final ServletInputStream in;
    private final long most;
    private final Exchange exchange;
    private final AtomicLong demand = new AtomicLong();
    private final Drain drain = new Drain(this::read);
    private volatile Flow.Subscriber<? super ByteBuffer> subscriber;
    private volatile boolean over;
    /** Payara says "all data read" when all has arrived: the rest of it lies in its buffer, and no read waits. */
    private volatile boolean arrived;

    private long length;

    private RequestBody(ServletInputStream in, long most, Exchange exchange) {
        this.in = in;
        this.most = most;
        this.exchange = exchange;
    }

    /**
     * Begins to listen; the request must be asynchronous by then.
     *
     * @param most bytes that are accepted
     */
    static RequestBody of(HttpServletRequest request, long most, Exchange exchange) throws IOException {
        RequestBody body = new RequestBody(request.getInputStream(), most, exchange);
        body.in.setReadListener(body);
        return body;
    }

    /** Whether a body comes at all (RFC 9112 section 6.3). */
    static boolean isSent(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> wanting) {
        subscriber = wanting;
        wanting.onSubscribe(this);
    }

    @Override
    public void request(long n) {
        demand.getAndUpdate(before -> Math.max(before, before + n)); // an overflow stays where it was: endless
        drain.run();
    }

    @Override
    public void cancel() {
        over = true;
    }

    @Override
    public void onDataAvailable() {
        drain.run();
    }

    @Override
    public void onAllDataRead() {
        arrived = true;
        drain.run();
    }

    @Override
    public void onError(Throwable broken) {
        over = true;
        exchange.clientGone();
    }

    private void read() {
        try {
            while (!over && demand.get() > 0 && (arrived || in.isReady())) {
                byte[] chunk = new byte[CHUNK];
                int count = in.read(chunk);
                if (count < 0) {
                    over = true;
                    subscriber.onComplete();
                } else if (count > 0) {
                    pass(chunk, count);
                }
            }
        } catch (IOException broken) {
            onError(broken);
        }
    }

    private void pass(byte[] chunk, int count) {
        length += count;
        if (length > most) {
            over = true;
            AuthException tooLarge = TooLarge.of(most);
            exchange.refuse(tooLarge);
            subscriber.onError(tooLarge);
            return;
        }
        demand.decrementAndGet();
        exchange.progress();
        subscriber.onNext(ByteBuffer.wrap(chunk, 0, count));
    }
}

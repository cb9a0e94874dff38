package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.proxy.upstream.Upstream.Response;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStreamResetException;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is awaited: tells of its head or of a failure, once, and publishes its body to one subscriber, with
 * back-pressure. What was received before a connection broke is published before that is told.
 */
final class PendingAnswer
        implements AsyncResponseConsumer<Void>, FutureCallback<Void>, Flow.Publisher<ByteBuffer>, Flow.Subscription {
    private final CompletableFuture<Response> head = new CompletableFuture<>();
    private final Queue<ByteBuffer> received = new ArrayDeque<>(); // at most the client's window
    private Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;
    private @Nullable CapacityChannel capacity;
    private @Nullable Exception failure;
    private int owed; // bytes that the subscriber took before the client asked how many it may receive
    private long demand;
    private boolean publishing;
    private boolean ended;
    private boolean over;
    private volatile boolean whole;
    private volatile boolean cancelled;
    private volatile Runnable closer = () -> {};
    private @Nullable FutureCallback<Void> whenWhole;

    @SuppressWarnings("FutureReturnValueIgnored") // the callback gets the outcome
    PendingAnswer(BiConsumer<Response, Throwable> then) {
        head.whenComplete(then);
    }

    /** Gets how the exchange's connection is closed, before anything is sent. */
    void closedBy(Runnable close) {
        closer = close;
    }

    /**
     * Cancels the exchange, unless the answer is whole: the connection serves others then. The client's own cancelling may miss a
     * connection that has just been opened.
     */
    Runnable cancelling(Future<?> exchange) {
        return () -> {
            if (!whole) {
                cancelled = true;
                exchange.cancel(true);
                closer.run();
            }
        };
    }

    /** Whether nothing has come and somebody waits for it, so that the request may be sent again. */
    boolean isAwaited() {
        return !cancelled && !head.isDone();
    }

    @Override
    public void consumeResponse(
            HttpResponse answer, @Nullable EntityDetails body, HttpContext context, FutureCallback<Void> callback) {
        whenWhole = callback;
        head.complete(new Response(answer.getCode(), fields(answer), this));
        if (body == null) {
            streamEnd(List.of());
        }
    }

    private static Map<String, List<String>> fields(HttpResponse answer) {
        Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Header field : answer.getHeaders()) {
            fields.computeIfAbsent(field.getName(), name -> new ArrayList<>(1))
                    .add(field.getValue() == null ? "" : field.getValue());
        }
        return fields;
    }

    @Override
    public void informationResponse(HttpResponse answer, HttpContext context) {
        // whoever asked gets the final one
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
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

    @Override
    public void consume(ByteBuffer bytes) throws IOException {
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
    public void streamEnd(@Nullable List<? extends Header> trailers) {
        whole = true;
        end(null);
        if (whenWhole != null) {
            whenWhole.completed(null);
        }
    }

    @Override
    public void failed(Exception cause) {
        head.completeExceptionally(isAbsent(cause) ? new ConnectException().initCause(cause) : cause);
        end(cause);
    }

    private static boolean isAbsent(Exception cause) {
        return cause instanceof ConnectException
                || cause instanceof ConnectTimeoutException
                || cause instanceof NoRouteToHostException
                || cause instanceof UnknownHostException;
    }

    @Override
    public void completed(Void nothing) {
        // the subscriber knows
    }

    @Override
    public void cancelled() {
        failed(new CancellationException());
    }

    @Override
    public void releaseResources() {
        synchronized (this) {
            capacity = null;
        }
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

    /** The connection is closed when the next byte comes, or earlier by {@link #cancelling}. */
    @Override
    public void cancel() {
        cancelled = true;
        synchronized (this) {
            over = true;
            received.clear();
        }
    }

    private void end(@Nullable Exception cause) {
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

package com.amplihack.auth.proxy.upstream;

import com.amplihack.auth.proxy.upstream.Upstream.Response;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** An answer that is awaited: tells of its head or of a failure, once, and hands its body on. */
final class PendingAnswer implements AsyncResponseConsumer<Void>, FutureCallback<Void> {
    private final CompletableFuture<Response> head = new CompletableFuture<>();
    private final AnswerBody body = new AnswerBody();
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
                body.cancel();
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
            HttpResponse answer, @Nullable EntityDetails details, HttpContext context, FutureCallback<Void> callback) {
        whenWhole = callback;
        head.complete(new Response(answer.getCode(), fields(answer), body));
        if (details == null) {
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
        body.updateCapacity(channel);
    }

    @Override
    public void consume(ByteBuffer bytes) throws IOException {
        body.receive(bytes);
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) {
        whole = true;
        body.end(null);
        if (whenWhole != null) {
            whenWhole.completed(null);
        }
    }

    @Override
    public void failed(Exception cause) {
        head.completeExceptionally(isAbsent(cause) ? new ConnectException().initCause(cause) : cause);
        body.end(cause);
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
        body.release();
    }
}

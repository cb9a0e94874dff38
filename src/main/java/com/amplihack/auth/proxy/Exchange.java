package com.amplihack.auth.proxy;

import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/** One request and its answer on their way through; ends once, and with it all that belongs to it. */
final class Exchange {
    private static final Logger LOG = Logger.getLogger(Exchange.class.getName());

    private final AsyncContext async;
    private final HttpServletResponse response;
    private final Duration timeout;
    private final Meters meters;
    private final String correlationId;
    private final AtomicBoolean over = new AtomicBoolean();
    private final Queue<Runnable> ends = new ConcurrentLinkedQueue<>();
    private volatile long progress = System.nanoTime();

    Exchange(
            HttpServletRequest request,
            HttpServletResponse response,
            Duration timeout,
            Meters meters,
            String correlationId) {
        this.async = request.startAsync(request, response);
        this.response = response;
        this.timeout = timeout;
        this.meters = meters;
        this.correlationId = correlationId;
        async.setTimeout(0); // an answer may last for hours: silence is what ends it
    }

    /** Hands the answer on when its head is there. */
    void follow(CompletableFuture<Upstream.Answer> answer) {
        long sent = System.nanoTime();
        Future<?> passing = answer.whenComplete((head, failure) -> {
            if (failure != null) {
                failed(failure);
                return;
            }
            meters.upstreamAnswered(Duration.ofNanos(System.nanoTime() - sent));
            pass(head);
        });
        whenOver(() -> {
            answer.cancel(true);
            passing.cancel(true);
        });
    }

    /** Ends the exchange when nothing has moved for as long as the time-out says. */
    void watch(ScheduledExecutorService timer) {
        watch(timer, timeout.toNanos());
    }

    private void watch(ScheduledExecutorService timer, long nanos) {
        var watching = timer.schedule(
                () -> {
                    long left = timeout.toNanos() - (System.nanoTime() - progress);
                    if (left > 0) {
                        watch(timer, left);
                    } else if (response.isCommitted()) {
                        upstreamBroke();
                    } else {
                        refuse(new AuthException(ErrorCode.UPSTREAM_TIMEOUT, "The upstream did not answer in time."));
                    }
                },
                nanos,
                TimeUnit.NANOSECONDS);
        whenOver(() -> watching.cancel(false));
    }

    /** Something has moved. */
    void progress() {
        progress = System.nanoTime();
    }

    /** Runs that at the end, or now when it is over already. */
    void whenOver(Runnable end) {
        ends.add(end);
        if (over.get()) {
            runEnds();
        }
    }

    /** The whole answer has gone to the client. */
    void answered() {
        end("answered", async::complete);
    }

    void clientGone() {
        end("client_gone", async::complete);
    }

    /** The answer had begun and stops here: the client must not take it for whole. */
    void upstreamBroke() {
        LOG.log(Level.WARNING, "The upstream broke off its answer to request {0}", correlationId);
        end("upstream_broke", () -> BrokenStream.abort(async));
    }

    /** Answers with the refusal; too late for that, the answer is broken off. */
    void refuse(AuthException refusal) {
        end(refusal.code().code(), () -> {
            if (response.isCommitted()) {
                BrokenStream.abort(async);
                return;
            }
            try {
                Problem.of(refusal).writeTo(response);
            } catch (IOException gone) {
                LOG.log(Level.FINE, "Nobody waits for the refusal", gone);
            }
            async.complete();
        });
    }

    private void end(String outcome, Runnable last) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        meters.proxied(outcome);
        runEnds();
        last.run();
    }

    private void runEnds() {
        for (Runnable end = ends.poll(); end != null; end = ends.poll()) {
            end.run();
        }
    }

    private void pass(Upstream.Answer answer) {
        if (over.get()) {
            discard(answer.body());
            return;
        }
        if (answer.status() == 401 || answer.status() == 403) {
            discard(answer.body());
            LOG.log(
                    Level.WARNING,
                    "The upstream refused us with {0}: see auth.proxy.upstream.authorization",
                    answer.status());
            refuse(new AuthException(
                    ErrorCode.UPSTREAM_REFUSED_US, "The upstream did not accept this service; it is not your token."));
            return;
        }
        progress();
        try {
            response.setStatus(answer.status());
            EndToEnd.copy(answer.headers(), response);
            boolean events = String.valueOf(response.getContentType()).startsWith("text/event-stream");
            answer.body().subscribe(new AnswerBody(response.getOutputStream(), this, events));
        } catch (IOException | RuntimeException failed) {
            LOG.log(Level.WARNING, "The answer to request " + correlationId + " cannot be handed on", failed);
            refuse(new AuthException(ErrorCode.UPSTREAM_UNREACHABLE, "The upstream's answer cannot be handed on."));
        }
    }

    private static void discard(Flow.Publisher<List<ByteBuffer>> body) {
        body.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.cancel();
            }

            @Override
            public void onNext(List<ByteBuffer> piece) {
                // nobody wants it
            }

            @Override
            public void onError(Throwable failure) {
                // nobody wants it
            }

            @Override
            public void onComplete() {
                // nobody wants it
            }
        });
    }

    private void failed(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (over.get()) {
            return; // it failed because it was cancelled
        }
        LOG.log(Level.WARNING, "The upstream failed request {0}: {1}", new Object[] {correlationId, cause});
        boolean late = cause instanceof HttpTimeoutException && !(cause instanceof HttpConnectTimeoutException);
        if (late) {
            refuse(new AuthException(ErrorCode.UPSTREAM_TIMEOUT, "The upstream did not answer in time."));
        } else {
            boolean absent = cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
            refuse(new AuthException(
                    ErrorCode.UPSTREAM_UNREACHABLE,
                    absent ? "The upstream cannot be reached." : "The upstream did not answer."));
        }
    }
}

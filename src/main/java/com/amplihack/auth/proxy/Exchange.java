package com.amplihack.auth.proxy;

import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.metrics.Tracing;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.problem.RateLimitedLogger;
import com.amplihack.auth.proxy.connection.ResponseAborter;
import com.amplihack.auth.proxy.llm.AnswerFilter;
import com.amplihack.auth.proxy.upstream.ResponseHead;
import com.amplihack.auth.proxy.upstream.Upstream;
import com.amplihack.auth.proxy.upstream.UrlRewriter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One proxied request and its answer, touched only by tasks that run one at a time and never after the end, when the
 * container may have recycled both.
 */
final class Exchange {
    private static final RateLimitedLogger LOG = new RateLimitedLogger(Logger.getLogger(Exchange.class.getName()), 20);

    private final AsyncContext async;
    private final HttpServletResponse response;
    private final Duration timeout;
    private final ScheduledExecutorService timer;
    private final Meters meters;
    private final String correlationId;
    private final SerialExecutor serial = new SerialExecutor();
    private final List<Runnable> onEnd = new ArrayList<>();
    private long progress = System.nanoTime();
    private boolean waitingForClient;
    /** Whether status and headers are set from the upstream; before, the response can still become a refusal. */
    private boolean begun;

    private Future<?> timeoutCheck = CompletableFuture.completedFuture(null);
    private boolean over;
    private boolean reached = true;

    /** @param timeout the idle timeout */
    Exchange(
            HttpServletRequest request,
            HttpServletResponse response,
            Duration timeout,
            ScheduledExecutorService timer,
            Meters meters,
            String correlationId) {
        this.async = request.startAsync(request, response);
        this.response = response;
        this.timeout = timeout;
        this.timer = timer;
        this.meters = meters;
        this.correlationId = correlationId;
        async.setTimeout(0); // an answer may last for hours: only the idle timeout ends it
        perform(() -> scheduleTimeout(timeout.toNanos()));
    }

    /**
     * Sends the request, and forwards the answer once its head has arrived.
     *
     * @param addresses rewrites the addresses in the answer's headers
     * @param filters makes of an answer the filter of its body, or refuses it with an {@link AuthException}
     */
    void send(
            Upstream upstream,
            Upstream.Request outgoing,
            UrlRewriter addresses,
            Function<Upstream.Response, AnswerFilter> filters) {
        long sent = System.nanoTime();
        Tracing.Leg leg = meters.tracing().upstream();
        whenOver(leg::failed);
        Upstream.Request traced = leg.traceparent().map(outgoing::tracedAs).orElse(outgoing);
        try {
            whenOver(upstream.send(traced, (answer, failure) -> {
                if (failure != null) {
                    leg.failed();
                    perform(() -> failed(failure));
                } else {
                    leg.answered(answer.status());
                    meters.upstreamAnswered(Duration.ofNanos(System.nanoTime() - sent));
                    perform(() -> pass(answer, addresses, filters), () -> answer.body()
                            .subscribe(new DiscardingSubscriber()));
                }
            }));
        } catch (IllegalArgumentException unsendable) {
            reached = false;
            refuse(new AuthException(ErrorCode.INVALID_REQUEST, "A header or the path cannot be forwarded."));
        }
    }

    /** Runs a task when no other task of this exchange runs, unless the exchange has ended by then. */
    void perform(Runnable task) {
        perform(task, () -> {});
    }

    /** Runs the action at the end, or at once if the exchange has ended. */
    void whenOver(Runnable action) {
        perform(() -> onEnd.add(action), action);
    }

    private void perform(Runnable task, Runnable tooLate) {
        serial.execute(() -> {
            try {
                (over ? tooLate : task).run();
            } catch (RuntimeException | Error failed) {
                LOG.log(Level.SEVERE, "proxy", "The proxy failed request " + correlationId, failed);
                breakOff();
            }
        });
    }

    private void scheduleTimeout(long nanos) {
        timeoutCheck = timer.schedule(() -> perform(this::requireProgress), nanos, TimeUnit.NANOSECONDS);
    }

    private void requireProgress() {
        long left = timeout.toNanos() - (System.nanoTime() - progress);
        if (left > 0) {
            scheduleTimeout(left);
        } else if (begun) {
            breakOff();
        } else if (waitingForClient) {
            refuse(new AuthException(ErrorCode.INVALID_REQUEST, "The rest of the body did not arrive in time."));
        } else {
            refuse(new AuthException(ErrorCode.UPSTREAM_TIMEOUT, "The upstream did not answer in time."));
        }
    }

    /** Whether the upstream may have received something of the request; to be called at the end. */
    boolean reachedUpstream() {
        return reached;
    }

    /** Whether the exchange waits for bytes of the client; to be called by a task. */
    void waitsForClient(boolean waits) {
        waitingForClient = waits;
    }

    /** Resets the idle timeout; to be called by a task. */
    void progress() {
        progress = System.nanoTime();
    }

    /** The answer was sent completely. */
    void answered() {
        end("answered", async::complete);
    }

    void clientGone() {
        end("client_gone", () -> {
            if (begun) {
                ResponseAborter.abort(async); // if the client still reads, it must not see a complete answer
                return;
            }
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST); // and this must not be a success
            async.complete();
        });
    }

    /** The server can wait no longer. */
    void serverStops() {
        refuse(new AuthException(ErrorCode.OVERLOADED, "This node is stopping."));
    }

    /** The upstream has ended its answer prematurely. */
    void upstreamBroke() {
        if (begun) {
            breakOff();
        } else {
            refuse(new AuthException(ErrorCode.UPSTREAM_UNREACHABLE, "The upstream aborted its response."));
        }
    }

    /** Aborts the answer, so that the client does not take it for complete. */
    private void breakOff() {
        end("upstream_broke", () -> {
            LOG.log(Level.WARNING, "broken", "The answer to request " + correlationId + " was aborted");
            ResponseAborter.abort(async);
        });
    }

    /** Answers with the refusal, or aborts an answer that has begun. */
    void refuse(AuthException refusal) {
        end(refusal.code().code(), () -> {
            if (begun) {
                ResponseAborter.abort(async);
                return;
            }
            try {
                Problem.of(refusal).writeTo(response);
            } catch (IOException gone) {
                LOG.log(Level.FINE, "gone", "The client disconnected before it was refused", gone);
            } finally {
                async.complete();
            }
        });
    }

    private void end(String outcome, Runnable last) {
        perform(() -> {
            over = true;
            timeoutCheck.cancel(false);
            try {
                onEnd.forEach(this::runSafely);
                meters.proxied(outcome);
            } finally {
                last.run();
            }
        });
    }

    /** A failing action must not keep the others from running. */
    private void runSafely(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException failed) {
            LOG.log(Level.SEVERE, "tidy", "The proxy failed to clean up after request " + correlationId, failed);
        }
    }

    private void pass(
            Upstream.Response answer, UrlRewriter addresses, Function<Upstream.Response, AnswerFilter> filters) {
        AnswerFilter filter;
        try {
            filter = filters.apply(answer);
        } catch (AuthException unacceptable) {
            answer.body().subscribe(new DiscardingSubscriber());
            refuse(unacceptable);
            return;
        }
        if (answer.status() == 401 || answer.status() == 403) {
            answer.body().subscribe(new DiscardingSubscriber());
            LOG.log(
                    Level.WARNING,
                    "refused",
                    "The upstream refused us with " + answer.status() + ": see auth.proxy.upstream.authorization");
            refuse(new AuthException(
                    ErrorCode.UPSTREAM_REFUSED_US,
                    "The upstream refused this service's credentials; your token is not at fault."));
            return;
        }
        progress();
        try {
            ResponseHead head = new ResponseHead(answer, addresses, filter.changesBytes());
            answer.body()
                    .subscribe(new ResponseBody(
                            response.getOutputStream(), this, () -> begin(head), head.isEventStream(), filter));
        } catch (IOException | RuntimeException failed) {
            answer.body().subscribe(new DiscardingSubscriber());
            LOG.log(Level.WARNING, "answer", "The answer to request " + correlationId + " cannot be forwarded", failed);
            refuse(new AuthException(ErrorCode.UPSTREAM_UNREACHABLE, "The upstream's response cannot be forwarded."));
        }
    }

    private void begin(ResponseHead head) {
        begun = true;
        head.writeTo(response);
    }

    private void failed(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        LOG.log(Level.WARNING, "upstream", "The upstream failed request " + correlationId + ": " + cause);
        boolean absent = cause instanceof ConnectException;
        reached = !absent;
        refuse(new AuthException(
                ErrorCode.UPSTREAM_UNREACHABLE,
                absent ? "The upstream cannot be reached." : "The upstream did not answer."));
    }
}

package com.amplihack.auth.proxy;

import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.problem.Problem;
import com.amplihack.auth.problem.RepeatedLog;
import com.amplihack.auth.proxy.upstream.AnswerHead;
import com.amplihack.auth.proxy.upstream.Upstream;
import com.amplihack.auth.proxy.upstream.UpstreamAddresses;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One request and its answer on their way through. Whatever touches either is a task here, one at a time, and none runs
 * after the end: by then the container may have given both to somebody else.
 */
final class Exchange {
    private static final RepeatedLog LOG = new RepeatedLog(Logger.getLogger(Exchange.class.getName()), 20);

    private final AsyncContext async;
    private final HttpServletResponse response;
    private final Duration timeout;
    private final ScheduledExecutorService timer;
    private final Meters meters;
    private final String correlationId;
    private final Serial serial = new Serial();
    private final List<Runnable> ends = new ArrayList<>();
    private long progress = System.nanoTime();
    private boolean clientIsSilent;
    /** Whether the response holds the upstream's head; before, it can still become a refusal. */
    private boolean begun;

    private Future<?> watching = CompletableFuture.completedFuture(null);
    private boolean over;

    /** @param timeout the longest silence, after which it ends */
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
        async.setTimeout(0); // an answer may last for hours: silence is what ends it
        perform(() -> watch(timeout.toNanos()));
    }

    /**
     * Sends the request, and hands the answer on when its head is there.
     *
     * @param addresses how the client may see those in the answer
     */
    void send(Upstream upstream, Upstream.Question question, UpstreamAddresses addresses) {
        long sent = System.nanoTime();
        try {
            Future<?> sending = upstream.send(question, (answer, failure) -> {
                if (failure != null) {
                    perform(() -> failed(failure));
                } else {
                    meters.upstreamAnswered(Duration.ofNanos(System.nanoTime() - sent));
                    perform(() -> pass(answer, addresses), () -> answer.body().subscribe(new Unwanted()));
                }
            });
            whenOver(() -> sending.cancel(true));
        } catch (IllegalArgumentException unsendable) {
            refuse(new AuthException(ErrorCode.INVALID_REQUEST, "A header or the path cannot be sent on."));
        }
    }

    /** Runs that when nothing else of this exchange runs, unless it is over by then. */
    void perform(Runnable task) {
        perform(task, () -> {});
    }

    /** Runs that at the end, or now when it is over already. */
    void whenOver(Runnable end) {
        perform(() -> ends.add(end), end);
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

    private void watch(long nanos) {
        watching = timer.schedule(() -> perform(this::requireProgress), nanos, TimeUnit.NANOSECONDS);
    }

    private void requireProgress() {
        long left = timeout.toNanos() - (System.nanoTime() - progress);
        if (left > 0) {
            watch(left);
        } else if (begun) {
            breakOff();
        } else if (clientIsSilent) {
            refuse(new AuthException(ErrorCode.INVALID_REQUEST, "The body stopped coming."));
        } else {
            refuse(new AuthException(ErrorCode.UPSTREAM_TIMEOUT, "The upstream did not answer in time."));
        }
    }

    /** Whether it is the client for whose bytes all wait; to be called by a task. */
    void waitsForClient(boolean waits) {
        clientIsSilent = waits;
    }

    /** Something has moved; to be called by a task. */
    void progress() {
        progress = System.nanoTime();
    }

    /** The whole answer has gone to the client. */
    void answered() {
        end("answered", async::complete);
    }

    void clientGone() {
        end("client_gone", () -> {
            if (begun) {
                BrokenStream.abort(async); // should it read on after all: this is not the whole answer
                return;
            }
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST); // nor is this a success
            async.complete();
        });
    }

    /** The upstream has ended its answer before it was whole. */
    void upstreamBroke() {
        if (begun) {
            breakOff();
        } else {
            refuse(new AuthException(ErrorCode.UPSTREAM_UNREACHABLE, "The upstream broke off its answer."));
        }
    }

    /** The answer stops here: the client must not take it for whole. */
    private void breakOff() {
        end("upstream_broke", () -> {
            LOG.log(Level.WARNING, "broken", "The answer to request " + correlationId + " was broken off");
            BrokenStream.abort(async);
        });
    }

    /** Answers with the refusal; too late for that, the answer is broken off. */
    void refuse(AuthException refusal) {
        end(refusal.code().code(), () -> {
            if (begun) {
                BrokenStream.abort(async);
                return;
            }
            try {
                Problem.of(refusal).writeTo(response);
            } catch (IOException gone) {
                LOG.log(Level.FINE, "gone", "Nobody waits for the refusal", gone);
            } finally {
                async.complete();
            }
        });
    }

    private void end(String outcome, Runnable last) {
        perform(() -> {
            over = true;
            watching.cancel(false);
            try {
                ends.forEach(this::runEnd);
                meters.proxied(outcome);
            } finally {
                last.run();
            }
        });
    }

    /** One that fails must not keep the others from running. */
    private void runEnd(Runnable end) {
        try {
            end.run();
        } catch (RuntimeException failed) {
            LOG.log(Level.SEVERE, "tidy", "The proxy did not tidy up after request " + correlationId, failed);
        }
    }

    private void pass(Upstream.Answer answer, UpstreamAddresses addresses) {
        if (answer.status() == 401 || answer.status() == 403) {
            answer.body().subscribe(new Unwanted());
            LOG.log(
                    Level.WARNING,
                    "refused",
                    "The upstream refused us with " + answer.status() + ": see auth.proxy.upstream.authorization");
            refuse(new AuthException(
                    ErrorCode.UPSTREAM_REFUSED_US, "The upstream did not accept this service; it is not your token."));
            return;
        }
        progress();
        try {
            AnswerHead head = new AnswerHead(answer, addresses);
            answer.body()
                    .subscribe(
                            new AnswerBody(response.getOutputStream(), this, () -> begin(head), head.isEventStream()));
        } catch (IOException | RuntimeException failed) {
            answer.body().subscribe(new Unwanted());
            LOG.log(Level.WARNING, "answer", "The answer to request " + correlationId + " cannot be handed on", failed);
            refuse(new AuthException(ErrorCode.UPSTREAM_UNREACHABLE, "The upstream's answer cannot be handed on."));
        }
    }

    private void begin(AnswerHead head) {
        begun = true;
        head.writeTo(response);
    }

    private void failed(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        LOG.log(Level.WARNING, "upstream", "The upstream failed request " + correlationId + ": " + cause);
        boolean absent = cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
        refuse(new AuthException(
                ErrorCode.UPSTREAM_UNREACHABLE,
                absent ? "The upstream cannot be reached." : "The upstream did not answer."));
    }
}

package com.amplihack.auth.neighbour;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Shows each request to {@code /auth/verify} before the application sees it: MicroProfile JWT knows who signed a token,
 * the gate knows that its session has ended, that it was used before, that somebody else has it. On one server the gate
 * answers by the threads that wait here for its answer, so only some of them may wait; whoever comes on top gets a 503.
 * Waiting asynchronously is no way out: after {@code AsyncContext.dispatch()} Payara 6 runs the application as whoever
 * its thread served before.
 */
@WebFilter("/*")
public class AdmissionFilter extends HttpFilter {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = Logger.getLogger(AdmissionFilter.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final List<String> CREDENTIALS = List.of("Authorization", "Cookie", "Session-Handle", "User-Agent");
    private static final List<String> REASONS = List.of(
            "Content-Type", "Cache-Control", "WWW-Authenticate", "Retry-After", "RateLimit", "RateLimit-Policy");

    private final transient HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    @Inject
    @ConfigProperty(name = "auth.verify.url", defaultValue = "http://localhost:8080/auth/verify")
    private transient URI verify;

    /** At most half of the server's HTTP threads. */
    @Inject
    @ConfigProperty(name = "auth.verify.waiting", defaultValue = "50")
    private transient int mayWait;

    private transient Semaphore waiting;

    @Override
    public void init() {
        waiting = new Semaphore(mayWait);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpResponse<byte[]> answer = ask(request);
        if (answer == null) {
            response.setHeader("Retry-After", "2");
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        } else if (answer.statusCode() == 200) {
            chain.doFilter(request, response);
        } else {
            refuse(response, answer);
        }
    }

    /** What the gate says; null when it cannot be asked now. */
    private HttpResponse<byte[]> ask(HttpServletRequest request) {
        if (!waiting.tryAcquire()) {
            return null;
        }
        try {
            return http.send(question(request), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the gate did not answer: {0}", e.toString());
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            waiting.release();
        }
    }

    private HttpRequest question(HttpServletRequest request) {
        HttpRequest.Builder question = HttpRequest.newBuilder(verify)
                .timeout(PATIENCE)
                // the caller's address, to which its token is bound; behind a proxy hand on what the proxy wrote
                .header("X-Forwarded-For", request.getRemoteAddr())
                .header("X-Forwarded-Proto", request.getScheme());
        for (String name : CREDENTIALS) {
            Collections.list(request.getHeaders(name)).forEach(value -> question.header(name, value));
        }
        return question.build();
    }

    private static void refuse(HttpServletResponse response, HttpResponse<byte[]> answer) throws IOException {
        response.setStatus(answer.statusCode());
        for (String name : REASONS) {
            answer.headers().firstValue(name).ifPresent(value -> response.setHeader(name, value));
        }
        response.getOutputStream().write(answer.body());
    }
}

package com.amplihack.auth.proxy;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.ProxySettings;
import com.amplihack.auth.gate.IdentityHeaders;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.proxy.upstream.DemoUpstream;
import com.amplihack.auth.proxy.upstream.ForwardedHeaders;
import com.amplihack.auth.proxy.upstream.ForwardedPath;
import com.amplihack.auth.proxy.upstream.HeaderFilter;
import com.amplihack.auth.proxy.upstream.HttpUpstream;
import com.amplihack.auth.proxy.upstream.Upstream;
import com.amplihack.auth.proxy.upstream.UrlRewriter;
import com.amplihack.auth.token.AccessToken;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.PublicBaseUrl;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Forwards requests to the upstream asynchronously, without blocking a thread. */
@Singleton
public class Proxy {
    private static final Logger LOG = Logger.getLogger(Proxy.class.getName());
    private static final URI NO_UPSTREAM = URI.create("http://demo.invalid");
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** The system property for how long idle connections to the upstream are kept; the JDK reads it once. */
    private static final String KEEP_ALIVE = "jdk.httpclient.keepalive.timeout";

    /**
     * Shorter than the idle timeouts of routers, unlike the JDK's default, so that no request uses a dead connection.
     */
    private static final String KEEP_ALIVE_SECONDS = "30";

    private static final int POLL_MILLIS = 300;
    private static final int THREADS = Math.max(4, Runtime.getRuntime().availableProcessors());

    private final Configuration configuration;
    private final Meters meters;
    private ExecutorService threads;
    private ScheduledThreadPoolExecutor timer;
    private @Nullable HttpClient http;
    private DisconnectDetector disconnects;
    private final ExchangeLimit limit = new ExchangeLimit();

    @Inject
    public Proxy(Configuration configuration, Meters meters) {
        this.configuration = configuration;
        this.meters = meters;
    }

    @PostConstruct
    @SuppressWarnings("FutureReturnValueIgnored") // poll() logs its failures itself
    void open() {
        // own threads: these tasks never block, and must not queue behind tasks that do
        ThreadFactory daemons = task -> {
            Thread thread = new Thread(task, "auth-proxy");
            thread.setDaemon(true);
            return thread;
        };
        threads = Executors.newFixedThreadPool(THREADS, daemons);
        timer = new ScheduledThreadPoolExecutor(1, daemons);
        timer.setRemoveOnCancelPolicy(true); // otherwise each ended exchange stays in memory until its timeout
        disconnects = new DisconnectDetector();
        timer.scheduleWithFixedDelay(disconnects::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (System.getProperty(KEEP_ALIVE) == null) {
            System.setProperty(KEEP_ALIVE, KEEP_ALIVE_SECONDS);
        }
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(threads)
                .build();
    }

    @PreDestroy
    void close() {
        timer.shutdownNow();
        threads.shutdownNow();
        try {
            disconnects.close();
        } catch (IOException e) {
            LOG.log(Level.FINE, "The selector could not be closed", e);
        }
        http = null; // its thread ends once the HttpClient is garbage-collected
    }

    /**
     * Forwards the request and answers it asynchronously.
     *
     * @param caller the caller for the identity headers; empty while {@code enable.jwt.auth=false}
     * @throws AuthException if the request cannot be forwarded
     */
    void forward(
            HttpServletRequest request,
            HttpServletResponse response,
            Optional<AccessToken> caller,
            ClientContext client)
            throws IOException {
        ProxySettings settings = configuration.settings().proxy();
        Upstream upstream = upstream(settings);
        if (request.getContentLengthLong() > settings.maxBody()) {
            throw RequestBody.tooLarge(settings.maxBody());
        }
        List<Map.Entry<String, String>> headers = HeaderFilter.of(request);
        caller.ifPresent(
                token -> IdentityHeaders.of(token).forEach((name, value) -> headers.add(Map.entry(name, value))));
        PublicBaseUrl publicUrl =
                PublicBaseUrl.of(request, configuration.settings().web());
        headers.addAll(ForwardedHeaders.of(request, client, publicUrl.https()));
        String path = ForwardedPath.of(request);
        UrlRewriter rewriter =
                new UrlRewriter(settings.upstream().orElse(NO_UPSTREAM), path, ForwardedPath.mount(request, publicUrl));

        Runnable permit = limit.acquire(caller.map(AccessToken::subject).orElse(client.address()), settings);
        Exchange exchange;
        try {
            exchange = new Exchange(request, response, settings.timeout(), timer, meters, client.correlationId());
        } catch (RuntimeException failed) {
            permit.run();
            throw failed;
        }
        exchange.whenOver(permit);
        try {
            BodyPublisher body = BodyPublishers.noBody();
            if (RequestBody.isSent(request)) {
                RequestBody sent =
                        RequestBody.of(request, settings.maxBody(), exchange, () -> watch(request, exchange));
                long length = request.getContentLengthLong();
                body = length < 0 ? BodyPublishers.fromPublisher(sent) : BodyPublishers.fromPublisher(sent, length);
            } else {
                watch(request, exchange);
            }
            exchange.send(upstream, new Upstream.Request(request.getMethod(), path, headers, body), rewriter);
        } catch (AuthException refused) {
            exchange.refuse(refused);
        } catch (IOException | RuntimeException failed) { // the exchange has begun: only it may respond
            exchange.refuse(new AuthException(
                    ErrorCode.UPSTREAM_UNREACHABLE, "The request could not be sent to the upstream.", failed));
        }
    }

    /** Ends the exchange when the client disconnects; must be called after the whole request was read. */
    private void watch(HttpServletRequest request, Exchange exchange) {
        try {
            exchange.whenOver(disconnects.watch(ClientConnection.of(request), exchange::clientGone));
        } catch (ReflectiveOperationException unknown) {
            LOG.log(Level.FINE, "A disconnect of the client is detected only at the next write", unknown);
        }
    }

    private Upstream upstream(ProxySettings settings) {
        if (settings.demo()) {
            return new DemoUpstream();
        }
        if (settings.upstream().isEmpty()) {
            throw new AuthException(ErrorCode.NO_UPSTREAM, "No upstream is configured (auth.proxy.upstream).");
        }
        return new HttpUpstream(Objects.requireNonNull(http), settings);
    }
}

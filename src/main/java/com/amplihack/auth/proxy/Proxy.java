package com.amplihack.auth.proxy;

import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.ProxySettings;
import com.amplihack.auth.config.type.ProxyRoutes.Route;
import com.amplihack.auth.config.type.UpstreamTarget;
import com.amplihack.auth.gate.DeferredAdmission;
import com.amplihack.auth.gate.DeferredAdmission.Admitted;
import com.amplihack.auth.metrics.Meters;
import com.amplihack.auth.metrics.Tracing;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.proxy.connection.ClientConnection;
import com.amplihack.auth.proxy.connection.DisconnectDetector;
import com.amplihack.auth.proxy.demo.DemoUpstream;
import com.amplihack.auth.proxy.llm.AnswerFilter;
import com.amplihack.auth.proxy.llm.LlmApi;
import com.amplihack.auth.proxy.llm.LlmRequest;
import com.amplihack.auth.proxy.llm.ModelList;
import com.amplihack.auth.proxy.upstream.ForwardedPath;
import com.amplihack.auth.proxy.upstream.HttpUpstream;
import com.amplihack.auth.proxy.upstream.Upstream;
import com.amplihack.auth.proxy.upstream.UpstreamClient;
import com.amplihack.auth.token.Caller;
import com.amplihack.auth.web.ClientContext;
import com.amplihack.auth.web.PublicBaseUrl;
import com.amplihack.auth.web.ServiceState;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Forwards requests to the upstream asynchronously, without blocking a thread. */
@Singleton
public class Proxy {
    private static final Logger LOG = Logger.getLogger(Proxy.class.getName());
    private static final URI NO_UPSTREAM = URI.create("http://demo.invalid");
    private static final int POLL_MILLIS = 300;
    private static final int THREADS = Math.max(4, Runtime.getRuntime().availableProcessors());

    private final Configuration configuration;
    private final Meters meters;
    private final ServiceState state;
    private final ModelCalls calls;
    private final BodyMemory memory = new BodyMemory();
    private ScheduledThreadPoolExecutor timer;
    private UpstreamClient http;
    private DisconnectDetector disconnects;
    private final ExchangeLimit limit = new ExchangeLimit();

    @Inject
    Proxy(Configuration configuration, Meters meters, ServiceState state, ModelCalls calls) {
        this.calls = calls;
        this.state = state;
        this.configuration = configuration;
        this.meters = meters;
    }

    @PostConstruct
    @SuppressWarnings("FutureReturnValueIgnored") // poll() logs its failures itself
    void open() {
        ThreadFactory daemons = task -> {
            Thread thread = new Thread(task, "auth-proxy");
            thread.setDaemon(true);
            return thread;
        };
        http = new UpstreamClient(THREADS, daemons);
        meters.showExchanges(limit::open, () -> configuration.settings().proxy().maxExchanges());
        timer = new ScheduledThreadPoolExecutor(1, daemons);
        timer.setRemoveOnCancelPolicy(true); // otherwise each ended exchange stays in memory until its timeout
        disconnects = new DisconnectDetector();
        timer.scheduleWithFixedDelay(disconnects::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void close() {
        timer.shutdownNow();
        http.close();
        try {
            disconnects.close();
        } catch (IOException e) {
            LOG.log(Level.FINE, "The selector could not be closed", e);
        }
    }

    /** Whether the body must be read before the request can be admitted, since it says what the call costs. */
    static boolean readsFirst(HttpServletRequest request) {
        return RequestBody.isSent(request)
                && request.getMethod().equals("POST")
                && LlmApi.of(ForwardedPath.decoded(request)).isPresent();
    }

    /**
     * Forwards a request that was admitted, and answers it asynchronously.
     *
     * @param route the one that the path has
     * @param admitted empty while {@code enable.jwt.auth=false}
     * @throws AuthException if the request cannot be forwarded
     */
    void forward(
            HttpServletRequest request,
            HttpServletResponse response,
            Route route,
            Optional<Admitted> admitted,
            ClientContext client) {
        Optional<Caller> caller = admitted.map(Admitted::caller);
        Forwarding forwarding = forwarding(request, route, client);
        caller.ifPresent(forwarding::identify);
        Optional<ModelList> models = models(request, caller);
        if (models.isPresent()) {
            forwarding.askForPlainAnswer();
        }
        run(request, response, caller.map(Caller::subject).orElse(client.address()), client, (exchange, permit) -> {
            Optional<CallMeter> meter = admitted.map(call -> calls.meter(exchange, call));
            BodyPublisher body = BodyPublishers.noBody();
            if (RequestBody.isSent(request)) {
                RequestBody sent = receive(request, exchange);
                long length = request.getContentLengthLong();
                body = length < 0 ? BodyPublishers.fromPublisher(sent) : BodyPublishers.fromPublisher(sent, length);
            } else {
                watch(request, exchange);
            }
            meter.ifPresent(CallMeter::sent);
            forwarding.send(exchange, body, answer -> filter(answer, models));
        });
    }

    /**
     * Forwards a call to a language model, which is admitted once its body has arrived.
     *
     * @param allowed requires that the admitted caller may use the route
     * @throws AuthException if the request cannot be forwarded
     */
    void forwardCall(
            HttpServletRequest request,
            HttpServletResponse response,
            Route route,
            DeferredAdmission admission,
            Consumer<Caller> allowed,
            ClientContext client) {
        Forwarding forwarding = forwarding(request, route, client);
        LlmRequest.requirePlain(
                forwarding.decodedPath(), forwarding.headers("content-type"), forwarding.headers("content-encoding"));
        Caller presented = admission.presented();
        // counted for the credential until it is admitted: one that was revoked takes no place from its account
        String credential = presented.apiKey().or(presented::session).orElseThrow();
        Tracing.Carrier trace = meters.tracing().carrier();
        run(request, response, credential, client, (exchange, reading) -> receive(request, exchange)
                .subscribe(new HeldBody(
                        exchange,
                        memory,
                        (body, length) -> trace.run(() -> calls.send(
                                exchange,
                                forwarding,
                                admission,
                                caller -> {
                                    allowed.accept(caller);
                                    reading.run();
                                    exchange.whenOver(limit.acquire(
                                            caller.subject(),
                                            configuration.settings().proxy()));
                                },
                                body,
                                length)))));
    }

    private RequestBody receive(HttpServletRequest request, Exchange exchange) throws IOException {
        long most = configuration.settings().proxy().maxBody();
        return RequestBody.of(request, most, exchange, () -> watch(request, exchange));
    }

    private Forwarding forwarding(HttpServletRequest request, Route route, ClientContext client) {
        ProxySettings settings = configuration.settings().proxy();
        UpstreamTarget target = settings.target(route)
                .orElseThrow(() ->
                        new AuthException(ErrorCode.NO_UPSTREAM, "No upstream is configured (auth.proxy.upstream)."));
        if (request.getContentLengthLong() > settings.maxBody()) {
            throw RequestBody.tooLarge(settings.maxBody());
        }
        PublicBaseUrl reached =
                PublicBaseUrl.of(request, configuration.settings().web());
        return new Forwarding(request, upstream(target), target.url().orElse(NO_UPSTREAM), reached, client);
    }

    /** What begins an exchange; a failure ends it. */
    private interface Beginning {
        /** @param permit the exchange's, which may be given back before the end */
        void in(Exchange exchange, Runnable permit) throws IOException;
    }

    private void run(
            HttpServletRequest request,
            HttpServletResponse response,
            String holder,
            ClientContext client,
            Beginning beginning) {
        ProxySettings settings = configuration.settings().proxy();
        Runnable permit = limit.acquire(holder, settings);
        Exchange exchange;
        try {
            exchange = new Exchange(request, response, settings.timeout(), timer, meters, client.correlationId());
        } catch (RuntimeException failed) {
            permit.run();
            throw failed;
        }
        exchange.whenOver(permit);
        exchange.whenOver(state.stream(exchange::serverStops));
        try {
            beginning.in(exchange, permit);
        } catch (AuthException refused) {
            exchange.refuse(refused);
        } catch (IOException | RuntimeException failed) { // the exchange has begun: only it may respond
            exchange.refuse(new AuthException(
                    ErrorCode.UPSTREAM_UNREACHABLE, "The request could not be sent to the upstream.", failed));
        }
    }

    /** The filter of a list that holds more than the caller's models; refuses a single model that it may not ask for. */
    private static Optional<ModelList> models(HttpServletRequest request, Optional<Caller> caller) {
        List<String> globs = caller.map(Caller::models).orElse(List.of());
        if (globs.isEmpty()) {
            return Optional.empty();
        }
        String path = ForwardedPath.decoded(request);
        ModelList.requireAllowed(path, globs);
        boolean list = ModelList.isAt(path) && request.getMethod().equals("GET");
        return list ? Optional.of(new ModelList(globs)) : Optional.empty();
    }

    private static AnswerFilter filter(Upstream.Response answer, Optional<ModelList> models) {
        if (models.isEmpty() || answer.status() / 100 != 2) {
            return AnswerFilter.NONE;
        }
        if (answer.isEncoded()) {
            throw new AuthException(ErrorCode.UPSTREAM_UNREACHABLE, "The upstream's list of models cannot be read.");
        }
        return models.get();
    }

    /** Ends the exchange when the client disconnects; must be called after the whole request was read. */
    private void watch(HttpServletRequest request, Exchange exchange) {
        try {
            exchange.whenOver(disconnects.watch(ClientConnection.of(request), exchange::clientGone));
        } catch (ReflectiveOperationException unknown) {
            LOG.log(Level.FINE, "A disconnect of the client is detected only at the next write", unknown);
        }
    }

    private Upstream upstream(UpstreamTarget target) {
        return target.url()
                .<Upstream>map(url -> new HttpUpstream(http, url, target.credential()))
                .orElseGet(DemoUpstream::new);
    }
}

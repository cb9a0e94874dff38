package com.amplihack.auth.proxy.upstream;

import java.io.IOException;
import java.net.ProxySelector;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecChain;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.RequestNotExecutedException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The client that speaks HTTP/1.1 with upstreams: it follows no redirect, keeps no cookie, unpacks nothing, and has no time-out but
 * that of connecting, since an answer may last for hours. It knows the JVM's proxies and trust store.
 */
public final class UpstreamClient implements AutoCloseable {
    private static final Timeout CONNECT_TIMEOUT = Timeout.ofSeconds(5);

    /** Shorter than the idle time-outs of routers, so that no request uses a connection that they have forgotten. */
    private static final TimeValue IDLE = TimeValue.ofSeconds(30);

    private static final String ANSWER = PendingAnswer.class.getName();
    private static final int MAX_LINE = 16_384;
    private static final int MAX_HEADERS = 500;

    /** Whatever level an operator debugs with: these would log credentials and bodies. */
    private static final List<Logger> SILENT = List.of(
            Logger.getLogger("org.apache.hc.client5.http.headers"),
            Logger.getLogger("org.apache.hc.client5.http.wire"));

    private final CloseableHttpAsyncClient http;

    /** @param threads which read and write all connections, and run what is called back */
    public UpstreamClient(int threads, ThreadFactory factory) {
        SILENT.forEach(logger -> logger.setLevel(Level.OFF));
        http = HttpAsyncClients.custom()
                .setThreadFactory(factory)
                .setIOReactorConfig(
                        IOReactorConfig.custom().setIoThreadCount(threads).build())
                .setHttp1Config(Http1Config.custom()
                        .setMaxLineLength(MAX_LINE)
                        .setMaxHeaderCount(MAX_HEADERS)
                        .build())
                .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                        // each exchange needs one; auth.proxy.max.exchanges bounds those
                        .setMaxConnTotal(Integer.MAX_VALUE)
                        .setMaxConnPerRoute(Integer.MAX_VALUE)
                        .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                        .setConnPoolPolicy(PoolReusePolicy.LIFO)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(CONNECT_TIMEOUT)
                                .setSocketTimeout(Timeout.DISABLED)
                                .setIdleTimeout(IDLE.toTimeout())
                                .build())
                        .setDefaultTlsConfig(TlsConfig.custom()
                                .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1)
                                .setHandshakeTimeout(CONNECT_TIMEOUT)
                                .build())
                        .setTlsStrategy(ClientTlsStrategyBuilder.create()
                                .useSystemProperties()
                                // BUILTIN alone compares nothing here: 5.6.1 sets it when it has applied the parameters
                                .setHostVerificationPolicy(HostnameVerificationPolicy.BOTH)
                                .setHostnameVerifier(new DefaultHostnameVerifier())
                                .buildAsync())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(Timeout.DISABLED)
                        .setProtocolUpgradeEnabled(false)
                        .build())
                .setProxySelector(ProxySelector.getDefault())
                // an HTTP/1.1 connection is kept unless somebody says otherwise
                .addRequestInterceptorLast((request, body, context) -> request.removeHeaders(HttpHeaders.CONNECTION))
                .setRetryStrategy(new OnceMore())
                .addExecInterceptorFirst(ANSWER, UpstreamClient::tellHowToClose)
                .evictIdleConnections(IDLE)
                .disableRedirectHandling()
                .disableCookieManagement()
                .setDefaultCookieSpecRegistry(name -> null)
                .disableAuthCaching()
                .disableContentCompression()
                .build();
        http.start();
    }

    Future<?> execute(AsyncRequestProducer request, PendingAnswer answer) {
        HttpClientContext context = HttpClientContext.create();
        context.setAttribute(ANSWER, answer);
        return http.execute(request, answer, null, context, answer);
    }

    private static void tellHowToClose(
            HttpRequest request,
            @Nullable AsyncEntityProducer body,
            AsyncExecChain.Scope scope,
            AsyncExecChain chain,
            AsyncExecCallback callback)
            throws HttpException, IOException {
        if (scope.clientContext.getAttribute(ANSWER) instanceof PendingAnswer answer) {
            answer.closedBy(scope.execRuntime::discardEndpoint);
        }
        chain.proceed(request, body, scope, callback);
    }

    /** Ends all exchanges, and the threads. */
    @Override
    public void close() {
        http.close(CloseMode.IMMEDIATE);
    }

    /**
     * Sends a request again, once, if an idle connection was closed while it was on its way: any that was not sent, and a read,
     * which is harmless. Whoever else was sent may have been done.
     */
    private static final class OnceMore extends DefaultHttpRequestRetryStrategy {
        OnceMore() {
            super(1, TimeValue.ZERO_MILLISECONDS);
        }

        @Override
        public boolean retryRequest(HttpRequest request, IOException failure, int count, HttpContext context) {
            return count <= 1
                    && context.getAttribute(ANSWER) instanceof PendingAnswer answer
                    && answer.isAwaited()
                    && (failure instanceof RequestNotExecutedException || isLostRead(request, failure));
        }

        private static boolean isLostRead(HttpRequest request, IOException failure) {
            return failure instanceof ConnectionClosedException
                    && (Method.GET.isSame(request.getMethod()) || Method.HEAD.isSame(request.getMethod()));
        }
    }
}

package com.amplihack.auth.http;

import com.amplihack.auth.openapi.Contract;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * An HTTP client with a loopback address and a user agent of its own, so that the limits per address that are in force
 * by default do not make tests disturb one another. Keeps no cookies: a test says what it sends. Each answer of the shared
 * server is held to the OpenAPI document.
 */
public final class Client {
    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    private final int port;
    private final String base;
    private final String address;
    private final CloseableHttpClient http;

    /** A client of the shared server. */
    public Client() {
        this(SharedServer.get().port());
    }

    public Client(int port) {
        this(port, nextAddress());
    }

    /** A client of the shared server that calls from that loopback address. */
    public static Client from(String address) {
        return new Client(SharedServer.get().port(), address);
    }

    /** A client of that server that calls from that loopback address. */
    public Client(int port, String address) {
        this("http", port, address, null, List.of());
    }

    private Client(String scheme, int port, String address, SSLContext tls, List<Header> always) {
        this.port = port;
        base = scheme + "://localhost:" + port;
        this.address = address;
        PoolingHttpClientConnectionManagerBuilder connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(100)
                .setMaxConnTotal(100);
        if (tls != null) {
            connections.setTlsSocketStrategy(new DefaultClientTlsStrategy(tls));
        }
        http = HttpClients.custom()
                .setRoutePlanner(new From(address))
                .setConnectionManager(connections.build())
                .setUserAgent("Test/1.0")
                .setDefaultHeaders(always)
                .disableCookieManagement()
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableContentCompression()
                .build();
    }

    /** A client of the server on that port, over TLS as the context has it. */
    public static Client https(int port, SSLContext tls) {
        return new Client("https", port, nextAddress(), tls, List.of());
    }

    /** A client of the server on that port as a proxy that ends TLS shows it, from an address of 127.1.0.0/16. */
    public static Client behindTls(int port) {
        return new Client("http", port, nextAddress(), null, List.of(new BasicHeader("X-Forwarded-Proto", "https")));
    }

    private static String nextAddress() {
        int number = ADDRESSES.incrementAndGet();
        return "127.1." + number / 250 + "." + (number % 250 + 1);
    }

    public String address() {
        return address;
    }

    public Request get(String path) {
        return new Request("GET", path);
    }

    public Request post(String path) {
        return new Request("POST", path);
    }

    public Request request(String method, String path) {
        return new Request(method, path);
    }

    /** A request in the making. */
    public final class Request {
        private final HttpUriRequestBase request;

        private final String target;
        private String sent = "";

        private Request(String method, String path) {
            target = path;
            request = new HttpUriRequestBase(method, URI.create(base + path));
        }

        public Request header(String name, String value) {
            request.addHeader(name, value);
            return this;
        }

        public Request bearer(String token) {
            return header("Authorization", "Bearer " + token);
        }

        public Request cookie(String name, String value) {
            return header("Cookie", name + "=" + value);
        }

        public Request json(String body) {
            return body("application/json", body.getBytes(StandardCharsets.UTF_8));
        }

        public Request body(String contentType, byte[] bytes) {
            request.setEntity(new ByteArrayEntity(bytes, null));
            sent = new String(bytes, StandardCharsets.UTF_8);
            if (contentType != null) {
                request.addHeader("Content-Type", contentType);
            }
            return this;
        }

        public Answer send() {
            try {
                Answer answer = http.execute(request, Answer::of);
                if (SharedServer.isAt(port)) {
                    Contract.require(new Contract.Exchange(
                            request.getMethod(),
                            target,
                            entries(request.getHeaders()),
                            sent,
                            answer.status(),
                            entries(answer.headers().toArray(Header[]::new)),
                            answer.body()));
                }
                return answer;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static List<Map.Entry<String, String>> entries(Header... headers) {
        return Arrays.stream(headers)
                .map(header -> Map.entry(header.getName(), header.getValue()))
                .toList();
    }

    /** What came back. */
    public record Answer(int status, List<Header> headers, String body) {
        static Answer of(ClassicHttpResponse response) throws IOException {
            try {
                String body = response.getEntity() == null
                        ? ""
                        : EntityUtils.toString(response.getEntity(), StandardCharsets.UTF_8);
                return new Answer(response.getCode(), Arrays.asList(response.getHeaders()), body);
            } catch (ParseException e) {
                throw new IOException(e);
            }
        }

        public Optional<String> header(String name) {
            return headers(name).stream().findFirst();
        }

        public List<String> headers(String name) {
            return headers.stream()
                    .filter(header -> header.getName().equalsIgnoreCase(name))
                    .map(Header::getValue)
                    .toList();
        }

        public JsonObject json() {
            try (JsonReader reader = Json.createReader(new StringReader(body))) {
                return reader.readObject();
            }
        }

        /** The member {@code error} of a problem. */
        public String error() {
            return json().getString("error");
        }

        /** The whole {@code Set-Cookie} of that cookie. */
        public String setCookie(String name) {
            return headers("Set-Cookie").stream()
                    .filter(cookie -> cookie.startsWith(name + "="))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no cookie " + name + " in " + headers));
        }

        public String cookieValue(String name) {
            String cookie = setCookie(name);
            return cookie.substring(name.length() + 1, cookie.indexOf(';'));
        }
    }

    private static final class From extends DefaultRoutePlanner {
        private final String address;

        From(String address) {
            super(DefaultSchemePortResolver.INSTANCE);
            this.address = address;
        }

        @Override
        protected InetAddress determineLocalAddress(HttpHost firstHop, HttpContext context) {
            try {
                return InetAddress.getByName(address);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

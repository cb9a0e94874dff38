package com.amplihack.auth.proxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.type.UpstreamTarget.Credential;
import com.amplihack.auth.http.TestAuthority;
import com.amplihack.auth.proxy.upstream.Upstream.Request;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpUpstreamTest {
    private ServerSocket server;
    private final UpstreamClient client = new UpstreamClient(1, Thread::new);
    private HttpUpstream upstream;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        upstream = new HttpUpstream(
                client,
                URI.create("http://127.0.0.1:" + server.getLocalPort()),
                Optional.of(new Credential("X-Api-Key", Secret.of("the-upstreams"))));
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void cancellingEndsARequestThatHasNoAnswerYet() throws IOException {
        Runnable cancel =
                upstream.send(new Request("GET", "/slow", List.of(), BodyPublishers.noBody()), (answer, failure) -> {});
        try (Socket socket = server.accept()) {
            socket.setSoTimeout(20_000); // the request's own time-out is 120 s
            InputStream in = socket.getInputStream();
            assertEquals('G', in.read());
            cancel.run();
            assertEnds(in);
        }
    }

    private static void assertEnds(InputStream in) {
        try {
            in.readAllBytes();
        } catch (SocketTimeoutException open) {
            throw new AssertionError("The connection is still open.", open);
        } catch (IOException reset) {
            // ended, too
        }
    }

    /** The client's own cancelling misses a connection that was just opened. */
    @Test
    void cancellingEndsManyRequestsOnFreshConnections() throws Exception {
        for (int i = 0; i < 200; i++) {
            Request post = new Request("POST", "/slow", List.of(), BodyPublishers.ofString("{}"));
            Runnable cancel = upstream.send(post, (answer, failure) -> {});
            try (Socket socket = server.accept()) {
                socket.setSoTimeout(20_000);
                assertEquals('P', socket.getInputStream().read());
                cancel.run();
                assertEnds(socket.getInputStream());
            }
        }
    }

    @Test
    void aReadWhoseConnectionWasLostIsSentOnceMoreAndAWriteIsNot() throws Exception {
        for (String method : List.of("GET", "POST")) {
            CompletableFuture<Upstream.Response> answer = new CompletableFuture<>();
            AtomicReference<Throwable> failed = new AtomicReference<>();
            CountDownLatch told = new CountDownLatch(1);
            upstream.send(new Request(method, "/", List.of(), BodyPublishers.ofString("")), (response, failure) -> {
                failed.set(failure);
                answer.complete(response);
                told.countDown();
            });
            try (Socket lost = server.accept()) {
                assertEquals(method.charAt(0), lost.getInputStream().read());
                lost.getInputStream().read(new byte[1_000]);
            }
            if (method.equals("GET")) {
                try (Socket again = server.accept()) {
                    assertEquals('G', again.getInputStream().read());
                    again.getOutputStream()
                            .write("HTTP/1.1 204 None\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    assertEquals(204, answer.get(10, TimeUnit.SECONDS).status());
                }
            } else {
                assertTrue(told.await(10, TimeUnit.SECONDS));
                assertInstanceOf(IOException.class, failed.get());
                server.setSoTimeout(300);
                assertThrows(SocketTimeoutException.class, () -> server.accept());
            }
        }
    }

    /** More than the client receives before it asks whether it may go on. */
    @Test
    void aLongAnswerArrivesWhole() throws Exception {
        int length = 4 << 20;
        CompletableFuture<Long> received = new CompletableFuture<>();
        upstream.send(
                new Request("GET", "/long", List.of(), BodyPublishers.noBody()),
                (answer, failure) -> answer.body().subscribe(new Counting(received)));
        try (Socket socket = server.accept()) {
            socket.getInputStream().read(new byte[1_000]);
            socket.getOutputStream()
                    .write(("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            Thread writer = new Thread(() -> write(socket, new byte[length]));
            writer.setDaemon(true);
            writer.start();
            assertEquals(length, received.get(20, TimeUnit.SECONDS));
        }
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException closed) {
            // by the test
        }
    }

    private static final class Counting implements Flow.Subscriber<ByteBuffer> {
        private final CompletableFuture<Long> whole;
        private Flow.Subscription subscription;
        private long received;

        Counting(CompletableFuture<Long> whole) {
            this.whole = whole;
        }

        @Override
        public void onSubscribe(Flow.Subscription body) {
            subscription = body;
            subscription.request(1);
        }

        @Override
        public void onNext(ByteBuffer piece) {
            received += piece.remaining();
            subscription.request(1);
        }

        @Override
        public void onError(Throwable failure) {
            whole.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            whole.complete(received);
        }
    }

    @Test
    void whatWasCancelledIsNotSentAgain() throws Exception {
        Runnable cancel =
                upstream.send(new Request("GET", "/slow", List.of(), BodyPublishers.noBody()), (answer, failure) -> {});
        try (Socket socket = server.accept()) {
            assertEquals('G', socket.getInputStream().read());
            cancel.run();
        }
        server.setSoTimeout(300);
        assertThrows(SocketTimeoutException.class, () -> server.accept());
    }

    @Test
    void whoIsNotThereIsToldFromWhoDoesNotAnswer() throws Exception {
        server.close();
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        upstream.send(
                new Request("GET", "/", List.of(), BodyPublishers.noBody()),
                (answer, failure) -> failed.complete(failure));
        assertInstanceOf(ConnectException.class, failed.get(10, TimeUnit.SECONDS));
    }

    @Test
    void itsCredentialReplacesTheClientsInAnySpelling() throws IOException {
        List<Map.Entry<String, String>> headers = List.of(
                Map.entry("x-api-key", "forged"), Map.entry("X_Api_Key", "forged"), Map.entry("X-Other", "kept"));
        Runnable cancel =
                upstream.send(new Request("GET", "/a", headers, BodyPublishers.noBody()), (answer, failure) -> {});
        try (Socket socket = server.accept()) {
            socket.setSoTimeout(20_000);
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            List<String> sent = lines.lines().takeWhile(line -> !line.isEmpty()).toList();
            assertTrue(sent.contains("X-Api-Key: the-upstreams"), sent.toString());
            assertTrue(sent.contains("X-Other: kept"), sent.toString());
            assertTrue(sent.stream().noneMatch(line -> line.contains("forged")), sent.toString());
            assertTrue(sent.stream().noneMatch(line -> line.startsWith("Connection")), sent.toString());
        } finally {
            cancel.run();
        }
    }

    @Test
    void whoeverDebugsTheClientSeesNoCredential() throws Exception {
        Logger logger = Logger.getLogger("org.apache.hc");
        List<String> lines = new CopyOnWriteArrayList<>();
        Handler handler = new StreamHandler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getMessage());
            }
        };
        logger.addHandler(handler);
        logger.setLevel(Level.ALL);
        try {
            itsCredentialReplacesTheClientsInAnySpelling();
        } finally {
            logger.removeHandler(handler);
            logger.setLevel(null);
        }
        assertFalse(lines.isEmpty());
        assertEquals(
                List.of(),
                lines.stream().filter(line -> line.contains("the-upstreams")).toList());
    }

    @ParameterizedTest
    @CsvSource({"localhost, true, true", "127.0.0.1, true, false", "localhost, false, false"})
    void anUpstreamIsWhoItsCertificateSaysAndItsAuthorityIsTrusted(String host, boolean trusted, boolean answered)
            throws Exception {
        TestAuthority authority = new TestAuthority("CN=Upstreams");
        TestAuthority others = new TestAuthority("CN=Others");
        SSLContext before = SSLContext.getDefault();
        SSLContext.setDefault((trusted ? authority : others).anonymous());
        try (UpstreamClient ours = new UpstreamClient(1, Thread::new);
                ServerSocket tls = authority
                        .rsaServer()
                        .context(authority)
                        .getServerSocketFactory()
                        .createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> answerOnce(tls));
            server.setDaemon(true);
            server.start();
            CompletableFuture<Upstream.Response> answer = new CompletableFuture<>();
            new HttpUpstream(ours, URI.create("https://" + host + ":" + tls.getLocalPort()), Optional.empty())
                    .send(new Request("POST", "/", List.of(), BodyPublishers.noBody()), (response, failure) -> {
                        if (failure == null) {
                            answer.complete(response);
                        } else {
                            answer.completeExceptionally(failure);
                        }
                    });
            if (answered) {
                assertEquals(204, answer.get(20, TimeUnit.SECONDS).status());
            } else {
                var refused = assertThrows(ExecutionException.class, () -> answer.get(20, TimeUnit.SECONDS));
                assertInstanceOf(SSLException.class, refused.getCause());
            }
        } finally {
            SSLContext.setDefault(before);
        }
    }

    private static void answerOnce(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.getInputStream().read(new byte[1_000]);
            write(socket, "HTTP/1.1 204 None\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException refused) {
            // by the client
        }
    }

    @Test
    void whatNoHeaderCanHoldIsRefused() {
        Request question = new Request("GET", "/", List.of(Map.entry("X(Odd)", "1")), BodyPublishers.noBody());
        assertThrows(IllegalArgumentException.class, () -> upstream.send(question, (answer, failure) -> {}));
    }
}

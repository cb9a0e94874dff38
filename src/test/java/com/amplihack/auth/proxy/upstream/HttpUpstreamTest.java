package com.amplihack.auth.proxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.amplihack.auth.config.TestSettings;
import com.amplihack.auth.proxy.upstream.Upstream.Request;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpUpstreamTest {
    private ServerSocket server;
    private HttpUpstream upstream;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        upstream = new HttpUpstream(
                HttpClient.newHttpClient(),
                TestSettings.dev(
                                Path.of("unused"),
                                Map.of("auth.proxy.upstream", "http://127.0.0.1:" + server.getLocalPort()))
                        .proxy());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void cancellingEndsARequestThatHasNoAnswerYet() throws IOException {
        Future<?> sending =
                upstream.send(new Request("GET", "/slow", List.of(), BodyPublishers.noBody()), (answer, failure) -> {});
        try (Socket socket = server.accept()) {
            socket.setSoTimeout(20_000); // the request's own time-out is 120 s
            InputStream in = socket.getInputStream();
            assertEquals('G', in.read());
            sending.cancel(true);
            in.readAllBytes();
        }
    }

    @Test
    void whatNoHeaderCanHoldIsRefused() {
        Request question = new Request("GET", "/", List.of(Map.entry("X(Odd)", "1")), BodyPublishers.noBody());
        assertThrows(IllegalArgumentException.class, () -> upstream.send(question, (answer, failure) -> {}));
    }
}

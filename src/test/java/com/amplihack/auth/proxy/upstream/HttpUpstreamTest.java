package com.amplihack.auth.proxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.source.Secret;
import com.amplihack.auth.config.type.UpstreamTarget.Credential;
import com.amplihack.auth.proxy.upstream.Upstream.Request;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
                URI.create("http://127.0.0.1:" + server.getLocalPort()),
                Optional.of(new Credential("X-Api-Key", Secret.of("the-upstreams"))));
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
    void itsCredentialReplacesTheClientsInAnySpelling() throws IOException {
        List<Map.Entry<String, String>> headers = List.of(
                Map.entry("x-api-key", "forged"), Map.entry("X_Api_Key", "forged"), Map.entry("X-Other", "kept"));
        Future<?> sending =
                upstream.send(new Request("GET", "/a", headers, BodyPublishers.noBody()), (answer, failure) -> {});
        try (Socket socket = server.accept()) {
            socket.setSoTimeout(20_000);
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            List<String> sent = lines.lines().takeWhile(line -> !line.isEmpty()).toList();
            assertTrue(sent.contains("X-Api-Key: the-upstreams"), sent.toString());
            assertTrue(sent.contains("X-Other: kept"), sent.toString());
            assertTrue(sent.stream().noneMatch(line -> line.contains("forged")), sent.toString());
        } finally {
            sending.cancel(true);
        }
    }

    @Test
    void whatNoHeaderCanHoldIsRefused() {
        Request question = new Request("GET", "/", List.of(Map.entry("X(Odd)", "1")), BodyPublishers.noBody());
        assertThrows(IllegalArgumentException.class, () -> upstream.send(question, (answer, failure) -> {}));
    }
}

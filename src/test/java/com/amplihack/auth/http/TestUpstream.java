package com.amplihack.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP/1.1 server down to the bytes, so that a test can say what comes back and when, and see what came. A request
 * names by its header {@code X-Script} who answers it.
 */
final class TestUpstream implements Closeable {
    static final String AUTHORIZATION = "Bearer the-upstreams-own-key";

    /** The {@code x-api-key} of the upstream that {@code /messages} names. */
    static final String OTHER_KEY = "the-others-own-key";

    /** What came: the head's lines and the body. */
    record Received(String line, List<String> headers, byte[] body) {
        /** The values of that header, in their order. */
        List<String> header(String name) {
            return headers.stream()
                    .filter(header -> header.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(header -> header.substring(name.length() + 1).strip())
                    .toList();
        }
    }

    /**
     * Answers a request over the bare connection, which is closed afterwards: a whole answer says so, or the next request may be
     * sent on a connection that is about to end.
     */
    interface Script {
        void answer(Received request, InputStream in, OutputStream out) throws Exception;
    }

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();

    TestUpstream() throws IOException {
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/v1/";
    }

    /** Answers requests with that header {@code X-Script}. */
    void script(String name, Script script) {
        scripts.put(name, script);
    }

    void forget(String name) {
        scripts.remove(name);
    }

    /** The port that it listens on. */
    int port() {
        return server.getLocalPort();
    }

    /** A whole answer with a length. */
    static byte[] answer(String status, String headers, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return ("HTTP/1.1 " + status + "\r\n" + headers + "Connection: close\r\nContent-Length: " + bytes.length
                        + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** One piece of a chunked body (RFC 9112 section 7.1); the empty text is the last one. */
    static byte[] chunk(String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        return (Integer.toHexString(length) + "\r\n" + text + "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                threads.execute(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the end
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            Received request = read(in);
            String script = request.header("X-Script").stream().findFirst().orElse("");
            scripts.getOrDefault(script, (received, input, out) -> out.write(answer("404 Not Found", "", "no script")))
                    .answer(request, in, socket.getOutputStream());
            socket.getOutputStream().flush();
        } catch (IOException gone) {
            // the other side has closed
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Reads one request; a script may read further ones of the connection. */
    static Received read(InputStream in) throws IOException {
        String line = line(in);
        List<String> headers = new ArrayList<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            headers.add(header);
        }
        Received head = new Received(line, headers, new byte[0]);
        List<String> length = head.header("Content-Length");
        byte[] body = head.header("Transfer-Encoding").isEmpty()
                ? in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length.get(0)))
                : chunks(in);
        return new Received(line, headers, body);
    }

    /** Waits until the other side has closed the connection, or reset it. */
    static void awaitEnd(InputStream in) {
        try {
            assertEquals(-1, in.read());
        } catch (IOException reset) {
            // ended, too
        }
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = size(in); size > 0; size = size(in)) {
            body.write(in.readNBytes(size));
            line(in);
        }
        line(in);
        return body.toByteArray();
    }

    private static int size(InputStream in) throws IOException {
        return Integer.parseInt(line(in), 16);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("the connection ended");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}

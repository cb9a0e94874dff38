package com.amplihack.auth.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Sends one request over and over on kept connections, each waiting for its answer, and stops at the first answer that
 * is not 200. Knows just enough HTTP to cost little next to the server that is measured.
 */
final class Load {
    private static final int CONNECTIONS = 16;

    private final InetAddress from;
    private final int port;
    private final byte[] request;

    /** @param headers whole lines, each with its line end */
    Load(String from, int port, String path, String headers) {
        try {
            this.from = InetAddress.getByName(from);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.port = port;
        request = ("GET " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The number of requests that were answered in that time. */
    long run(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            Callable<Long> connection = () -> answered(end);
            long sum = 0;
            for (Future<Long> part : threads.invokeAll(
                    Stream.generate(() -> connection).limit(CONNECTIONS).toList())) {
                sum += part.get();
            }
            return sum;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdown();
        }
    }

    private long answered(long end) throws IOException {
        long count = 0;
        byte[] buffer = new byte[16_384];
        while (System.nanoTime() < end) {
            try (Socket socket = new Socket("127.0.0.1", port, from, 0)) {
                socket.setTcpNoDelay(true);
                boolean open = true;
                while (open && System.nanoTime() < end) {
                    socket.getOutputStream().write(request);
                    open = read(socket.getInputStream(), buffer);
                    count++;
                }
            }
        }
        return count;
    }

    /** Reads one answer; whether the server keeps the connection. */
    private static boolean read(InputStream in, byte[] buffer) throws IOException {
        int length = 0;
        while (true) {
            int more = in.read(buffer, length, buffer.length - length);
            if (more < 0) {
                throw new IOException("ended within an answer");
            }
            length += more;
            String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
            int body = text.indexOf("\r\n\r\n") + 4;
            if (body >= 4 && isWhole(text, body)) {
                if (!text.startsWith("HTTP/1.1 200 ")) {
                    throw new IOException(text);
                }
                return !text.substring(0, body).contains("\r\nConnection: close\r\n");
            }
        }
    }

    private static boolean isWhole(String text, int body) {
        String name = "\r\nContent-Length: ";
        int at = text.indexOf(name);
        if (at < 0 || at >= body) {
            return text.endsWith("\r\n0\r\n\r\n"); // chunked
        }
        int value = at + name.length();
        return text.length() - body >= Integer.parseInt(text.substring(value, text.indexOf('\r', value)));
    }
}

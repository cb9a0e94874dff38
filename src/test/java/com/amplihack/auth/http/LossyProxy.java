package com.amplihack.auth.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Stands at a port of {@code localhost} in front of the shared server, calls it from a loopback address of its own, and
 * treats refreshes as a bad network would. Every connection carries one request.
 */
final class LossyProxy implements AutoCloseable {
    private static final String REFRESH = "POST /auth/refresh ";

    /** What becomes of a refresh. */
    sealed interface Fate {
        /** It never reaches the server. */
        record LostRequest() implements Fate {}

        /** The server has answered, and the connection breaks. */
        record LostAnswer() implements Fate {}

        /** The server has answered, and nothing ever comes back. */
        record Silence() implements Fate {}

        /** The answer waits. */
        record Late(CountDownLatch until) implements Fate {}

        /** Somebody in between answers. */
        record Instead(String answer) implements Fate {}
    }

    private final ServerSocket listening;
    private final Queue<Fate> fates = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<String> refreshes = new LinkedBlockingQueue<>();
    private final Collection<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile String address = new Client().address();

    LossyProxy() {
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread(this::accept);
    }

    String url() {
        return "http://localhost:" + listening.getLocalPort();
    }

    /** What becomes of the next refreshes, one after the other; later ones pass. */
    void next(Fate... what) {
        fates.addAll(List.of(what));
    }

    /** From now on the server sees another client address. */
    void move() {
        address = new Client().address();
    }

    /** The idempotency key of the next refresh that was sent; waits for it. */
    String sentKey() {
        try {
            String head = refreshes.poll(20, TimeUnit.SECONDS);
            if (head == null) {
                throw new AssertionError("no refresh was sent");
            }
            return header(head, "Idempotency-Key").orElse("");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** How many refreshes were sent that {@link #sentKey} has not told of. */
    int moreRefreshes() {
        return refreshes.size();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                sockets.add(client);
                thread(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            Optional<Message> request = Message.read(client.getInputStream());
            if (request.isPresent()) {
                byte[] answer = answer(request.get());
                client.getOutputStream().write(answer);
                client.getOutputStream().flush();
            }
        } catch (IOException | InterruptedException broken) {
            // the network is like that
        } finally {
            sockets.remove(client);
        }
    }

    private byte[] answer(Message request) throws IOException, InterruptedException {
        Fate fate = null;
        if (request.head().startsWith(REFRESH)) {
            fate = fates.poll();
            refreshes.add(request.head());
        }
        if (fate instanceof Fate.LostRequest) {
            throw new IOException("lost");
        }
        if (fate instanceof Fate.Instead instead) {
            return instead.answer().getBytes(ISO_8859_1);
        }
        byte[] answer = ask(request);
        if (fate instanceof Fate.LostAnswer) {
            throw new IOException("lost");
        }
        if (fate instanceof Fate.Silence) {
            new CountDownLatch(1).await(1, TimeUnit.MINUTES);
            throw new IOException("lost");
        }
        if (fate instanceof Fate.Late late) {
            late.until().await(1, TimeUnit.MINUTES);
        }
        return answer;
    }

    private byte[] ask(Message request) throws IOException {
        try (Socket server = new Socket()) {
            server.bind(new InetSocketAddress(address, 0));
            server.connect(new InetSocketAddress("127.0.0.1", SharedServer.get().port()));
            server.getOutputStream().write(request.forOneConnection());
            server.getOutputStream().flush();
            return server.getInputStream().readAllBytes();
        }
    }

    private static Optional<String> header(String head, String name) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "lossy-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Message(String head, byte[] body) {
        /** Empty when the client closes without a word, as browsers do that connect in advance. */
        static Optional<Message> read(InputStream in) throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next < 0) {
                    return Optional.empty();
                }
                head.write(next);
            }
            String text = head.toString(ISO_8859_1);
            int length = header(text, "Content-Length").map(Integer::parseInt).orElse(0);
            return Optional.of(new Message(text, in.readNBytes(length)));
        }

        /** Without what speaks of this connection. */
        byte[] forOneConnection() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (String line : head.strip().split("\r\n")) {
                String name = line.split(":")[0].toLowerCase(Locale.ROOT);
                if (!List.of("connection", "keep-alive", "upgrade", "http2-settings")
                        .contains(name)) {
                    bytes.write((line + "\r\n").getBytes(ISO_8859_1));
                }
            }
            bytes.write("Connection: close\r\n\r\n".getBytes(ISO_8859_1));
            bytes.write(body);
            return bytes.toByteArray();
        }
    }
}

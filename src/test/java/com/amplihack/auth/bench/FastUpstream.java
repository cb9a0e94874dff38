package com.amplihack.auth.bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Answers every request with the same completion on one thread, so that next to nothing of a measurement is its own.
 * Knows just enough HTTP: one request at a time on a connection, with a length or in chunks.
 */
final class FastUpstream implements Closeable {
    private static final String COMPLETION = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,"
            + "\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello!\"},"
            + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}";
    private static final byte[] ANSWER = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                    + COMPLETION.length() + "\r\n\r\n" + COMPLETION)
            .getBytes(StandardCharsets.US_ASCII);

    private final Selector selector = Selector.open();
    private final ServerSocketChannel server = ServerSocketChannel.open();

    FastUpstream() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        Thread thread = new Thread(this::serve, "upstream");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.socket().getLocalPort();
    }

    private void serve() {
        try {
            while (server.isOpen()) {
                selector.select(this::ready);
            }
        } catch (IOException | ClosedSelectorException e) {
            // closed
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                SocketChannel client = server.accept();
                client.configureBlocking(false);
                client.socket().setTcpNoDelay(true);
                client.register(selector, SelectionKey.OP_READ, new Request());
            } else if (!((Request) key.attachment()).read((SocketChannel) key.channel())) {
                key.channel().close();
            }
        } catch (IOException gone) {
            try {
                key.channel().close();
            } catch (IOException alsoGone) {
                key.cancel();
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        selector.close();
    }

    /** What has come of a request. */
    private static final class Request {
        private final ByteBuffer buffer = ByteBuffer.allocate(65_536);
        private long left = -1;
        private boolean chunked;

        /** Whether the connection goes on. */
        boolean read(SocketChannel from) throws IOException {
            if (from.read(buffer) < 0) {
                return false;
            }
            if (left < 0 && !chunked) {
                int body = head();
                if (body < 0) {
                    return true;
                }
                left -= chunked ? 0 : buffer.position() - body;
            } else if (!chunked) {
                left -= buffer.position();
            }
            if (chunked ? endsInLastChunk() : left == 0) {
                buffer.clear();
                left = -1;
                chunked = false;
                from.write(ByteBuffer.wrap(ANSWER));
            } else if (chunked) { // keep the last bytes, which may be the start of the end
                buffer.flip().position(Math.max(0, buffer.limit() - 4));
                buffer.compact();
            } else {
                buffer.clear();
            }
            return true;
        }

        /** Where the body begins, or -1. */
        private int head() {
            String text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end < 0) {
                return -1;
            }
            String head = text.substring(0, end + 2).toLowerCase(Locale.ROOT);
            chunked = head.contains("\r\ntransfer-encoding: chunked\r\n");
            int length = head.indexOf("\r\ncontent-length: ");
            left = length < 0 ? 0 : Long.parseLong(head.substring(length + 18, head.indexOf('\r', length + 18)));
            return end + 4;
        }

        private boolean endsInLastChunk() {
            int at = buffer.position();
            return at >= 5
                    && buffer.get(at - 5) == '0'
                    && buffer.get(at - 4) == '\r'
                    && buffer.get(at - 2) == '\r'
                    && buffer.get(at - 1) == '\n';
        }
    }
}

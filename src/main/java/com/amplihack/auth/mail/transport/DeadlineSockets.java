package com.amplihack.auth.mail.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;

/**
 * The connections of one mail, which are closed at its deadline: a time-out of each answer alone would let a server go on for
 * ever that sends a byte now and then, or takes none.
 */
final class DeadlineSockets implements AutoCloseable {
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final SSLSocketFactory trusting;
    private final Thread watch;
    private volatile boolean expired;

    /** @param trusting says which certificates are accepted */
    DeadlineSockets(Duration longest, SSLSocketFactory trusting) {
        this.trusting = trusting;
        watch = new Thread(() -> closeAfter(longest), "mail-deadline");
        watch.setDaemon(true);
        watch.start();
    }

    private void closeAfter(Duration longest) {
        try {
            Thread.sleep(longest.toMillis());
            expired = true;
            open.forEach(DeadlineSockets::abort);
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt(); // the mail was sent in time
        }
    }

    private static void abort(Socket socket) {
        try {
            socket.close();
        } catch (IOException closed) {
            // it is of no use any more
        }
    }

    /** Whether the deadline has passed. */
    boolean isExpired() {
        return expired;
    }

    private Socket track(Socket socket) {
        open.add(socket);
        if (expired) {
            abort(socket);
        }
        return socket;
    }

    @Override
    public void close() {
        watch.interrupt();
    }

    SocketFactory plain() {
        return new Plain();
    }

    SSLSocketFactory tls() {
        return new Tls();
    }

    private final class Plain extends SocketFactory {
        @Override
        public Socket createSocket() {
            return track(new Socket());
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return track(new Socket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort) throws IOException {
            return track(new Socket(host, port, from, fromPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return track(new Socket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) throws IOException {
            return track(new Socket(host, port, from, fromPort));
        }
    }

    private final class Tls extends SSLSocketFactory {
        @Override
        public Socket createSocket() throws IOException {
            return track(trusting.createSocket());
        }

        @Override
        public Socket createSocket(Socket below, String host, int port, boolean closesBelow) throws IOException {
            return trusting.createSocket(track(below), host, port, closesBelow);
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return track(trusting.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort) throws IOException {
            return track(trusting.createSocket(host, port, from, fromPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return track(trusting.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) throws IOException {
            return track(trusting.createSocket(host, port, from, fromPort));
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return trusting.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return trusting.getSupportedCipherSuites();
        }
    }
}

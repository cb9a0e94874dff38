package com.amplihack.auth.proxy.connection;

import com.amplihack.auth.problem.RateLimitedLogger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Detects within a second that a client has disconnected while it waits for an answer, without reading from the
 * connection (ADR 0049); {@link #poll} is to be called periodically, on one thread.
 */
public final class DisconnectDetector implements AutoCloseable {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(Logger.getLogger(DisconnectDetector.class.getName()), 1);

    /** Consecutive polls that must find a connection closed: the server may have read its bytes after a select. */
    private static final int CONSECUTIVE_POLLS = 2;

    /** Longest TLS close_notify alert (RFC 8446 section 6.1); every HTTP request within TLS is longer. */
    private static final int MAX_CLOSE_NOTIFY = 47;

    private final Selector selector;
    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();

    public DisconnectDetector() {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Watches a connection that nothing else reads from.
     *
     * @param gone runs once when the client has disconnected
     * @return stops watching; idempotent
     */
    public Runnable watch(ClientConnection connection, Runnable gone) {
        Watched each = new Watched(connection, gone);
        watched.add(each);
        return each::stop;
    }

    /** Checks all watched connections. */
    public void poll() {
        try {
            selector.selectNow(); // also deregisters closed channels
            watched.forEach(Watched::poll);
            selector.selectedKeys().clear();
        } catch (IOException | RuntimeException failed) {
            LOG.log(Level.WARNING, "late", "Client disconnects are detected late", failed);
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }

    private final class Watched {
        private final ClientConnection connection;
        private final Runnable gone;
        private @Nullable SelectionKey key;
        private int closed;
        private boolean stopped;

        Watched(ClientConnection connection, Runnable gone) {
            this.connection = connection;
            this.gone = gone;
        }

        synchronized void stop() {
            stopped = true;
            watched.remove(this);
            if (key != null) {
                key.cancel();
            }
        }

        void poll() {
            if (isDisconnected()) {
                stop();
                gone.run();
            }
        }

        private synchronized boolean isDisconnected() {
            if (stopped) {
                return false;
            }
            try {
                if (!connection.isOpen()) {
                    return true;
                }
                closed = looksClosed() ? closed + 1 : 0;
                return closed >= CONSECUTIVE_POLLS;
            } catch (IOException | RuntimeException unknown) {
                return !connection.channel().isOpen(); // else an earlier exchange's key is not deregistered yet
            }
        }

        private boolean looksClosed() throws IOException {
            if (connection.isReadByServer()) {
                return false;
            }
            if (key == null) {
                key = connection.channel().register(selector, SelectionKey.OP_READ);
                return false;
            }
            if (!selector.selectedKeys().contains(key)) {
                return false;
            }
            int unread = connection.unread(); // readable with nothing to read: end of stream
            return unread == 0 || (connection.isSecure() && unread <= MAX_CLOSE_NOTIFY);
        }
    }
}

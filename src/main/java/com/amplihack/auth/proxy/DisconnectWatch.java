package com.amplihack.auth.proxy;

import com.amplihack.auth.problem.RepeatedLog;
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
 * Notices within a second that a client has closed its connection while it waits for an answer, without reading from it
 * and without a thread for each (ADR 0049): {@link #look} is to be called at intervals, on one thread.
 */
final class DisconnectWatch implements AutoCloseable {
    private static final RepeatedLog LOG = new RepeatedLog(Logger.getLogger(DisconnectWatch.class.getName()), 1);

    /** How often in a row a connection must look closed: the server may have taken what came in between. */
    private static final int TIMES = 2;

    /** No HTTP request within TLS is as short: what waits is the alert that says goodbye (RFC 8446 section 6.1). */
    private static final int LONGEST_GOODBYE = 47;

    private final Selector selector;
    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();

    DisconnectWatch() {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Watches a connection from which nobody is about to read.
     *
     * @param gone runs once when the client has left
     * @return ends it; again without effect
     */
    Runnable watch(ClientConnection connection, Runnable gone) {
        Watched each = new Watched(connection, gone);
        watched.add(each);
        return each::stop;
    }

    /** Looks at all of them. */
    void look() {
        try {
            selector.selectNow(); // also lets go of channels that were closed meanwhile
            watched.forEach(Watched::look);
            selector.selectedKeys().clear();
        } catch (IOException | RuntimeException failed) {
            LOG.log(Level.WARNING, "late", "Clients that leave are noticed late", failed);
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

        void look() {
            if (hasLeft()) {
                stop();
                gone.run();
            }
        }

        private synchronized boolean hasLeft() {
            if (stopped) {
                return false;
            }
            try {
                if (!connection.isOpen()) {
                    return true;
                }
                closed = looksClosed() ? closed + 1 : 0;
                return closed >= TIMES;
            } catch (IOException | RuntimeException unknown) {
                return !connection.channel().isOpen(); // or its key of an earlier exchange is not forgotten yet
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
            int unread = connection.unread(); // readable, and nothing to read: the end
            return unread == 0 || (connection.isSecure() && unread <= LONGEST_GOODBYE);
        }
    }
}

package com.amplihack.auth.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP proxy on loopback between this service and its Redis that can be told to fail. */
public final class FaultProxy implements AutoCloseable {
    private enum Mode {
        PASS,
        REFUSE,
        SWALLOW
    }

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Socket> dead = ConcurrentHashMap.newKeySet();
    private volatile Mode mode = Mode.PASS;
    private volatile Duration delay = Duration.ZERO;
    private final AtomicBoolean loseAnswer = new AtomicBoolean();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();

    public FaultProxy(int target) throws IOException {
        this.target = target;
        listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Forwards everything. */
    public void pass() {
        mode = Mode.PASS;
        delay = Duration.ZERO;
        closeAll(); // what was swallowed has no other side
    }

    /** Cuts what is open and closes every new connection at once. */
    public void refuse() {
        mode = Mode.REFUSE;
        closeAll();
    }

    /** Takes everything and never answers, on connections that are open already too. */
    public void swallow() {
        mode = Mode.SWALLOW;
    }

    /** Takes everything on connections that are open now and never answers, for good; new ones are forwarded. */
    public void forgetOpenConnections() {
        dead.addAll(open);
        mode = Mode.PASS;
    }

    /** Forwards each answer so much later. */
    public void slow(Duration later) {
        delay = later;
    }

    /** Cuts every connection once. */
    public void cut() {
        closeAll();
    }

    /** How many connections were taken so far. */
    int connections() {
        return connections.get();
    }

    /** How many clients are connected. */
    public int connected() {
        return open.size() / 2;
    }

    /** How many pieces clients have sent so far. */
    int requests() {
        return requests.get();
    }

    /** Forwards the next request and cuts the connection instead of giving its answer. */
    public void loseTheNextAnswer() {
        loseAnswer.set(true);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (mode == Mode.REFUSE) {
                    client.close();
                    continue;
                }
                connections.incrementAndGet();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true); // else small answers wait for one another
                server.setTcpNoDelay(true);
                open.add(client);
                open.add(server);
                daemon(() -> pump(client, server, false));
                daemon(() -> pump(server, client, true));
            } catch (IOException closed) {
                // the listener, or a target that is gone
            }
        }
    }

    private void pump(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (answers && loseAnswer.compareAndSet(true, false)) {
                    return;
                }
                if (!answers) {
                    requests.incrementAndGet();
                } else if (!delay.isZero()) {
                    Thread.sleep(delay.toMillis());
                }
                if (mode == Mode.PASS && !dead.contains(from)) {
                    out.write(buffer, 0, count);
                }
            }
        } catch (IOException cut) {
            // one side went
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(from);
            dead.remove(from);
        }
    }

    private void closeAll() {
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException gone) {
                // closed is what it should be
            }
        }
        open.clear();
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "fault-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        closeAll();
    }
}

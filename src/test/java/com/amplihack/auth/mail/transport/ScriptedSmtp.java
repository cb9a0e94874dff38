package com.amplihack.auth.mail.transport;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An SMTP server that answers, hangs or goes away as a test says. The verbs are those of RFC 5321, and {@code .} for the end of a
 * message.
 */
public final class ScriptedSmtp implements AutoCloseable {
    private static final String HANG = "hang";
    private static final String VANISH = "vanish";
    private static final String DRIP = "drip";

    private final ServerSocket listener;
    private final Map<String, String> script = new ConcurrentHashMap<>();
    private final List<String> extensions = new CopyOnWriteArrayList<>();
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile @Nullable SSLContext tls;
    private volatile boolean implicit;

    private ScriptedSmtp(ServerSocket listener) {
        this.listener = listener;
    }

    public static ScriptedSmtp start() throws IOException {
        ScriptedSmtp server = new ScriptedSmtp(new ServerSocket(0, 50, InetAddress.getByName("localhost")));
        thread(server::accept);
        return server;
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "scripted-smtp");
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Offers STARTTLS (RFC 3207) with that certificate. */
    public ScriptedSmtp offering(SSLContext certificate) {
        tls = certificate;
        return this;
    }

    /** Begins with TLS (RFC 8314). */
    public ScriptedSmtp beginningWith(SSLContext certificate) {
        tls = certificate;
        implicit = true;
        return this;
    }

    /** Offers an extension. */
    public ScriptedSmtp offering(String extension) {
        extensions.add(extension);
        return this;
    }

    /** Answers a verb with this line. */
    public ScriptedSmtp answering(String verb, String reply) {
        script.put(verb, reply);
        return this;
    }

    /** Never answers the verb. */
    public ScriptedSmtp hangingAt(String verb) {
        return answering(verb, HANG);
    }

    /** Answers the verb with one byte now and then, for ever. */
    public ScriptedSmtp drippingAt(String verb) {
        return answering(verb, DRIP);
    }

    /** Closes the connection at the verb. */
    public ScriptedSmtp vanishingAt(String verb) {
        return answering(verb, VANISH);
    }

    /** Answers everything as usual again. */
    public void mend() {
        script.clear();
    }

    /** What it was told, without the messages. */
    public List<String> commands() {
        return List.copyOf(commands);
    }

    /** What it has taken, or had read when it was to vanish or hang. */
    public List<String> messages() {
        return List.copyOf(messages);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                open.add(socket);
                thread(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            new Conversation(socket).run();
        } catch (IOException gone) {
            // the client has closed it
        }
    }

    private final class Conversation {
        private Socket socket;
        private BufferedReader in;
        private OutputStream out;
        private boolean secure;

        Conversation(Socket socket) throws IOException {
            if (implicit) {
                secure(socket);
            } else {
                use(socket);
            }
        }

        private void secure(Socket below) throws IOException {
            SSLSocket upgraded = (SSLSocket)
                    Objects.requireNonNull(tls).getSocketFactory().createSocket(below, null, below.getPort(), false);
            upgraded.setUseClientMode(false);
            upgraded.startHandshake();
            secure = true;
            use(upgraded);
        }

        private void use(Socket connection) throws IOException {
            socket = connection;
            in = new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
            out = connection.getOutputStream();
        }

        void run() throws IOException {
            if (!answer("CONNECT", "220 scripted ESMTP")) {
                return;
            }
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                commands.add(line);
                String verb = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
                if (verb.equals("DATA") && !script.containsKey("DATA")) {
                    if (!data()) {
                        return;
                    }
                } else if (verb.equals("STARTTLS")) {
                    answer(verb, "220 go ahead");
                    secure(socket);
                } else if (!answer(verb, usual(verb)) || verb.equals("QUIT")) {
                    return;
                }
            }
        }

        private String usual(String verb) {
            if (!verb.equals("EHLO")) {
                return verb.equals("QUIT") ? "221 bye" : "250 ok";
            }
            List<String> offered = new ArrayList<>(extensions);
            if (tls != null && !secure) {
                offered.add("STARTTLS");
            }
            StringBuilder lines = new StringBuilder("250-scripted\r\n");
            offered.forEach(extension -> lines.append("250-").append(extension).append("\r\n"));
            return lines.append("250 HELP").toString();
        }

        private boolean data() throws IOException {
            send("354 go on");
            StringBuilder message = new StringBuilder();
            for (String line = in.readLine(); line != null && !line.equals("."); line = in.readLine()) {
                message.append(line).append('\n');
            }
            messages.add(message.toString());
            return answer(".", "250 taken");
        }

        private boolean answer(String verb, String usual) throws IOException {
            String reply = script.getOrDefault(verb, usual);
            switch (reply) {
                case VANISH -> {
                    return false;
                }
                case HANG -> {
                    pause(60_000);
                    return false;
                }
                case DRIP -> {
                    send("250-slow");
                    for (int i = 0; i < 600; i++) {
                        out.write("250-x\r\n".charAt(i % 7));
                        out.flush();
                        pause(100);
                    }
                    return false;
                }
                default -> send(reply);
            }
            return true;
        }

        private void send(String line) throws IOException {
            out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}

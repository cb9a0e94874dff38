package com.amplihack.auth.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code server-config/haproxy/haproxy.cfg} as it is shipped, but for its addresses and whom it runs as. */
public final class HaProxy implements AutoCloseable {
    /** The servers of the file, in its order. */
    public static final List<String> SERVERS = List.of("one", "two", "three");

    /** It calls the servers from here, so that tests can tell it from clients that call them themselves. */
    public static final String ADDRESS = "127.9.8.7";

    /** The server that was asked, on each answer; the shipped file does not tell. */
    public static final String SERVED_BY = "X-Served-By";

    private static final Path SHIPPED = Path.of("server-config/haproxy/haproxy.cfg");

    private final int port;
    private final Path commands;
    private final Path log;
    private final Process process;

    private HaProxy(int port, Path commands, Path log, Process process) {
        this.port = port;
        this.commands = commands;
        this.log = log;
        this.process = process;
    }

    /** Starts it in front of the servers at these ports of loopback: the first is {@code one}. */
    public static HaProxy start(List<Integer> serverPorts) {
        return startBefore(serverPorts.stream().map(port -> "127.0.0.1:" + port).toList());
    }

    /** The same; each server is an address with what HAProxy shall know of it, as in a line of its configuration. */
    public static HaProxy startBefore(List<String> servers) {
        try {
            Path directory = ServerProcess.freshDirectory("haproxy");
            // the path of such a socket has at most a hundred characters
            Path commands = Files.createTempDirectory("haproxy").resolve("admin.sock");
            int port = ServerProcess.freePort();
            String configuration = Files.readString(SHIPPED);
            configuration = replaced(configuration, "log /dev/log local0", "log stdout format raw local0");
            configuration = replaced(configuration, "/run/haproxy/admin.sock", commands.toString());
            configuration = replaced(configuration, "    user haproxy\n    group haproxy\n", "");
            configuration = replaced(configuration, "defaults\n", "defaults\n    source " + ADDRESS + "\n");
            configuration = replaced(configuration, "127.0.0.1:8080", "127.0.0.1:" + port);
            configuration = replaced(
                    configuration,
                    "frontend clients\n",
                    "frontend clients\n    http-after-response set-header " + SERVED_BY + " %s\n");
            for (int i = 0; i < SERVERS.size(); i++) {
                // nobody listens at port 1
                String server = i < servers.size() ? servers.get(i) : "127.0.0.1:1";
                configuration = replaced(configuration, "127.0.0.1:" + (8081 + i), server);
            }
            Path file = Files.writeString(directory.resolve("haproxy.cfg"), configuration);
            Path log = directory.resolve("haproxy.log");
            Process process = new ProcessBuilder(
                            Program.find("haproxy").orElseThrow().toString(), "-db", "-f", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new HaProxy(port, commands, log, process).listening();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String replaced(String configuration, String shipped, String ours) {
        if (!configuration.contains(shipped)) {
            throw new AssertionError("haproxy.cfg does not hold " + shipped);
        }
        return configuration.replace(shipped, ours);
    }

    private HaProxy listening() throws IOException {
        for (int i = 0; i < 100 && process.isAlive(); i++) {
            try (Socket reached = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return this;
            } catch (IOException notYet) {
                pause();
            }
        }
        close();
        throw new AssertionError("haproxy did not start:\n" + Files.readString(log));
    }

    /** The socket that takes its commands. */
    public Path commands() {
        return commands;
    }

    /** Where clients ask. */
    public int port() {
        return port;
    }

    /** Sends that server no request any more, and waits until it has answered what it has. */
    public void drain(String server) {
        command("set server ready/" + server + " state drain");
        while (!figure(server, "scur").equals("0")) {
            pause();
        }
    }

    /** Undoes {@link #drain}: the server is used as soon as it says that it is ready. */
    public void use(String server) {
        command("set server ready/" + server + " state ready");
    }

    /** Whether requests are sent to that server. */
    public boolean isUsed(String server) {
        return figure(server, "status").startsWith("UP");
    }

    /** A column of what HAProxy knows of a server. */
    private String figure(String server, String column) {
        List<String> lines = command("show stat").lines().toList();
        List<String> names = Arrays.asList(lines.get(0).replaceFirst("^# ", "").split(",", -1));
        return lines.stream()
                .filter(line -> line.startsWith("ready," + server + ","))
                .map(line -> line.split(",", -1)[names.indexOf(column)])
                .findFirst()
                .orElseThrow();
    }

    private String command(String line) {
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(commands));
            socket.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(socket).readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

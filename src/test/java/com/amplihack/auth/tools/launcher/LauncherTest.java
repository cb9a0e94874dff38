package com.amplihack.auth.tools.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LauncherTest {
    @Test
    void portIs8080UnlessTheOptionNamesAnother() {
        assertEquals(8080, Launcher.port(List.of()));
        assertEquals(8080, Launcher.port(List.of("--nohazelcast", "--deploy", "a.war")));
        assertEquals(8081, Launcher.port(List.of("--port", "8081")));
        assertEquals(9000, Launcher.port(List.of("--nohazelcast", "--port", "9000", "--deploy", "a.war")));
    }

    @Test
    void portOptionWithoutAValueIsLeftToPayara() {
        assertEquals(8080, Launcher.port(List.of("--deploy", "a.war", "--port")));
    }

    @Test
    void lastLineSaysWhatToDoNext() {
        Duration sinceStart = Duration.ofMillis(18_640);
        assertEquals(
                "Amplihack Auth is ready after 18.6 s. Next: sign in at http://localhost:8081/ with the account above, whose"
                        + " password is shown this once. Ctrl-C stops the server.",
                Launcher.ready(8081, sinceStart, true));
        assertEquals(
                "Amplihack Auth is ready after 18.6 s. Next: sign in at http://localhost:8080/. Ctrl-C stops the server.",
                Launcher.ready(8080, sinceStart, false));
    }

    @Test
    void portThatSomebodyListensOnIsNotFree() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            assertFalse(Launcher.isFree(taken.getLocalPort()));
        }
    }

    @Test
    void portThatAServerHasJustLeftIsFree() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket()) {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            port = server.getLocalPort();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
                    Socket served = server.accept()) {
                served.close(); // the server closes first, so that its side stays in TIME_WAIT
                assertEquals(-1, client.getInputStream().read());
            }
        }
        assertTrue(Launcher.isFree(port));
    }

    @Test
    void askingDoesNotTakeThePort() throws IOException {
        int port;
        try (ServerSocket found = new ServerSocket(0)) {
            port = found.getLocalPort();
        }
        assertTrue(Launcher.isFree(port));
        assertTrue(Launcher.isFree(port));
    }
}

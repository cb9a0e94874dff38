package com.amplihack.auth.tools.launcher;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Starts Payara Micro with the WAR and turns a port in use or a failed deployment into one sentence and exit code 1; Payara
 * Micro alone prints a stack trace, reports that it is ready and answers 404.
 *
 * <p>Not in the WAR: the main class of the small jar that {@code payara-micro:start} runs.
 */
public final class Launcher {
    private static final int DEFAULT_PORT = 8080;

    /**
     * Grizzly's check, on by default, takes bytes above 0x7F in headers for control characters and answers browsers an
     * empty 400. The WAR itself refuses control characters.
     */
    private static final String STRICT_HEADER_VALUES =
            "org.glassfish.grizzly.http.STRICT_HEADER_VALUE_VALIDATION_RFC_9110";

    private Launcher() {}

    /** Takes Payara Micro's arguments. */
    public static void main(String[] arguments) throws ReflectiveOperationException, InterruptedException {
        int port = port(List.of(arguments));
        if (!isFree(port)) {
            fail("Port " + port + " is in use: stop what listens there, or choose another one with -Dauth.port=8081");
        }
        System.out.println(
                "Starting Payara Micro on port " + port + ", then Amplihack Auth in it. This takes some seconds.");
        if (System.getProperty(STRICT_HEADER_VALUES) == null) {
            System.setProperty(STRICT_HEADER_VALUES, "false"); // read once, when the HTTP connector loads
        }
        // by reflection: Payara Micro is on the class path at run time only
        Class.forName("fish.payara.micro.PayaraMicro")
                .getMethod("main", String[].class)
                .invoke(null, (Object) arguments);
        if (!answersSoon(port)) {
            fail("Amplihack Auth did not start; the lines above say why.");
        }
        Duration sinceStart =
                Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
        System.out.println(ready(port, sinceStart, ServerNoiseFilter.sawFirstAccount()));
    }

    static String ready(int port, Duration sinceStart, boolean firstAccount) {
        return String.format(
                Locale.ROOT,
                "Amplihack Auth is ready after %.1f s. Next: sign in at http://localhost:%d/%s. Ctrl-C stops the server.",
                sinceStart.toMillis() / 1000.0,
                port,
                firstAccount ? " with the account above, whose password is shown this once" : "");
    }

    static int port(List<String> arguments) {
        int option = arguments.indexOf("--port");
        return option < 0 || option + 1 == arguments.size()
                ? DEFAULT_PORT
                : Integer.parseInt(arguments.get(option + 1));
    }

    static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true); // ignores connections of a stopped server in TIME_WAIT
            probe.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /**
     * Polls the application, as Payara Micro reports that it is ready slightly early, and even after a failed deployment.
     * An application that waits for Redis or the database answers 503, and is alive until it gives up.
     */
    private static boolean answersSoon(int port) throws InterruptedException {
        for (int attempt = 0; attempt < 20; attempt++) {
            int status = status(port, "/auth/jwks");
            if (status == HttpURLConnection.HTTP_OK) {
                return true;
            }
            if (status == HttpURLConnection.HTTP_UNAVAILABLE) {
                if (status(port, "/health/live") != HttpURLConnection.HTTP_OK) {
                    return false;
                }
                attempt = 0;
            }
            Thread.sleep(100);
        }
        return false;
    }

    private static int status(int port, String path) {
        try {
            HttpURLConnection probe = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
            probe.setConnectTimeout(5_000);
            probe.setReadTimeout(20_000);
            return probe.getResponseCode();
        } catch (IOException silent) {
            return 0;
        }
    }

    private static void fail(String sentence) {
        System.out.println(sentence);
        System.exit(1);
    }
}

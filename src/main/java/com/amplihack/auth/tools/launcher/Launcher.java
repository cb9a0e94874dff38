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
 * Starts Payara Micro with the WAR the way a newcomer expects it: a port in use or a failed deployment is one sentence
 * and a non-zero exit, where Payara Micro alone prints a page of stack, says that it is ready and answers 404.
 *
 * <p>Not part of the WAR: it is the main class of the small jar that {@code payara-micro:start} runs.
 */
public final class Launcher {
    private static final int DEFAULT_PORT = 8080;

    /**
     * On, as it is by default, this takes every byte above 0x7F in a header for a control character, so that the connector
     * answers an empty 400 to browsers that send one. Control characters are refused by the WAR itself.
     */
    private static final String STRICT_HEADER_VALUES =
            "org.glassfish.grizzly.http.STRICT_HEADER_VALUE_VALIDATION_RFC_9110";

    private Launcher() {}

    /** Takes Payara Micro's own arguments. */
    public static void main(String[] arguments) throws ReflectiveOperationException, InterruptedException {
        int port = port(List.of(arguments));
        if (!isFree(port)) {
            fail("Port " + port + " is in use: stop what listens there, or choose another one with -Dauth.port=8081");
        }
        if (System.getProperty(STRICT_HEADER_VALUES) == null) {
            System.setProperty(STRICT_HEADER_VALUES, "false"); // read once, when the HTTP connector is loaded
        }
        // by reflection: Payara Micro is here when this runs, not when it is compiled
        Class.forName("fish.payara.micro.PayaraMicro")
                .getMethod("main", String[].class)
                .invoke(null, (Object) arguments);
        if (!answersSoon(port)) {
            fail("Amplihack Auth was not deployed; the lines above say why.");
        }
        Duration sinceStart =
                Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
        System.out.println(ready(port, sinceStart, QuietFilter.sawTheFirstAccount()));
    }

    static String ready(int port, Duration sinceStart, boolean firstAccount) {
        return String.format(
                Locale.ROOT,
                "Amplihack Auth is ready after %.1f s. Next: http://localhost:%d/ shows how to sign in%s. Ctrl-C stops the server.",
                sinceStart.toMillis() / 1000.0,
                port,
                firstAccount ? "; the account and its password, shown this once, are above" : "");
    }

    static int port(List<String> arguments) {
        int option = arguments.indexOf("--port");
        return option < 0 || option + 1 == arguments.size()
                ? DEFAULT_PORT
                : Integer.parseInt(arguments.get(option + 1));
    }

    static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true); // a port that a stopped server has just left is free
            probe.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** Payara Micro says that it is ready a moment before the application is; when the deployment failed it never is. */
    private static boolean answersSoon(int port) throws InterruptedException {
        for (int attempt = 0; attempt < 20; attempt++) {
            if (answers(port)) {
                return true;
            }
            Thread.sleep(100);
        }
        return false;
    }

    private static boolean answers(int port) {
        try {
            HttpURLConnection probe = (HttpURLConnection) URI.create("http://127.0.0.1:" + port + "/auth/jwks")
                    .toURL()
                    .openConnection();
            probe.setConnectTimeout(5_000);
            probe.setReadTimeout(20_000);
            return probe.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException silent) {
            return false;
        }
    }

    private static void fail(String sentence) {
        System.out.println(sentence);
        System.exit(1);
    }
}

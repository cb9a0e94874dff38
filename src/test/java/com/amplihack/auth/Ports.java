package com.amplihack.auth;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Free ports for what tests start. Each fork of a test run takes from its own quarter, and all lie below those that
 * outgoing connections get (from 32768 on Linux): nobody takes one between its choice and its use.
 */
public final class Ports {
    private static final int FORKS = 4;
    private static final int FORK = Integer.getInteger("it.fork", 0) % FORKS;

    private Ports() {}

    public static int free() {
        return free(23_000, 27_000, Ports::isFree);
    }

    /** One that is free, and so is the bus of a Redis Cluster, ten thousand above. */
    public static int freeForRedis() {
        return free(20_000, 22_768, port -> isFree(port) && isFree(port + 10_000));
    }

    /** The first of a hundred. */
    public static int freeHundred() {
        int base;
        do {
            base = 100 * ThreadLocalRandom.current().nextInt(270, 300);
        } while (!IntStream.range(base, base + 100).allMatch(Ports::isFree));
        return base;
    }

    private static int free(int first, int end, IntPredicate suits) {
        int port;
        do {
            port = ThreadLocalRandom.current().nextInt(first / FORKS, end / FORKS) * FORKS + FORK;
        } while (!suits.test(port));
        return port;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}

package com.amplihack.auth.keys.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.Seed;
import com.amplihack.auth.keys.BusyRing;
import com.amplihack.auth.keys.KeyRing;
import com.amplihack.auth.keys.ring.RingKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes change one key directory without rest; they are killed, or the power goes. */
@Tag("fault-32")
@Tag("full")
class KeyDirectoryCrashTest {
    private static final int ROUNDS = 6;

    @TempDir
    Path temporary;

    private final long began = System.currentTimeMillis();
    private final Random random = Seed.random();
    private final List<Process> children = new ArrayList<>();

    @AfterEach
    void killAll() throws InterruptedException {
        for (Process child : children) {
            child.destroyForcibly().waitFor();
        }
        children.clear();
    }

    @Test
    void whateverMomentProcessesAreKilledAtTheRingIsWhole() throws Exception {
        Path home = temporary.resolve("home");
        Set<String> dead = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            startTwo(home);
            Thread.sleep(random.nextInt(700));
            assertAllRun();
            killAll();
            dead.addAll(assertWhole(home, dead));
        }
    }

    @Test
    void whateverMomentThePowerGoesAtTheRingIsWhole() throws Exception {
        Path home = temporary.resolve("home");
        startTwo(home);
        List<Path> copies = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Thread.sleep(random.nextInt(100));
            Path copy = temporary.resolve("copy" + i);
            if (copyOneMoment(home.resolve("keys"), copy.resolve("keys"))) {
                copies.add(copy);
            }
        }
        assertAllRun();
        killAll();
        assertTrue(copies.size() > 10, "copies: " + copies.size());
        for (Path copy : copies) {
            assertWhole(copy, Set.of());
        }
    }

    /** Each has read what the other wrote all the while, and would have ended had it been broken once. */
    private void assertAllRun() {
        for (Process child : children) {
            assertTrue(child.isAlive(), "a process found the ring broken");
        }
    }

    /** Opens the directory as a server does; the compromised keys in it. */
    private Set<String> assertWhole(Path home, Set<String> dead) throws IOException {
        BusyRing opened = new BusyRing(home, began);
        KeyRing ring = opened.ring();
        assertTrue(ring.active().works());
        opened.rotation().tick(); // tidies up as well
        Set<String> named = ring.keys().stream()
                .map(key -> key.file().equals(KeyFiles.FIRST) ? KeyFiles.FIRST : key.file())
                .collect(Collectors.toSet());
        Set<String> strangers = new TreeSet<>(names(home.resolve("keys")));
        strangers.removeAll(named);
        strangers.removeAll(Set.of(".lock", "handle.key", "jwks.json", "jwt_public.pem", "ring.json"));
        assertEquals(Set.of(), strangers);
        assertEquals(ring.jwks().text(), Files.readString(home.resolve("keys/jwks.json")));
        for (String kid : dead) {
            assertTrue(ring.find(kid).isEmpty(), "dead is dead");
        }
        return ring.keys().stream()
                .filter(RingKey::compromised)
                .map(RingKey::kid)
                .collect(Collectors.toSet());
    }

    /**
     * A copy takes a while and a power cut does not: one is kept only if the ring stayed the same meanwhile. Key files
     * come and go while it does.
     */
    private static boolean copyOneMoment(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try {
            String before = Files.readString(from.resolve("ring.json"));
            for (String name : names(from)) {
                Files.copy(from.resolve(name), to.resolve(name));
            }
            return before.equals(Files.readString(from.resolve("ring.json")))
                    && before.equals(Files.readString(to.resolve("ring.json")));
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    private void startTwo(Path home) throws IOException {
        for (int i = 0; i < 2; i++) {
            children.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            BusyRing.class.getName(),
                            home.toString(),
                            Long.toString(began))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        }
        for (Process child : children) {
            BufferedReader output = child.inputReader();
            assertEquals("stepped", output.readLine());
            drain(output);
        }
    }

    /** A full pipe would stop the child. */
    private static void drain(BufferedReader output) {
        Thread drain = new Thread(() -> output.lines().forEach(line -> {}));
        drain.setDaemon(true);
        drain.setUncaughtExceptionHandler((thread, ended) -> {});
        drain.start();
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}

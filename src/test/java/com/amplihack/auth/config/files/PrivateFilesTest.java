package com.amplihack.auth.config.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFilesTest {
    @TempDir
    Path directory;

    @Test
    void madeDirectoryAndItsParentsAreForTheirOwnerAlone() throws IOException {
        Path made = directory.resolve("a/b/c");
        PrivateFiles.makeDirectory(made);
        assertEquals("rwx------", mode(made));
        assertEquals("rwx------", mode(made.getParent()));
    }

    @Test
    void existingDirectoryStaysAsItIs() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        PrivateFiles.makeDirectory(directory);
        assertEquals("rwxr-xr-x", mode(directory));
    }

    @Tag("fault-32")
    @Test
    void writtenFileHasItsContentAndModeAndLeavesNothingElse() throws IOException {
        Path file = directory.resolve("file");
        PrivateFiles.write(file, bytes("content"), "r--------");
        assertEquals("content", Files.readString(file));
        assertEquals("r--------", mode(file));
        assertEquals(List.of("file"), names());
    }

    @Test
    void writingReplacesAReadOnlyFileWithoutWritingIntoIt() throws IOException {
        Path file = directory.resolve("file");
        PrivateFiles.write(file, bytes("a longer old content"), "r--r--r--");
        Path sameOldFile = Files.createLink(directory.resolve("link"), file);
        PrivateFiles.write(file, bytes("new"), "r--------");
        assertEquals("new", Files.readString(file));
        assertEquals("r--------", mode(file));
        assertEquals("a longer old content", Files.readString(sameOldFile));
    }

    @Test
    void failedWriteLeavesNothing() throws IOException {
        Path file = directory.resolve("file");
        Files.createDirectories(file.resolve("not empty"));
        assertThrows(IOException.class, () -> PrivateFiles.write(file, bytes("new"), "r--------"));
        assertEquals(List.of("file"), names());
    }

    @Test
    void secretHas256BitsThatStay() throws IOException {
        Path file = directory.resolve("sub/secret.key");
        byte[] first = PrivateFiles.secret(file);
        assertEquals(32, first.length);
        assertEquals("r--------", mode(file));
        assertEquals("rwx------", mode(file.getParent()));
        assertArrayEquals(first, PrivateFiles.secret(file));
        assertFalse(Arrays.equals(first, PrivateFiles.secret(directory.resolve("other.key"))));
    }

    @Test
    void secretOfAnotherLengthIsRefusedAndKept() throws IOException {
        Path file = directory.resolve("secret.key");
        for (int length : new int[] {0, 31, 33}) {
            Files.write(file, new byte[length]);
            IOException refused = assertThrows(IOException.class, () -> PrivateFiles.secret(file));
            assertEquals(file + " must hold exactly 32 bytes", refused.getMessage());
            assertEquals(length, Files.size(file));
        }
    }

    @Tag("fault-32")
    @Test
    void racingThreadsMakeOneSecret() throws Exception {
        Path file = directory.resolve("secret.key");
        Set<String> secrets = new HashSet<>();
        for (String secret : race(8, () -> Arrays.toString(PrivateFiles.secret(file)))) {
            secrets.add(secret);
        }
        assertEquals(1, secrets.size());
    }

    @Test
    void underTheLockThereIsOneAtATime() throws Exception {
        int[] inside = {0};
        List<Integer> seen = race(
                8,
                () -> DirectoryLock.hold(directory, () -> {
                    int now = ++inside[0];
                    sleep();
                    inside[0]--;
                    return now;
                }));
        assertEquals(List.of(1, 1, 1, 1, 1, 1, 1, 1), seen);
        assertEquals("rw-------", mode(directory.resolve(".lock")));
    }

    @Test
    void threadUnderTheLockMayAskForItAgain() throws IOException {
        assertEquals("inner", DirectoryLock.hold(directory, () -> {
            try {
                return DirectoryLock.hold(directory, () -> "inner");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
        assertEquals("again", DirectoryLock.hold(directory, () -> "again"));
    }

    @Tag("fault-32")
    @Test
    void whatAKilledWriterLeftIsSwept() throws IOException {
        Files.writeString(directory.resolve(".new-123"), "half a k");
        Files.writeString(directory.resolve("whole"), "whole");
        PrivateFiles.sweepUnfinished(directory);
        assertEquals(List.of("whole"), names());
    }

    @Test
    void lockIsGivenBackAfterAnException() throws IOException {
        NoSuchFileException thrown = new NoSuchFileException("x");
        IOException caught = assertThrows(
                IOException.class,
                () -> DirectoryLock.hold(directory, () -> {
                    throw new UncheckedIOException(thrown);
                }));
        assertEquals(thrown, caught);
        assertThrows(
                IllegalStateException.class,
                () -> DirectoryLock.hold(directory, () -> {
                    throw new IllegalStateException();
                }));
        assertEquals("done", DirectoryLock.hold(directory, () -> "done"));
    }

    @Test
    void appendedFileIsPrivateAndGrows() throws IOException {
        Path file = directory.resolve("log/file");
        for (String part : List.of("one ", "two")) {
            try (OutputStream stream = PrivateFiles.append(file)) {
                stream.write(bytes(part));
            }
        }
        assertEquals("one two", Files.readString(file));
        assertEquals("rw-------", mode(file));
        assertEquals("rwx------", mode(file.getParent()));
    }

    @Test
    void othersCanReadWhatGroupOrWorldMayRead() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        for (String open : List.of("r--r-----", "r-----r--", "rw-r--r--")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(open));
            assertTrue(PrivateFiles.othersCanRead(file), open);
        }
        for (String closed : List.of("r--------", "rw-------", "rwx--x--x")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(closed));
            assertFalse(PrivateFiles.othersCanRead(file), closed);
        }
    }

    private static <T> List<T> race(int threads, Callable<T> action) throws Exception {
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<T>> racers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                racers.add(() -> {
                    start.await();
                    return action.call();
                });
            }
            List<T> results = new ArrayList<>();
            for (Future<T> racer : pool.invokeAll(racers)) {
                results.add(racer.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException stopping) {
            throw new IllegalStateException(stopping);
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}

package com.amplihack.auth.config.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Locks a directory against other threads of this process and against other processes, on any node. */
public final class DirectoryLock {
    private static final Object IN_THIS_PROCESS = new Object();

    /** The directory whose lock this process holds; guarded by {@link #IN_THIS_PROCESS}. */
    private static @Nullable Path held;

    private DirectoryLock() {}

    /** Runs an action under the directory's lock, which excludes other threads and processes and is reentrant. */
    public static <T> T hold(Path directory, Supplier<T> action) throws IOException {
        Path lockFile = directory.resolve(".lock");
        synchronized (IN_THIS_PROCESS) {
            if (directory.equals(held)) {
                return nested(action);
            }
            Path outer = held;
            try {
                Files.createFile(lockFile, PrivateFiles.permissions(lockFile, "rw-------"));
            } catch (FileAlreadyExistsException another) {
                // created by an earlier start or another node
            }
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                assert lock.isValid();
                held = directory;
                return nested(action);
            } finally {
                held = outer;
            }
        }
    }

    private static <T> T nested(Supplier<T> action) throws IOException {
        try {
            return action.get();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}

package com.amplihack.auth.config.files;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Set;

/**
 * Writes files atomically, by rename, with their permissions set at creation, so that no file is ever half-written or
 * readable by others (docs/specification.md, fault 32).
 */
public final class PrivateFiles {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECRET_BYTES = 32;
    private static final String UNFINISHED = ".new-";

    private PrivateFiles() {}

    /** Creates the directory and its parents with mode 0700 (on POSIX file systems), if absent. */
    public static void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, permissions(directory, "rwx------"));
        }
    }

    /**
     * Replaces or creates a file atomically and durably.
     *
     * @param mode such as {@code r--------}
     */
    public static void write(Path file, byte[] content, String mode) throws IOException {
        Path fresh = Files.createTempFile(directoryOf(file), UNFINISHED, null, permissions(file, "rw-------"));
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            if (hasPermissions(file)) {
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(mode));
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceDirectory(directoryOf(file));
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** Deletes a file, if present, durably (it does not come back after a power failure). */
    public static void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            forceDirectory(directoryOf(file));
        }
    }

    /** Deletes temporary files that killed processes left in a directory; call it under the directory's lock. */
    public static void sweepUnfinished(Path directory) throws IOException {
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, UNFINISHED + "*")) {
            for (Path file : unfinished) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Reads 256 random bits from a file, which the first node creates with mode 0400. */
    public static byte[] secret(Path file) throws IOException {
        Path directory = directoryOf(file);
        makeDirectory(directory);
        return DirectoryLock.hold(directory, () -> {
            try {
                if (!Files.exists(file)) {
                    byte[] fresh = new byte[SECRET_BYTES];
                    RANDOM.nextBytes(fresh);
                    write(file, fresh, "r--------");
                }
                byte[] secret = Files.readAllBytes(file);
                if (secret.length != SECRET_BYTES) {
                    throw new IOException(file + " must hold exactly " + SECRET_BYTES + " bytes");
                }
                return secret;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Opens or creates (0600) a file for appending; not as a channel, which an interrupt of one writer closes for all. */
    public static FileOutputStream append(Path file) throws IOException {
        make(file);
        return new FileOutputStream(file.toFile(), true);
    }

    /** Opens or creates (0600) a file for reading and writing in place. */
    public static RandomAccessFile readWrite(Path file) throws IOException {
        make(file);
        return new RandomAccessFile(file.toFile(), "rw");
    }

    private static void make(Path file) throws IOException {
        makeDirectory(directoryOf(file));
        if (!Files.exists(file)) {
            try {
                Files.createFile(file, permissions(file, "rw-------"));
            } catch (FileAlreadyExistsException another) {
                // created meanwhile, or a dangling link
            }
        }
    }

    /** Whether others than the owner may read the file; false on non-POSIX file systems. */
    public static boolean othersCanRead(Path file) throws IOException {
        if (!hasPermissions(file)) {
            return false;
        }
        Set<PosixFilePermission> given = Files.getPosixFilePermissions(file);
        return given.contains(PosixFilePermission.GROUP_READ) || given.contains(PosixFilePermission.OTHERS_READ);
    }

    /** Makes a rename or deletion survive a power failure (on POSIX file systems). */
    private static void forceDirectory(Path directory) throws IOException {
        if (hasPermissions(directory)) { // other file systems cannot open a directory
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static Path directoryOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a directory");
    }

    static FileAttribute<?>[] permissions(Path file, String mode) {
        return hasPermissions(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }

    private static boolean hasPermissions(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}

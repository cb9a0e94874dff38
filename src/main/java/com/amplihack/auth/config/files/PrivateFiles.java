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
 * Writes files that never exist half-written nor, for a moment, readable by others (docs/specification.md, fault 32):
 * permissions are given at creation, contents appear by an atomic rename.
 */
public final class PrivateFiles {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECRET_BYTES = 32;
    private static final String UNFINISHED = ".new-";

    private PrivateFiles() {}

    /** Makes the directory and its parents as 0700 where the file system knows permissions; an existing one stays. */
    public static void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, permissions(directory, "rwx------"));
        }
    }

    /**
     * Writes a whole file, replacing an existing one.
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

    /** Deletes a file for good, if it is there: also after a power cut. */
    public static void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            forceDirectory(directoryOf(file));
        }
    }

    /**
     * Deletes what processes that were killed while they wrote have left in a directory; to be called under its lock, so
     * that nobody is writing.
     */
    public static void sweepUnfinished(Path directory) throws IOException {
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, UNFINISHED + "*")) {
            for (Path file : unfinished) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The 256 random bits in that file, made (0400) when it is not there yet; every node reads the same. */
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

    /**
     * Opens a file for appending, made as 0600. A stream and not a channel, which the interruption of one writing thread
     * would close for all.
     */
    public static FileOutputStream append(Path file) throws IOException {
        make(file);
        return new FileOutputStream(file.toFile(), true);
    }

    /** Opens a file for reading and for writing in place, made as 0600. */
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
                // made meanwhile, or a link to a file that is not there yet
            }
        }
    }

    /** Whether anyone but the owner may read the file; false where the file system cannot tell. */
    public static boolean othersCanRead(Path file) throws IOException {
        if (!hasPermissions(file)) {
            return false;
        }
        Set<PosixFilePermission> given = Files.getPosixFilePermissions(file);
        return given.contains(PosixFilePermission.GROUP_READ) || given.contains(PosixFilePermission.OTHERS_READ);
    }

    /** Makes a rename or deletion survive a power cut, where the file system can be told so. */
    private static void forceDirectory(Path directory) throws IOException {
        if (hasPermissions(directory)) { // others cannot open a directory
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

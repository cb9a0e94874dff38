package com.amplihack.auth.audit.chain;

import com.amplihack.auth.config.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The file in which the first key of a chain waits for the administrator, who keeps it elsewhere to prove the log with. */
public final class FirstKeyFile {
    private static final String PREFIX = "audit-chain-";
    private static final String SUFFIX = ".key";
    private static final int NAME_LENGTH = 12;

    private final Optional<Path> named;
    private final Path keyDirectory;

    /** @param named by {@code auth.audit.key}; if empty, a file of the chain's name in the key directory */
    public FirstKeyFile(Optional<Path> named, Path keyDirectory) {
        this.named = named;
        this.keyDirectory = keyDirectory;
    }

    /** Writes the key as base64url with mode 0400, and never over another chain's. */
    void write(ChainKey first) throws IOException {
        Path byName = keyDirectory.resolve(PREFIX + first.chainName().substring(0, NAME_LENGTH) + SUFFIX);
        Path file = named.filter(path -> !Files.exists(path)).orElse(byName);
        PrivateFiles.makeDirectory(
                Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a directory"));
        byte[] key = first.bytes();
        byte[] encoded = Base64.getUrlEncoder().withoutPadding().encode(key);
        byte[] line = Arrays.copyOf(encoded, encoded.length + 1);
        line[encoded.length] = '\n';
        PrivateFiles.write(file, line, "r--------");
        for (byte[] copy : List.of(key, encoded, line)) {
            Arrays.fill(copy, (byte) 0);
        }
    }

    /**
     * Reads such a file.
     *
     * @throws IOException when it cannot be read, or is something else
     */
    public static ChainKey read(Path file) throws IOException {
        try {
            return ChainKey.of(
                    Base64.getUrlDecoder().decode(Files.readString(file).strip()));
        } catch (IllegalArgumentException foreign) {
            throw new IOException(file + " holds no first key of an audit chain", foreign);
        }
    }

    /** The files that are still there. */
    public List<Path> left() {
        List<Path> left = new ArrayList<>(named.filter(Files::exists).stream().toList());
        if (Files.isDirectory(keyDirectory)) {
            try (DirectoryStream<Path> keys = Files.newDirectoryStream(keyDirectory, PREFIX + "*" + SUFFIX)) {
                keys.forEach(left::add);
            } catch (IOException unreadable) {
                return left; // the keys themselves will tell
            }
        }
        return left;
    }
}

package com.amplihack.auth.keys;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** SoftHSM2 with a directory of its own for its tokens, each of which is initialized with {@link #PIN}. */
public final class SoftHsm {
    public static final String PIN = "471147";
    private static final String CONFIGURATION = "SOFTHSM2_CONF";
    private static final Pattern REASSIGNED = Pattern.compile("reassigned to slot (\\d+)");

    private final Path directory;

    private SoftHsm(Path directory) {
        this.directory = directory;
    }

    /** Whether library and tool are here. */
    public static boolean isHere() {
        return library().isPresent()
                && Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "softhsm2-util")));
    }

    public static Optional<Path> library() {
        return Stream.of(
                        "/usr/lib/softhsm",
                        "/usr/lib64/softhsm",
                        "/usr/lib64/pkcs11",
                        "/usr/local/lib/softhsm",
                        "/opt/homebrew/lib/softhsm")
                .map(folder -> Path.of(folder, "libsofthsm2.so"))
                .filter(Files::exists)
                .findFirst();
    }

    /** The one that this process knows by its environment; its library reads the tokens once, when it is first used. */
    public static SoftHsm ofThisProcess() throws IOException {
        return in(Path.of(System.getenv(CONFIGURATION)).getParent());
    }

    /** One in that directory, without the tokens of an earlier run. */
    public static SoftHsm in(Path directory) throws IOException {
        Path tokens = directory.resolve("tokens");
        if (Files.exists(tokens)) {
            try (Stream<Path> files = Files.walk(tokens)) {
                for (Path file :
                        files.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(tokens);
        Files.writeString(
                directory.resolve("softhsm2.conf"),
                "directories.tokendir = " + tokens + "\nobjectstore.backend = file\nlog.level = ERROR\n");
        return new SoftHsm(directory);
    }

    /** What a process needs to know it. */
    public Map<String, String> environment() {
        return Map.of(CONFIGURATION, directory.resolve("softhsm2.conf").toString());
    }

    /** Makes a token; the number of its slot. */
    public int token(String label) throws IOException {
        Process process = tool("--init-token", "--free", "--label", label, "--so-pin", "87654321", "--pin", PIN);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher slot = REASSIGNED.matcher(output);
        if (!slot.find()) {
            throw new IOException(output);
        }
        return Integer.parseInt(slot.group(1));
    }

    /** The directory of a token. */
    public Path directoryOf(String label) throws IOException {
        try (DirectoryStream<Path> tokens = Files.newDirectoryStream(directory.resolve("tokens"))) {
            for (Path token : tokens) {
                if (Files.readString(token.resolve("token.object"), StandardCharsets.ISO_8859_1)
                        .contains(label + " ")) {
                    return token;
                }
            }
        }
        throw new IOException("no token " + label);
    }

    /** Moves all objects of a token from one directory to another; the token itself stays. */
    public static void moveObjects(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        List<Path> objects;
        try (Stream<Path> files = Files.list(from)) {
            objects = files.filter(file -> file.toString().endsWith(".object"))
                    .filter(file -> !file.endsWith("token.object"))
                    .toList();
        }
        for (Path object : objects) {
            Files.move(object, to.resolve(object.getFileName()));
        }
        for (Path directory : List.of(from, to)) {
            Path generation = directory.resolve("generation");
            if (Files.exists(generation)) { // the library looks for changes when this number has changed
                long number = ByteBuffer.wrap(Files.readAllBytes(generation)).getLong();
                Files.write(
                        generation,
                        ByteBuffer.allocate(Long.BYTES).putLong(number + 1).array());
            }
        }
    }

    private Process tool(String... arguments) {
        try {
            ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of("softhsm2-util"), Stream.of(arguments))
                            .toList())
                    .redirectErrorStream(true);
            builder.environment().putAll(environment());
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

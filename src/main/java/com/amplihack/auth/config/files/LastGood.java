package com.amplihack.auth.config.files;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** The live settings that were in force last, without secrets, in a file (0600) for a start that finds bad ones. */
public final class LastGood {
    private static final String NAME = "last-good-settings.properties";
    private static final int MOST_BYTES = 1 << 20;

    private LastGood() {}

    /** Values by name; empty if there is no file yet, or none that can be read. */
    public static Map<String, String> read(Path home) {
        Path file = home.resolve(NAME);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
                return Map.of();
            }
            Properties properties = new Properties();
            properties.load(new StringReader(Files.readString(file)));
            return properties.stringPropertyNames().stream()
                    .collect(Collectors.toMap(name -> name, properties::getProperty));
        } catch (IOException | IllegalArgumentException unreadable) {
            return Map.of();
        }
    }

    public static void write(Path home, Map<String, String> values) throws IOException {
        Properties properties = new Properties();
        properties.putAll(values);
        StringWriter text = new StringWriter();
        properties.store(
                text, "Amplihack Auth: the live settings that were in force last; for a start that finds bad ones");
        PrivateFiles.write(home.resolve(NAME), text.toString().getBytes(StandardCharsets.UTF_8), "rw-------");
    }
}

package com.amplihack.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amplihack.auth.config.Property;
import com.amplihack.auth.problem.ErrorCode;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents list is what the code knows. */
class DocumentationTest {
    @Test
    void everyErrorHasItsHeadingAndEveryHeadingItsError() throws IOException {
        Set<String> headings = Files.readAllLines(Path.of("docs/errors.md")).stream()
                .filter(line -> line.startsWith("### "))
                .map(line -> line.substring(4))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(
                Arrays.stream(ErrorCode.values()).map(ErrorCode::code).collect(Collectors.toCollection(TreeSet::new)),
                headings);
    }

    @Test
    void everyDefaultIsDocumentedAsItIs() throws IOException {
        Properties defaults = new Properties();
        try (Reader file =
                Files.newBufferedReader(Path.of("src/main/resources/META-INF/microprofile-config.properties"))) {
            defaults.load(file);
        }
        Set<String> documented = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("docs/configuration.md"))) {
            if (line.startsWith("| `")) {
                String[] cells = line.split("\\|");
                String[] names = code(cells[1]);
                String[] values = code(cells[2]);
                documented.addAll(Arrays.asList(names));
                boolean live = cells[4].strip().equals("live");
                for (String name : names) {
                    assertEquals(new Property(name, Optional.empty(), "").isLive(), live, name);
                }
                for (int i = 0; i < names.length; i++) {
                    String value = defaults.getProperty(names[i], "");
                    if (!value.isEmpty()) {
                        assertEquals(value, values[i], names[i]);
                    }
                }
            }
        }
        Set<String> missing = defaults.stringPropertyNames().stream()
                .filter(name -> !name.startsWith("%") && !name.startsWith("mp."))
                .filter(name -> !documented.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyFamilyOfAttacksStandsInItsTables() throws IOException {
        String attacks = Files.readString(Path.of("docs/attacks.md"));
        String threats = Files.readString(Path.of("docs/threat-model.md"));
        try (Stream<Path> classes = Files.list(Path.of("src/test/java/com/amplihack/auth/attacks"))) {
            List<String> families = classes.map(
                            file -> file.getFileName().toString().replace(".java", ""))
                    .filter(name -> name.endsWith("IT"))
                    .toList();
            assertFalse(families.isEmpty());
            for (String family : families) {
                assertTrue(attacks.contains('`' + family + '`'), family);
                assertTrue(threats.contains('`' + family + '`'), family);
            }
        }
    }

    private static String[] code(String cell) {
        return Pattern.compile("`([^`]+)`")
                .matcher(cell)
                .results()
                .map(match -> match.group(1))
                .toArray(String[]::new);
    }
}
